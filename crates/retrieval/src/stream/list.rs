//! The best few candidates of each query so far.
//!
//! A list takes up to twice its `k` before it is cut around the `k`-th best, which makes the work
//! for a candidate constant. What it is cut to gives the score below which nothing is taken any
//! more; readers look that up without a lock and come with what passes, which soon is little.

use std::cmp::Ordering;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use super::SearchError;

/// A found candidate.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Its id.
    pub id: String,
    /// Its score, the dot product with the query.
    pub score: f32,
}

/// Higher scores first, then greater ids.
pub(super) fn best_first(a: &Found, b: &Found) -> Ordering {
    // `partial_cmp`, not `total_cmp`: 0 and -0 are equal scores. There is no NaN among them.
    let by_score = b.score.partial_cmp(&a.score).unwrap_or(Ordering::Equal);
    by_score.then_with(|| b.id.cmp(&a.id))
}

/// Sorts what was found by a query and cuts it to the best `k`.
///
/// # Errors
///
/// [`SearchError::Twice`] when two of them have one id.
pub(super) fn ranked(
    query: usize,
    mut found: Vec<Found>,
    k: usize,
) -> Result<Vec<Found>, SearchError> {
    found.sort_unstable_by(best_first);
    found.truncate(k);
    let mut ids: Vec<&str> = found.iter().map(|found| found.id.as_str()).collect();
    ids.sort_unstable();
    match ids.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(SearchError::Twice { query, id: pair[0].to_owned() }),
        None => Ok(found),
    }
}

/// A candidate of a block that may be among the best.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub row: usize,
    pub score: f32,
}

/// The lists of all queries. Any thread may add to any of them.
#[derive(Debug)]
pub(super) struct Lists {
    k: usize,
    found: Vec<Mutex<Vec<Found>>>,
    /// Per query, the bits of the least score that still may be taken.
    least: Vec<AtomicU32>,
}

impl Lists {
    pub fn new(queries: usize, k: usize) -> Self {
        // Lists of nothing take nothing.
        let least = if k == 0 { f32::INFINITY } else { f32::NEG_INFINITY };
        Self {
            k,
            found: (0..queries).map(|_| Mutex::default()).collect(),
            least: (0..queries).map(|_| AtomicU32::new(least.to_bits())).collect(),
        }
    }

    /// The least score that the list of `query` may still take; it never falls.
    pub fn least(&self, query: usize) -> f32 {
        f32::from_bits(self.least[query].load(Relaxed))
    }

    /// Adds what is good enough.
    #[expect(clippy::float_cmp, reason = "a tie is exact equality, as in trec_eval")]
    pub fn offer(&self, query: usize, hits: &[Hit], ids: &[String]) {
        let mut list = self.found[query].lock().unwrap_or_else(PoisonError::into_inner);
        for &Hit { row, score } in hits {
            let least = self.least(query);
            // Of equals only the greater ids are taken; while the list grows again, its worst of
            // the last cut stands at that place.
            let taken = score > least
                || score == least && list.get(self.k - 1).is_none_or(|worst| ids[row] > worst.id);
            if !taken {
                continue;
            }
            list.push(Found { id: ids[row].clone(), score });
            if list.len() >= 2 * self.k {
                list.select_nth_unstable_by(self.k - 1, best_first);
                list.truncate(self.k);
                self.least[query].store(list[self.k - 1].score.to_bits(), Relaxed);
            }
        }
    }

    /// The lists, best first.
    pub fn finish(self) -> Result<Vec<Vec<Found>>, SearchError> {
        let lists = self.found.into_iter().enumerate();
        lists
            .map(|(query, list)| {
                let list = list.into_inner().unwrap_or_else(PoisonError::into_inner);
                ranked(query, list, self.k)
            })
            .collect()
    }
}
