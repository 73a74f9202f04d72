//! Scores to rankings.
//!
//! Equal scores are ordered by document id, descending, as `trec_eval` does. Comparing ids for each
//! pair of equal scores would cost most where all scores are 0, so the order of the ids is worked
//! out once.

use std::cmp::Ordering;

/// A document in a ranking.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Index of the document.
    pub document: u32,
    /// Its score; higher is better.
    pub score: f32,
}

/// The order of equal scores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Of each document, its place among equals.
    places: Vec<u32>,
}

impl Order {
    /// The order of documents with these ids: descending, and equal ids as they come.
    pub fn of_ids<T: AsRef<str>>(ids: &[T]) -> Self {
        let mut sorted: Vec<u32> = (0..ids.len() as u32).collect();
        let id = |document: &u32| ids[*document as usize].as_ref();
        sorted.sort_by(|a, b| id(b).cmp(id(a)));
        let mut places = vec![0; ids.len()];
        for (place, document) in (0u32..).zip(sorted) {
            places[document as usize] = place;
        }
        Self { places }
    }

    /// How many documents it orders.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are no documents.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The order between two hits: the better comes first.
    pub fn compare(&self, a: &Hit, b: &Hit) -> Ordering {
        let place = |hit: &Hit| self.places[hit.document as usize];
        b.score.total_cmp(&a.score).then_with(|| place(a).cmp(&place(b)))
    }

    /// The best `k` of `hits`, best first.
    pub fn top(&self, mut hits: Vec<Hit>, k: usize) -> Vec<Hit> {
        if k == 0 {
            return Vec::new();
        }
        if k < hits.len() {
            hits.select_nth_unstable_by(k - 1, |a, b| self.compare(a, b));
            hits.truncate(k);
        }
        hits.sort_unstable_by(|a, b| self.compare(a, b));
        hits
    }

    /// All documents by their scores, which are one for each, best first.
    pub fn ranking(&self, scores: &[f32]) -> Vec<Hit> {
        let hits = (0u32..).zip(scores).map(|(document, &score)| Hit { document, score });
        self.top(hits.collect(), scores.len())
    }

    /// The ranks, from 1, of some documents among all by their scores, which are one for each:
    /// those that [`Order::ranking`] would show, by counting what is better instead of sorting.
    pub fn ranks(&self, scores: &[f32], documents: &[u32]) -> Vec<usize> {
        let rank = |&document: &u32| {
            let (score, place) = (scores[document as usize], self.places[document as usize]);
            let better = scores.iter().zip(&self.places).filter(|(other, at)| {
                match other.total_cmp(&score) {
                    Ordering::Greater => true,
                    Ordering::Equal => **at < place,
                    Ordering::Less => false,
                }
            });
            better.count() + 1
        };
        documents.iter().map(rank).collect()
    }
}
