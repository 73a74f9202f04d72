//! How far down one has to read until every language has been seen.

use crate::ranks::{assert_found, sorted};

/// Rank distance: how far apart a ranking of all languages puts the parallel relevant passages of
/// one query: highest rank minus lowest, in ranks. A model without language bias has them next to
/// each other; lower is better.
///
/// `None` with fewer than two ranks, because one passage has no distance. The ranks must be those
/// in the full ranking, not in a list cut at some k.
///
/// Source: the language bias measure of "Synergistic Approach for Simultaneous Optimization of
/// Monolingual, Cross-lingual, and Multilingual Information Retrieval" (arXiv 2408.10536), after
/// Huang et al., SIGIR 2023. The figure of a benchmark is the mean over the queries of a language,
/// then over languages.
///
/// # Panics
///
/// When `ranks` are not what the [crate] asks.
///
/// ```
/// use isogloss_measures::rank_distance;
/// assert_eq!(rank_distance(&[3, 250, 17]), Some(247));
/// assert_eq!(rank_distance(&[3]), None);
/// ```
pub fn rank_distance(ranks: &[usize]) -> Option<usize> {
    match sorted(ranks)[..] {
        [first, .., last] => Some(last - first),
        _ => None,
    }
}

/// Max@R: the worst rank of all parallel relevant passages of one query, which is how far down a
/// reader must go to have seen all of them. At best the number of passages; lower is better.
///
/// `None` when `ranks` is empty or fewer than `relevant`: a passage that was not retrieved has no
/// rank, and leaving it out would flatter the system. Use the full ranking.
///
/// Source: "Improving Semantic Proximity in Information Retrieval through Cross-Lingual Alignment"
/// (arXiv 2604.05684), where each query has one passage in English and one in its own language.
/// The definition here is the plain rank for any number of languages; average it over queries.
///
/// # Panics
///
/// When `ranks` are not what the [crate] asks.
///
/// ```
/// use isogloss_measures::max_rank;
/// assert_eq!(max_rank(&[3, 250, 17], 3), Some(250));
/// assert_eq!(max_rank(&[3, 17], 3), None);
/// ```
pub fn max_rank(ranks: &[usize], relevant: usize) -> Option<usize> {
    let ranks = sorted(ranks);
    assert_found(&ranks, relevant);
    if ranks.len() < relevant { None } else { ranks.last().copied() }
}

/// Complete@k: 1 when all relevant passages of one query stand among the first `k`, else 0. Its
/// mean over queries is the share of queries that are answered in every language.
///
/// 0 when nothing is relevant. With more relevant passages than `k` it cannot be 1.
///
/// Source: arXiv 2604.05684, as [`max_rank`].
///
/// # Panics
///
/// When `ranks` are not what the [crate] asks.
///
/// ```
/// use isogloss_measures::complete_at;
/// assert_eq!(complete_at(10, &[1, 2, 10], 3), 1.0);
/// assert_eq!(complete_at(10, &[1, 2, 11], 3), 0.0);
/// assert_eq!(complete_at(10, &[1, 2], 3), 0.0);
/// ```
pub fn complete_at(k: usize, ranks: &[usize], relevant: usize) -> f64 {
    match max_rank(ranks, relevant) {
        Some(worst) if worst <= k => 1.0,
        _ => 0.0,
    }
}
