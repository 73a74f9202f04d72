//! Singular vectors: all of a tall matrix, or the first of any.
//!
//! Matrices are lists of columns or rows in f64. One-sided Jacobi rotations (Hestenes) make the
//! columns of a tall matrix orthogonal; they are accurate also for small singular values. The first
//! right singular vectors of a large matrix come from subspace iteration with a few columns more
//! than are asked for, ended by the same rotations.

/// Columns beside those asked for, so that neighbouring singular values do not slow it down.
const MORE: usize = 8;
const ITERATIONS: usize = 500;
/// Iterations after which the subspace is turned within itself.
const ORDER: usize = 8;
const SWEEPS: usize = 60;
/// When the subspace counts as at rest: the largest sine between it and the one before.
const REST: f64 = 1e-11;

/// Sums in eight lanes, which the compiler keeps in registers; one sum it may not reorder.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (mut a, mut b) = (a.chunks_exact(8), b.chunks_exact(8));
    let mut lanes = [0.0; 8];
    for (a, b) in a.by_ref().zip(b.by_ref()) {
        for lane in 0..8 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    lanes.iter().sum::<f64>() + rest
}

fn add_scaled(to: &mut [f64], from: &[f64], factor: f64) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += factor * from);
}

/// Left singular vectors and singular values of the matrix with these columns, largest first, and
/// the rotation: column `i` of it says how much of each given column is in the `i`-th. Vectors of
/// singular value 0 are zero.
pub(crate) struct Svd {
    pub(crate) left: Vec<Vec<f64>>,
    pub(crate) values: Vec<f64>,
    right: Vec<Vec<f64>>,
}

pub(crate) fn svd(mut columns: Vec<Vec<f64>>) -> Svd {
    let count = columns.len();
    let mut right: Vec<Vec<f64>> =
        (0..count).map(|i| (0..count).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    for _ in 0..SWEEPS {
        let mut rotated = false;
        for i in 0..count {
            for j in i + 1..count {
                let (a, b) = (dot(&columns[i], &columns[i]), dot(&columns[j], &columns[j]));
                let both = dot(&columns[i], &columns[j]);
                if both.abs() <= f64::EPSILON * (a * b).sqrt() || both == 0.0 {
                    continue;
                }
                rotated = true;
                let zeta = (b - a) / (2.0 * both);
                let tangent = zeta.signum() / (zeta.abs() + zeta.hypot(1.0));
                let cosine = tangent.hypot(1.0).recip();
                rotate(&mut columns, (i, j), cosine, cosine * tangent);
                rotate(&mut right, (i, j), cosine, cosine * tangent);
            }
        }
        if !rotated {
            break;
        }
    }
    let lengths: Vec<f64> = columns.iter().map(|column| dot(column, column).sqrt()).collect();
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|&a, &b| lengths[b].total_cmp(&lengths[a]));
    let scaled = |&i: &usize| {
        let factor = if lengths[i] > 0.0 { lengths[i].recip() } else { 0.0 };
        columns[i].iter().map(|value| value * factor).collect()
    };
    Svd {
        left: order.iter().map(scaled).collect(),
        values: order.iter().map(|&i| lengths[i]).collect(),
        right: order.iter().map(|&i| right[i].clone()).collect(),
    }
}

fn rotate(columns: &mut [Vec<f64>], (i, j): (usize, usize), cosine: f64, sine: f64) {
    let (before, after) = columns.split_at_mut(j);
    for (a, b) in before[i].iter_mut().zip(&mut after[0]) {
        (*a, *b) = (cosine * *a - sine * *b, sine * *a + cosine * *b);
    }
}

/// The first `count` right singular vectors of the matrix with these rows, largest singular value
/// first. There must be at least `count` rows and columns.
pub(crate) fn first_right(rows: &[&[f32]], count: usize) -> Vec<Vec<f64>> {
    let dimension = rows.first().map_or(0, |row| row.len());
    let width = (count + MORE).min(dimension).min(rows.len());
    // Rows of the matrix itself: they lie in the space that is looked for.
    let stride = rows.len() / width;
    let mut basis: Vec<Vec<f64>> = (0..width)
        .map(|column| rows[column * stride].iter().map(|value| f64::from(*value)).collect())
        .collect();
    fill(&mut basis);
    for iteration in 1..=ITERATIONS {
        let mut next = times(rows, &basis, dimension);
        fill(&mut next);
        let moved = largest_sine(&basis, &next, count);
        basis = next;
        if moved < REST {
            break;
        }
        // Turned into the order of their singular values, so that the first are those asked for.
        if iteration % ORDER == 1 {
            basis = ritz(rows, &basis);
        }
    }
    let mut found = ritz(rows, &basis);
    found.truncate(count);
    found
}

/// `MᵀM` times each vector of `basis`.
fn times(rows: &[&[f32]], basis: &[Vec<f64>], dimension: usize) -> Vec<Vec<f64>> {
    let mut product = vec![vec![0.0; dimension]; basis.len()];
    let mut row = vec![0.0; dimension];
    for values in rows {
        row.iter_mut().zip(*values).for_each(|(to, from)| *to = f64::from(*from));
        for (to, vector) in product.iter_mut().zip(basis) {
            let along = dot(&row, vector);
            add_scaled(to, &row, along);
        }
    }
    product
}

/// The best right singular vectors within the space of `basis`, largest singular value first.
fn ritz(rows: &[&[f32]], basis: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut columns = vec![Vec::with_capacity(rows.len()); basis.len()];
    let mut row = vec![0.0; basis.first().map_or(0, Vec::len)];
    for values in rows {
        row.iter_mut().zip(*values).for_each(|(to, from)| *to = f64::from(*from));
        for (column, vector) in columns.iter_mut().zip(basis) {
            column.push(dot(&row, vector));
        }
    }
    let rotation = svd(columns).right;
    let combine = |weights: &Vec<f64>| {
        let mut sum = vec![0.0; basis[0].len()];
        weights
            .iter()
            .zip(basis)
            .for_each(|(weight, vector)| add_scaled(&mut sum, vector, *weight));
        sum
    };
    rotation.iter().map(combine).collect()
}

/// Makes vectors orthonormal; one that depends on those before it is replaced by a direction of its
/// own.
fn fill(vectors: &mut [Vec<f64>]) {
    for i in 0..vectors.len() {
        let (before, rest) = vectors.split_at_mut(i);
        let vector = &mut rest[0];
        let mut axis = 0;
        loop {
            let length = dot(vector, vector).sqrt();
            // Twice, because once leaves what rounding adds.
            for _ in 0..2 {
                for other in before.iter() {
                    let along = dot(vector, other);
                    add_scaled(vector, other, -along);
                }
            }
            let left = dot(vector, vector).sqrt();
            if left > 1e-12 * length && left > 0.0 {
                for value in vector.iter_mut() {
                    *value /= left;
                }
                break;
            }
            vector.fill(0.0);
            vector[axis] = 1.0;
            axis += 1;
        }
    }
}

/// The largest length of what is left of the first `count` of `basis` beside the space of `next`.
fn largest_sine(basis: &[Vec<f64>], next: &[Vec<f64>], count: usize) -> f64 {
    let beside = |vector: &Vec<f64>| {
        let mut rest = vector.clone();
        for other in next {
            let along = dot(&rest, other);
            add_scaled(&mut rest, other, -along);
        }
        dot(&rest, &rest).sqrt()
    };
    basis.iter().take(count).map(beside).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::{dot, first_right, svd};

    #[test]
    fn the_first_vectors_are_those_of_the_whole_decomposition() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let (rows, dimension, count) = (90, 60, 6);
        // Singular values that fall slowly, as those of embeddings do.
        let mut row = || -> Vec<f32> {
            let scale = |i: usize| 4.0 / (1.0 + i as f32).sqrt();
            (0..dimension).map(|i| 0.5 + scale(i) * rng.random_range(-1.0f32..1.0)).collect()
        };
        let matrix: Vec<Vec<f32>> = (0..rows).map(|_| row()).collect();
        let slices: Vec<&[f32]> = matrix.iter().map(Vec::as_slice).collect();
        let transposed =
            (0..dimension).map(|i| matrix.iter().map(|row| f64::from(row[i])).collect());
        let whole = svd(transposed.collect());
        let found = first_right(&slices, count);
        assert_eq!(found.len(), count);
        for (vector, exact) in found.iter().zip(&whole.right) {
            assert!((dot(vector, exact).abs() - 1.0).abs() < 1e-9);
        }
    }
}
