//! Matrix products on slices, by the crate that Burn multiplies with.
//!
//! A product runs on the core that asks for it: the work of an operation is split over cores
//! before it, in parts that do not depend on how many cores there are.

/// A matrix in a slice: `values[i * down + j * right]` is its element `i, j`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Matrix<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    down: usize,
    right: usize,
}

impl<'a> Matrix<'a> {
    /// Rows of `columns` values, each `stride` after the one before it.
    ///
    /// # Panics
    ///
    /// When the slice is too short for them.
    pub fn new(values: &'a [f32], rows: usize, columns: usize, stride: usize) -> Self {
        assert!(fits(values.len(), rows, columns, stride), "a matrix ends within its slice");
        Self { values, rows, columns, down: stride, right: 1 }
    }

    /// Columns `first..first + count` of rows.
    ///
    /// # Panics
    ///
    /// When there are fewer.
    pub fn columns(self, first: usize, count: usize) -> Self {
        assert!(self.right == 1 && first + count <= self.columns, "columns of a matrix of rows");
        let values = if self.rows == 0 { self.values } else { &self.values[first..] };
        Self { values, columns: count, ..self }
    }

    /// The same with rows for columns.
    pub fn transposed(self) -> Self {
        let Self { values, rows, columns, down, right } = self;
        Self { values, rows: columns, columns: rows, down: right, right: down }
    }
}

/// A matrix to write to, by rows.
#[derive(Debug)]
pub(super) struct MatrixMut<'a> {
    values: &'a mut [f32],
    rows: usize,
    columns: usize,
    stride: usize,
}

impl<'a> MatrixMut<'a> {
    /// As [`Matrix::new`].
    pub fn new(values: &'a mut [f32], rows: usize, columns: usize, stride: usize) -> Self {
        assert!(fits(values.len(), rows, columns, stride), "a matrix ends within its slice");
        Self { values, rows, columns, stride }
    }
}

fn fits(length: usize, rows: usize, columns: usize, stride: usize) -> bool {
    rows == 0 || columns == 0 || (rows - 1) * stride + columns <= length
}

/// What becomes of the values that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Old {
    /// The product replaces them.
    Replaced,
    /// The product is added to them.
    Kept,
}

/// `out = left right`, or `out += left right`.
///
/// # Panics
///
/// When the sizes do not go together.
pub(super) fn multiply(out: &mut MatrixMut<'_>, old: Old, left: Matrix<'_>, right: Matrix<'_>) {
    assert_eq!((out.rows, out.columns), (left.rows, right.columns), "size of a product");
    assert_eq!(left.columns, right.rows, "sizes of what is multiplied");
    let stride = |x: usize| x as isize;
    // SAFETY: the constructors have checked that the last element of each matrix lies within its
    // slice, the sizes agree, and `out` is borrowed alone, so it overlaps neither operand.
    #[allow(unsafe_code)]
    unsafe {
        gemm::gemm(
            out.rows,
            out.columns,
            left.columns,
            out.values.as_mut_ptr(),
            1,
            stride(out.stride),
            old == Old::Kept,
            left.values.as_ptr(),
            stride(left.right),
            stride(left.down),
            right.values.as_ptr(),
            stride(right.right),
            stride(right.down),
            1.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_parts_of_matrices_are_right() {
        let values: Vec<f32> = (0..60).map(|i| (i % 7) as f32 - 3.0).collect();
        // Columns 1..4 of five rows of six; the transpose of columns 0..3 of four rows of five.
        let (left, right) = (Matrix::new(&values[1..], 5, 3, 6), Matrix::new(&values, 4, 3, 5));
        let mut out = vec![1.0; 5 * 7];
        multiply(&mut MatrixMut::new(&mut out, 5, 4, 7), Old::Kept, left, right.transposed());
        for i in 0..5 {
            for j in 0..7 {
                let product: f32 =
                    (0..3).map(|k| values[1 + i * 6 + k] * values[(j % 4) * 5 + k]).sum();
                let expected = if j < 4 { 1.0 + product } else { 1.0 };
                assert!((out[i * 7 + j] - expected).abs() < 1e-6);
            }
        }
    }

    #[test]
    #[should_panic(expected = "within its slice")]
    fn a_matrix_longer_than_its_slice_is_refused() {
        Matrix::new(&[0.0; 11], 2, 6, 6);
    }
}
