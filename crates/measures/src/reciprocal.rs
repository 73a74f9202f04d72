//! The rank of the first relevant document.

use crate::ranks::sorted;

/// Reciprocal rank of the first relevant document, 0 when none was retrieved. `recip_rank` of
/// `trec_eval`; its mean over queries is MRR.
///
/// # Panics
///
/// When `ranks` are not what the [crate] asks.
///
/// ```
/// assert!((isogloss_measures::reciprocal_rank(&[9, 4]) - 0.25).abs() < 1e-12);
/// ```
pub fn reciprocal_rank(ranks: &[usize]) -> f64 {
    sorted(ranks).first().map_or(0.0, |&rank| 1.0 / rank as f64)
}

/// Reciprocal rank of the first relevant document if it stands among the first `k`, else 0. Its
/// mean over queries is MRR@k. Not in `trec_eval`; as in `ir_measures`.
///
/// # Panics
///
/// When `ranks` are not what the [crate] asks.
///
/// ```
/// use isogloss_measures::reciprocal_rank_at;
/// assert!((reciprocal_rank_at(10, &[9, 4]) - 0.25).abs() < 1e-12);
/// assert!(reciprocal_rank_at(3, &[9, 4]).abs() < 1e-12);
/// ```
pub fn reciprocal_rank_at(k: usize, ranks: &[usize]) -> f64 {
    sorted(ranks).first().filter(|&&rank| rank <= k).map_or(0.0, |&rank| 1.0 / rank as f64)
}
