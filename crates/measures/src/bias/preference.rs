//! Which languages a ranking puts in front.

use super::Placed;

/// Language preference of one query: 1 when the first of its parallel relevant passages is the one
/// in the query's own language, else 0. Its mean over queries is LPR, the language preference rate.
///
/// With one passage per language in L languages, a ranking that does not see the language gives
/// 1 / L. Neither high nor low is better in itself: a reader may want the own language, a fair pool
/// wants none. `None` when the query's language has no relevant passage, no other language has one,
/// or none was retrieved: there was nothing to prefer.
///
/// Source: the Language Preference Rate of MLAIRE (arXiv 2605.07249), which asks whether the
/// passage in the query's language is preferred when parallel passages are in the pool. That the
/// first of them decides, whatever else stands before it, is the definition here.
///
/// ```
/// use isogloss_measures::{Placed, language_preference};
///
/// let placed = |language, rank| Placed { language, rank: Some(rank) };
/// let passages = [placed(0, 7), placed(1, 3), placed(2, 40)];
/// assert_eq!(language_preference(1, &passages), Some(1.0));
/// assert_eq!(language_preference(0, &passages), Some(0.0));
/// assert_eq!(language_preference(9, &passages), None);
/// ```
pub fn language_preference(query_language: usize, passages: &[Placed]) -> Option<f64> {
    let own = passages.iter().any(|passage| passage.language == query_language);
    let other = passages.iter().any(|passage| passage.language != query_language);
    let first = passages.iter().filter(|p| p.rank.is_some()).min_by_key(|p| p.rank)?;
    (own && other).then(|| f64::from(u8::from(first.language == query_language)))
}

/// The share of each language among the first `k` documents of one ranking, relevant or not.
///
/// `ranking` has the language of each document in the order of the ranking; the result has one
/// share for each of `languages`. They sum to 1, or are all 0 when the ranking is empty. Compare
/// with the shares of the pool; LAReQA (arXiv 2004.05484) shows them for the query's own language.
///
/// # Panics
///
/// When a document's language is not below `languages`.
///
/// ```
/// use isogloss_measures::language_shares_at;
/// assert_eq!(language_shares_at(4, &[0, 2, 0, 1, 1, 1], 3), [0.5, 0.25, 0.25]);
/// ```
pub fn language_shares_at(k: usize, ranking: &[usize], languages: usize) -> Vec<f64> {
    let first = &ranking[..k.min(ranking.len())];
    let mut counts = vec![0_usize; languages];
    for &language in first {
        assert!(language < languages, "language {language} of {languages}");
        counts[language] += 1;
    }
    counts.into_iter().map(|count| count as f64 / first.len().max(1) as f64).collect()
}
