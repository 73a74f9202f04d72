//! Retrieval measures over the ranks at which relevant documents were found.
//!
//! A measure sees one query through the 1-based ranks of its relevant documents and the number of
//! relevant documents there are. It sees neither scores nor document ids, because how ties are
//! broken belongs to whoever makes the ranking; and ranks alone are a few numbers per query where
//! the ranking is thousands. The definitions are those of `trec_eval` (its names are given with each
//! function), so that published figures can be compared; rank distance is from work on language
//! bias in multilingual retrieval.
//!
//! What every function asks of `ranks`:
//!
//! - each rank is 1 or more, and no two are equal;
//! - there are no more ranks than `relevant` documents (fewer mean that some were not retrieved);
//! - the order is free: measures do not depend on it.
//!
//! Ranks that break this come from a defect in the caller, and would give a plausible but wrong
//! figure, so the functions panic instead.
//!
//! # Example
//!
//! A query with 3 relevant documents, of which two were retrieved, at ranks 1 and 4:
//!
//! ```
//! use isogloss_measures::{average_precision, rank_distance, recall_at, reciprocal_rank};
//!
//! let ranks = [4, 1];
//! assert!((average_precision(&ranks, 3) - (1.0 / 1.0 + 2.0 / 4.0) / 3.0).abs() < 1e-12);
//! assert!((recall_at(1, &ranks, 3) - 1.0 / 3.0).abs() < 1e-12);
//! assert!((reciprocal_rank(&ranks) - 1.0).abs() < 1e-12);
//! assert_eq!(rank_distance(&ranks), Some(3));
//! ```

/// Average precision: the mean, over all relevant documents, of the precision at the rank of each
/// (0 for those not retrieved). `map` of `trec_eval` is its mean over queries.
///
/// `AP = (1 / relevant) · Σ_i i / rank_i`, with `rank_1 < rank_2 < …`. In the range 0..=1; 0 when
/// nothing is relevant.
///
/// # Panics
///
/// When `ranks` are not what the [module](crate) asks.
///
/// ```
/// // Relevant documents at ranks 2 and 5, both found: (1/2 + 2/5) / 2.
/// let ap = isogloss_measures::average_precision(&[2, 5], 2);
/// assert!((ap - 0.45).abs() < 1e-12);
/// ```
pub fn average_precision(ranks: &[usize], relevant: usize) -> f64 {
    let ranks = sorted(ranks);
    assert_found(&ranks, relevant);
    if relevant == 0 {
        return 0.0;
    }
    let sum: f64 = (1..).zip(&ranks).map(|(found, &rank)| f64::from(found) / rank as f64).sum();
    sum / relevant as f64
}

/// Recall at `k`: the share of the relevant documents that stand among the first `k`. `recall_k`
/// of `trec_eval`.
///
/// In the range 0..=1; 0 when nothing is relevant. With more than `k` relevant documents it cannot
/// reach 1: 11 translations of an answer give at most 10/11 at `k = 10`.
///
/// # Panics
///
/// When `ranks` are not what the [module](crate) asks.
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
/// When `ranks` are not what the [module](crate) asks.
///
/// ```
/// use isogloss_measures::success_at;
/// assert_eq!((success_at(1, &[2, 7]), success_at(5, &[2, 7])), (0.0, 1.0));
/// ```
pub fn success_at(k: usize, ranks: &[usize]) -> f64 {
    if within(k, &sorted(ranks)) > 0 { 1.0 } else { 0.0 }
}

/// Reciprocal rank of the first relevant document, 0 when none was retrieved. `recip_rank` of
/// `trec_eval`; its mean over queries is MRR.
///
/// # Panics
///
/// When `ranks` are not what the [module](crate) asks.
///
/// ```
/// assert!((isogloss_measures::reciprocal_rank(&[9, 4]) - 0.25).abs() < 1e-12);
/// ```
pub fn reciprocal_rank(ranks: &[usize]) -> f64 {
    sorted(ranks).first().map_or(0.0, |&rank| 1.0 / rank as f64)
}

/// Normalised discounted cumulative gain at `k` for binary relevance. `ndcg_cut_k` of `trec_eval`.
///
/// `DCG = Σ 1 / log2(rank + 1)` over the relevant documents among the first `k`, divided by the
/// DCG of the best ranking: `min(k, relevant)` relevant documents in front. In the range 0..=1; 0
/// when nothing is relevant or `k` is 0.
///
/// # Panics
///
/// When `ranks` are not what the [module](crate) asks.
///
/// ```
/// // The only relevant document at rank 3: (1 / log2 4) / (1 / log2 2).
/// assert!((isogloss_measures::ndcg_at(10, &[3], 1) - 0.5).abs() < 1e-12);
/// ```
pub fn ndcg_at(k: usize, ranks: &[usize], relevant: usize) -> f64 {
    let ranks = sorted(ranks);
    assert_found(&ranks, relevant);
    let discount = |rank: usize| 1.0 / (rank as f64 + 1.0).log2();
    let ideal: f64 = (1..=relevant.min(k)).map(discount).sum();
    if ideal == 0.0 {
        return 0.0;
    }
    let gained: f64 = ranks[..within(k, &ranks)].iter().copied().map(discount).sum();
    gained / ideal
}

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
/// When `ranks` are not what the [module](crate) asks.
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

/// The arithmetic mean, `None` of nothing: a language without queries has no figure, and 0 would
/// pass for a bad one.
///
/// ```
/// assert_eq!(isogloss_measures::mean(&[1.0, 0.0, 0.5]), Some(0.5));
/// assert_eq!(isogloss_measures::mean(&[]), None);
/// ```
pub fn mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    Some(values.iter().sum::<f64>() / values.len() as f64)
}

/// The ranks in ascending order, after checking that they are ranks at all.
fn sorted(ranks: &[usize]) -> Vec<usize> {
    let mut ranks = ranks.to_vec();
    ranks.sort_unstable();
    assert!(ranks.first() != Some(&0), "ranks count from 1, found a rank of 0");
    for pair in ranks.windows(2) {
        assert!(pair[0] < pair[1], "two documents cannot share rank {}", pair[0]);
    }
    ranks
}

fn assert_found(ranks: &[usize], relevant: usize) {
    assert!(
        ranks.len() <= relevant,
        "{} ranks of relevant documents, but only {relevant} relevant documents",
        ranks.len()
    );
}

/// How many of the ascending `ranks` are at most `k`.
fn within(k: usize, ranks: &[usize]) -> usize {
    ranks.partition_point(|&rank| rank <= k)
}
