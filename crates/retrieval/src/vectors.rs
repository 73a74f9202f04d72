//! Vectors on the host, one per text.

use crate::RetrievalError;

/// Row-major vectors of unit length, so that a dot product is a cosine.
///
/// The length is the encoder's promise and is not checked: a text without a single known token has
/// a zero vector, and scores 0 everywhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Vectors {
    /// Values per row.
    pub dimension: usize,
    /// `[rows, dimension]`, row by row.
    pub values: Vec<f32>,
}

impl Vectors {
    /// Takes `[rows, dimension]` values.
    ///
    /// # Errors
    ///
    /// [`RetrievalError::Shape`] when the values do not fill whole rows, or the dimension is 0.
    pub fn new(dimension: usize, values: Vec<f32>) -> Result<Self, RetrievalError> {
        if dimension == 0 || !values.len().is_multiple_of(dimension) {
            return Err(RetrievalError::Shape { values: values.len(), dimension });
        }
        Ok(Self { dimension, values })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.values.len() / self.dimension.max(1)
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The vector of one row.
    ///
    /// # Panics
    ///
    /// When `row` is not below [`Vectors::len`].
    pub fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.dimension..(row + 1) * self.dimension]
    }

    /// The first row that holds a NaN or an infinity.
    pub(crate) fn first_not_finite(&self) -> Option<usize> {
        self.values.iter().position(|value| !value.is_finite()).map(|at| at / self.dimension)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_slices_of_the_values() {
        let vectors = Vectors::new(2, vec![1.0, 0.0, 0.0, 1.0, 0.6, 0.8]).unwrap();
        assert_eq!((vectors.len(), vectors.is_empty()), (3, false));
        assert_eq!(vectors.row(2), [0.6, 0.8]);
        assert!(Vectors::new(3, Vec::new()).unwrap().is_empty());
    }

    #[test]
    fn half_a_row_is_refused() {
        let error = Vectors::new(2, vec![0.0; 3]).unwrap_err();
        assert_eq!(error.to_string(), "3 values do not make rows of 2");
        assert!(Vectors::new(0, Vec::new()).is_err());
    }
}
