//! Rank correlation of any numbers.

/// Spearman's correlation of two lists; none where one of them is all equal.
pub(crate) fn spearman(first: &[f64], second: &[f64]) -> Option<f64> {
    let pairs: Vec<(usize, usize)> = places(first).into_iter().zip(places(second)).collect();
    measures::rank_correlation(&pairs)
}

/// For each value how many are smaller: equal ones are at one place.
fn places(values: &[f64]) -> Vec<usize> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    values.iter().map(|value| sorted.partition_point(|other| other < value)).collect()
}
