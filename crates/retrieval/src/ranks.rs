//! Ranks and the best few of one row of scores.
//!
//! A rank is found by counting, not by sorting: an evaluation asks for the ranks of a handful of
//! relevant candidates among thousands, and a counting pass is a plain loop that compilers turn
//! into vector instructions on every target. Ids are looked at only where scores are equal.

use std::cmp::Ordering;

use crate::RetrievalError;

/// Where each candidate stands among candidates of its own score: `trec_eval`'s order, by document
/// id, descending, compared byte by byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TieOrder {
    /// Per candidate, the number of candidates with a greater id.
    position: Vec<u32>,
}

impl TieOrder {
    /// Reads the ids in the order of the candidates.
    ///
    /// # Errors
    ///
    /// [`RetrievalError::DuplicateId`] when two candidates share an id.
    pub fn new<S: AsRef<str>>(ids: &[S]) -> Result<Self, RetrievalError> {
        let mut descending: Vec<usize> = (0..ids.len()).collect();
        descending.sort_unstable_by(|&a, &b| ids[b].as_ref().cmp(ids[a].as_ref()));
        let equal = |pair: &&[usize]| ids[pair[0]].as_ref() == ids[pair[1]].as_ref();
        if let Some(pair) = descending.windows(2).find(equal) {
            return Err(RetrievalError::DuplicateId(ids[pair[0]].as_ref().to_owned()));
        }
        let mut position = vec![0; ids.len()];
        for (place, &candidate) in descending.iter().enumerate() {
            position[candidate] = place as u32;
        }
        Ok(Self { position })
    }

    /// Number of candidates.
    pub fn len(&self) -> usize {
        self.position.len()
    }

    /// Whether there is no candidate.
    pub fn is_empty(&self) -> bool {
        self.position.is_empty()
    }
}

/// The rank of one candidate, from 1: one more than the candidates scored above it, or equal to it
/// with a greater id.
///
/// `scores` holds one score per candidate of `tie` and no NaN, as [`crate::Index::scores`] gives.
///
/// # Panics
///
/// When `scores` and `tie` differ in length, or `candidate` is not among them.
#[expect(clippy::float_cmp, reason = "a tie is exact equality, as in trec_eval")]
pub fn rank_of(scores: &[f32], tie: &TieOrder, candidate: usize) -> usize {
    assert_eq!(scores.len(), tie.len(), "one score per candidate");
    let own = scores[candidate];
    let mut above = 0_u32;
    let mut equal = 0_u32;
    for &score in scores {
        above += u32::from(score > own);
        equal += u32::from(score == own);
    }
    let mut before = above as usize;
    if equal > 1 {
        let place = tie.position[candidate];
        let places = scores.iter().zip(&tie.position);
        before += places.filter(|&(&score, &other)| score == own && other < place).count();
    }
    before + 1
}

/// Sorts some candidates best first, as [`rank_of`] ranks them.
///
/// # Panics
///
/// When `scores` and `tie` differ in length, or a candidate is not among them.
pub fn best_first(scores: &[f32], tie: &TieOrder, candidates: &mut [usize]) {
    assert_eq!(scores.len(), tie.len(), "one score per candidate");
    candidates.sort_unstable_by(|&a, &b| {
        // `partial_cmp`, not `total_cmp`: 0 and -0 are equal scores, in `rank_of` too.
        let by_score = scores[b].partial_cmp(&scores[a]).unwrap_or(Ordering::Equal);
        by_score.then(tie.position[a].cmp(&tie.position[b]))
    });
}

/// A found candidate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// Its row among the candidates.
    pub index: usize,
    /// Its score, the cosine with the query.
    pub score: f32,
}

/// The `k` best candidates, best first; all of them when there are fewer.
///
/// `scores` holds one score per candidate of `tie`. The work is linear in the candidates: they are
/// split around the `k`-th best, and only those before it are sorted.
///
/// # Panics
///
/// When `scores` and `tie` differ in length.
pub fn top_k(scores: &[f32], k: usize, tie: &TieOrder) -> Vec<Hit> {
    assert_eq!(scores.len(), tie.len(), "one score per candidate");
    let best_first = |a: &u32, b: &u32| -> Ordering {
        let (a, b) = (*a as usize, *b as usize);
        // `partial_cmp`, not `total_cmp`: 0 and -0 are equal scores, in `rank_of` too.
        let by_score = scores[b].partial_cmp(&scores[a]).unwrap_or(Ordering::Equal);
        by_score.then(tie.position[a].cmp(&tie.position[b]))
    };
    // A NaN has no place in an order, and would make the comparison inconsistent.
    let least = worth_a_look(scores, k);
    let candidates = (0..scores.len()).filter(|&at| scores[at] >= least);
    let mut order: Vec<u32> = candidates.map(|at| at as u32).collect();
    if k < order.len() {
        if k > 0 {
            order.select_nth_unstable_by(k - 1, best_first);
        }
        order.truncate(k);
    }
    order.sort_unstable_by(best_first);
    let hit = |&at: &u32| Hit { index: at as usize, score: scores[at as usize] };
    order.iter().map(hit).collect()
}

/// A score that at least `k` candidates reach: those below it need not be sorted. The best of each
/// of `k` parts reach the worst of those bests; finding it is a pass that compilers turn into
/// vector instructions, and it leaves few of the candidates.
fn worth_a_look(scores: &[f32], k: usize) -> f32 {
    if k == 0 || scores.len() < 8 * k {
        return f32::NEG_INFINITY;
    }
    let best =
        |part: &[f32]| part.iter().fold(f32::NEG_INFINITY, |a, &b| if b > a { b } else { a });
    scores.chunks_exact(scores.len() / k).map(best).fold(f32::INFINITY, f32::min)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All candidates in `trec_eval`'s order, by a full sort.
    fn sorted(scores: &[f32], ids: &[String]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|&a, &b| {
            scores[b].partial_cmp(&scores[a]).unwrap().then_with(|| ids[b].cmp(&ids[a]))
        });
        order
    }

    #[test]
    fn equal_scores_are_ordered_by_descending_id() {
        let tie = TieOrder::new(&["b", "a", "c", "d"]).unwrap();
        let scores = [0.5, 0.5, 0.5, 0.9];
        let ranks: Vec<usize> = (0..4).map(|at| rank_of(&scores, &tie, at)).collect();
        assert_eq!(ranks, [3, 4, 2, 1]);
        let hits: Vec<usize> = top_k(&scores, 3, &tie).iter().map(|hit| hit.index).collect();
        assert_eq!(hits, [3, 2, 0]);
    }

    #[test]
    fn ids_are_compared_as_bytes_not_as_numbers_or_letters() {
        // "de_9" > "de_10" byte by byte; "ß" (two bytes from 0xC3) is above every ASCII letter.
        let tie = TieOrder::new(&["de_10", "de_9", "Z", "ß"]).unwrap();
        let ranks: Vec<usize> = (0..4).map(|at| rank_of(&[0.0; 4], &tie, at)).collect();
        assert_eq!(ranks, [3, 2, 4, 1]);
    }

    #[test]
    fn zero_and_minus_zero_are_one_score() {
        let tie = TieOrder::new(&["a", "b"]).unwrap();
        assert_eq!(rank_of(&[0.0, -0.0], &tie, 0), 2);
        assert_eq!(top_k(&[0.0, -0.0], 1, &tie)[0].index, 1);
    }

    #[test]
    fn an_id_given_twice_is_named() {
        let error = TieOrder::new(&["a", "b", "a"]).unwrap_err();
        assert_eq!(error.to_string(), "the candidate id `a` occurs twice");
    }

    #[test]
    fn no_candidates_and_no_hits() {
        let none = TieOrder::new::<&str>(&[]).unwrap();
        assert!(none.is_empty());
        assert!(top_k(&[], 10, &none).is_empty());
        let one = TieOrder::new(&["a"]).unwrap();
        assert!(top_k(&[0.3], 0, &one).is_empty());
        assert_eq!(top_k(&[0.3], 9, &one), [Hit { index: 0, score: 0.3 }]);
    }

    proptest! {
        /// Counting and selecting agree with a full sort, ties (few distinct scores) included.
        #[test]
        fn ranks_and_hits_are_those_of_a_full_sort(
            levels in prop::collection::vec(-3_i8..4, 1..80),
            k in prop_oneof![0_usize..6, 0_usize..90],
            multiplier in 1_usize..80,
        ) {
            let scores: Vec<f32> = levels.iter().map(|&level| f32::from(level) / 4.0).collect();
            // Ids in an order unlike that of the candidates.
            let ids: Vec<String> =
                (0..scores.len()).map(|at| format!("{}_{at}", at * multiplier % 7)).collect();
            let tie = TieOrder::new(&ids).unwrap();
            let order = sorted(&scores, &ids);
            for (place, &candidate) in order.iter().enumerate() {
                prop_assert_eq!(rank_of(&scores, &tie, candidate), place + 1);
            }
            let hits: Vec<usize> = top_k(&scores, k, &tie).iter().map(|hit| hit.index).collect();
            prop_assert_eq!(&hits, &order[..k.min(order.len())]);
            let mut every: Vec<usize> = (0..scores.len()).collect();
            best_first(&scores, &tie, &mut every);
            prop_assert_eq!(&every, &order);
        }
    }
}
