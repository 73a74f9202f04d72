//! Several rankings of one query to one.
//!
//! Words and vectors fail on different questions, so their rankings together are better than
//! either. Reciprocal ranks (Cormack, Clarke and Büttcher, SIGIR 2009) need no common scale; sums of
//! normalised scores keep how far apart documents are. A document that a ranking does not list is
//! taken for worse than all that it lists: its reciprocal rank is 0, and its normalised score that
//! of the ranking's last.

use std::collections::HashMap;

use crate::{Hit, LexicalError, Order};

/// `k` of the paper on reciprocal ranks.
pub const RANK_OFFSET: f64 = 60.0;

/// How scores of different rankings are brought to one scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Normalisation {
    /// The lowest to 0, the highest to 1. All to 0 where they are equal.
    MinMax,
    /// The mean to 0, the standard deviation (of the listed, divided by their number) to 1. All to
    /// 0 where they are equal.
    ZScore,
}

/// Adds `1 / (k + rank)` over rankings, with ranks from 1. Rankings are best first and list a
/// document at most once; their scores are not read. The result has every document that is listed,
/// best first, equal ones in `order`.
///
/// # Errors
///
/// [`LexicalError::Parameter`] for a `k` below 0 or no number.
pub fn reciprocal_ranks(
    rankings: &[&[Hit]],
    k: f64,
    order: &Order,
) -> Result<Vec<Hit>, LexicalError> {
    if !(k.is_finite() && k >= 0.0) {
        return Err(LexicalError::Parameter { name: "k", value: k, expected: "0 or more" });
    }
    let mut sums = Sums::default();
    for ranking in rankings {
        for (rank, hit) in (1..).zip(*ranking) {
            sums.add(hit.document, 1.0 / (k + f64::from(rank)));
        }
    }
    Ok(sums.ranking(order))
}

/// Adds normalised scores over rankings, each times its weight. Rankings may be in any order and
/// list a document at most once. The result has every document that is listed, best first, equal
/// ones in `order`.
///
/// # Errors
///
/// [`LexicalError::Weights`] unless there is one weight for each ranking,
/// [`LexicalError::Parameter`] for a weight that is no number, and [`LexicalError::Score`] for such
/// a score.
pub fn normalised_sum(
    rankings: &[&[Hit]],
    weights: &[f64],
    normalisation: Normalisation,
    order: &Order,
) -> Result<Vec<Hit>, LexicalError> {
    if rankings.len() != weights.len() {
        let (weights, rankings) = (weights.len(), rankings.len());
        return Err(LexicalError::Weights { weights, rankings });
    }
    if let Some(&value) = weights.iter().find(|weight| !weight.is_finite()) {
        return Err(LexicalError::Parameter { name: "weight", value, expected: "a number" });
    }
    let mut sums = Sums::default();
    let mut unlisted = 0.0;
    for (index, (ranking, weight)) in rankings.iter().zip(weights).enumerate() {
        if let Some(hit) = ranking.iter().find(|hit| !hit.score.is_finite()) {
            let Hit { document, score } = *hit;
            return Err(LexicalError::Score { ranking: index, document, score });
        }
        let scale = Scale::of(ranking, normalisation);
        // Everything starts as the last of the ranking; what is listed is lifted above that.
        unlisted += weight * scale.lowest;
        for hit in *ranking {
            sums.add(hit.document, weight * (scale.apply(hit.score) - scale.lowest));
        }
    }
    Ok(sums.raised(unlisted).ranking(order))
}

/// `(score − origin) / unit`, and what the lowest score becomes.
struct Scale {
    origin: f64,
    unit: f64,
    lowest: f64,
}

impl Scale {
    fn of(ranking: &[Hit], normalisation: Normalisation) -> Self {
        let scores = || ranking.iter().map(|hit| f64::from(hit.score));
        let low = scores().fold(f64::INFINITY, f64::min);
        let high = scores().fold(f64::NEG_INFINITY, f64::max);
        let equal = low >= high;
        let (origin, unit) = match normalisation {
            Normalisation::MinMax => (low, high - low),
            Normalisation::ZScore => {
                let count = ranking.len() as f64;
                let mean = scores().sum::<f64>() / count;
                let variance = scores().map(|score| (score - mean).powi(2)).sum::<f64>() / count;
                (mean, variance.sqrt())
            }
        };
        if equal {
            // One or no score, or all the same: nothing to tell apart.
            return Self { origin: low, unit: f64::INFINITY, lowest: 0.0 };
        }
        Self { origin, unit, lowest: (low - origin) / unit }
    }

    fn apply(&self, score: f32) -> f64 {
        (f64::from(score) - self.origin) / self.unit
    }
}

/// Sums by document.
#[derive(Default)]
struct Sums(HashMap<u32, f64>);

impl Sums {
    fn add(&mut self, document: u32, value: f64) {
        *self.0.entry(document).or_default() += value;
    }

    fn raised(mut self, by: f64) -> Self {
        self.0.values_mut().for_each(|sum| *sum += by);
        self
    }

    fn ranking(self, order: &Order) -> Vec<Hit> {
        let hits = self.0.into_iter().map(|(document, sum)| Hit { document, score: sum as f32 });
        let hits: Vec<Hit> = hits.collect();
        let count = hits.len();
        order.top(hits, count)
    }
}
