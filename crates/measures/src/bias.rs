//! Language bias: does a ranking over the pool of all languages prefer some of them?
//!
//! Every measure here looks at one query. Languages are indices that the caller gives out.

mod consistency;
mod distance;
mod matrix;
mod peer;
mod preference;
mod target;

pub use consistency::{rank_correlation, rank_correlation_at};
pub use distance::{complete_at, max_rank, rank_distance};
pub use matrix::LanguageMatrix;
pub use peer::{kruskal_wallis, peer_at};
pub use preference::{language_preference, language_shares_at};
pub use target::{OtherAnswers, one_target_precision};

/// A relevant passage of one query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Placed {
    /// The passage's language.
    pub language: usize,
    /// Its rank over the whole pool, from 1; `None` when it was not retrieved.
    pub rank: Option<usize>,
}
