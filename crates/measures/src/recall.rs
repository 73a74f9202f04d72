//! Recall: how much of what is relevant stands in front.

use crate::ranks::{assert_found, sorted, within};

/// Recall at `k`: the share of the relevant documents that stand among the first `k`. `recall_k`
/// of `trec_eval`.
///
/// In the range 0..=1; 0 when nothing is relevant. With more than `k` relevant documents it cannot
/// reach 1: 11 translations of an answer give at most 10/11 at `k = 10`.
///
/// # Panics
///
/// When `ranks` are not what the [crate] asks.
///
/// ```
/// // Of 4 relevant documents two are among the first 10.
/// assert!((isogloss_measures::recall_at(10, &[3, 9, 11], 4) - 0.5).abs() < 1e-12);
/// ```
pub fn recall_at(k: usize, ranks: &[usize], relevant: usize) -> f64 {
    let ranks = sorted(ranks);
    assert_found(&ranks, relevant);
    if relevant == 0 {
        return 0.0;
    }
    within(k, &ranks) as f64 / relevant as f64
}

/// Success at `k`: 1 when at least one relevant document stands among the first `k`, else 0.
/// `success_k` of `trec_eval`; some papers print its mean as Hit@k or top-k accuracy.
///
/// # Panics
///
/// When `ranks` are not what the [crate] asks.
///
/// ```
/// use isogloss_measures::success_at;
/// assert_eq!((success_at(1, &[2, 7]), success_at(5, &[2, 7])), (0.0, 1.0));
/// ```
pub fn success_at(k: usize, ranks: &[usize]) -> f64 {
    if within(k, &sorted(ranks)) > 0 { 1.0 } else { 0.0 }
}
