//! From the nearest candidates of a query to its hard negatives: a pure function, so that every
//! promise about negatives is a property of it.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::{Hit, Settings, Strategy};

/// What was chosen for a query.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice {
    /// The negatives, nearest first.
    pub negatives: Vec<Hit>,
    /// Candidates considered that score too much to be surely wrong.
    pub above: usize,
    /// Candidates considered that score too little to be hard.
    pub below: usize,
    /// Candidates considered.
    pub considered: usize,
    /// Score of the last candidate considered.
    pub last: Option<f32>,
}

impl Choice {
    /// Whether there were candidates and all of them score too much.
    pub fn all_above(&self) -> bool {
        self.above > 0 && self.above == self.considered
    }
}

/// Chooses the negatives of query number `query` among `nearest`, candidates that may be negatives
/// by their meaning and language, nearest first, equal scores by candidate.
///
/// In this order, as sentence-transformers does it: the first [`Settings::window`] of them are
/// considered; those are dropped that score too much or too little; the first `range_min` of the
/// rest are left out; of what remains `negatives` are taken.
///
/// `positive` is the score of the query's positive, the lowest one if it has several; with a margin
/// or a percentage a query without one gets no negatives. For a positive of negative score the
/// percentage is of its size, so that 95 is always below the positive and not above.
pub fn choose(nearest: &[Hit], positive: Option<f32>, settings: &Settings, query: usize) -> Choice {
    let considered = &nearest[..settings.window().min(nearest.len())];
    let last = considered.last().map(|hit| hit.score);
    let mut choice = Choice { considered: considered.len(), last, ..Choice::default() };
    let relative = settings.margin.is_some() || settings.percent.is_some();
    if relative && positive.is_none() {
        return choice;
    }
    let positive = positive.map_or(f64::INFINITY, f64::from);
    let highest = [
        settings.margin.map(|margin| positive - margin),
        settings.percent.map(|percent| positive - positive.abs() * (1.0 - percent / 100.0)),
        settings.max_score,
    ];
    let highest = highest.into_iter().flatten().fold(f64::INFINITY, f64::min);
    let lowest = settings.min_score.unwrap_or(f64::NEG_INFINITY);
    let mut left = Vec::with_capacity(considered.len());
    for &hit in considered {
        let score = f64::from(hit.score);
        if score > highest {
            choice.above += 1;
        } else if score < lowest {
            choice.below += 1;
        } else {
            left.push(hit);
        }
    }
    left.drain(..settings.range_min.min(left.len()));
    if settings.choice == Strategy::Random && left.len() > settings.negatives {
        // A stream a query: what one query draws does not depend on the others.
        let mut rng = ChaCha8Rng::seed_from_u64(settings.seed);
        rng.set_stream(query as u64);
        let (drawn, _) = left.partial_shuffle(&mut rng, settings.negatives);
        drawn.sort_unstable_by(Hit::nearest_first);
        left = drawn.to_vec();
    }
    left.truncate(settings.negatives);
    choice.negatives = left;
    choice
}
