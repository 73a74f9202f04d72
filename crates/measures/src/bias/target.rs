//! The pool with one target left: which language of the answer is found best?

use super::Placed;
use crate::precision::average_precision;

/// What becomes of the correct answers in the other languages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OtherAnswers {
    /// They leave the pool: LAReQA's one-target pool.
    #[default]
    Removed,
    /// They stay and count as wrong: how much better the other languages do is then visible too.
    Wrong,
}

/// Average precision of one query in a pool where only the answers in `target` count.
///
/// With the others [removed](OtherAnswers::Removed) each rank falls by the number of other answers
/// that stood before it, so the full ranking's ranks suffice and no second search is needed. Over
/// all pairs of query language and `target` it fills a [`LanguageMatrix`](super::LanguageMatrix)
/// whose diagonal shows a preference for the own language. `None` when `target` has no answer.
///
/// Source: LAReQA (arXiv 2004.05484), which leaves one of the eleven targets of XQuAD-R in the
/// pool. Where a language has several answers all of them are kept, which is the definition here.
///
/// # Panics
///
/// When two passages share a rank, or one has a rank of 0.
///
/// ```
/// use isogloss_measures::{OtherAnswers, Placed, one_target_precision};
///
/// let placed = |language, rank| Placed { language, rank: Some(rank) };
/// let passages = [placed(0, 1), placed(1, 2), placed(2, 5)];
/// // Without the two answers before it, the third stands at rank 3.
/// let removed = one_target_precision(2, OtherAnswers::Removed, &passages).unwrap();
/// assert!((removed - 1.0 / 3.0).abs() < 1e-12);
/// let wrong = one_target_precision(2, OtherAnswers::Wrong, &passages).unwrap();
/// assert!((wrong - 1.0 / 5.0).abs() < 1e-12);
/// ```
pub fn one_target_precision(
    target: usize,
    others: OtherAnswers,
    passages: &[Placed],
) -> Option<f64> {
    let (own, other): (Vec<Placed>, Vec<Placed>) =
        passages.iter().partition(|passage| passage.language == target);
    if own.is_empty() {
        return None;
    }
    let ranks: Vec<usize> = own.iter().filter_map(|passage| passage.rank).collect();
    let before = |rank: usize| other.iter().filter(|o| o.rank.is_some_and(|r| r < rank)).count();
    let ranks: Vec<usize> = match others {
        OtherAnswers::Removed => ranks.iter().map(|&rank| rank - before(rank)).collect(),
        OtherAnswers::Wrong => ranks,
    };
    Some(average_precision(&ranks, own.len()))
}
