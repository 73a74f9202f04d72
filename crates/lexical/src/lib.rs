//! Rankings without a model: BM25 with words as each language writes them, and chance.
//!
//! A dense model is worth its cost only where it ranks better than counting words does, and a
//! measure of language bias means something only beside that of a random order. So the baselines
//! are scored under the same protocol as models: they give a score for every document of a pool, or
//! the best `k`, and equal scores are ordered by document id, descending, as everywhere.
//!
//! - [`Words`]: text to words.
//! - [`Index`]: BM25 over any documents.
//! - [`fusion`]: several rankings to one.
//! - [`random`]: an order by chance, from a seed.

mod error;
pub mod fusion;
mod index;
mod order;
pub mod random;
mod words;

pub use error::LexicalError;
pub use index::{Index, Parameters};
pub use order::{Hit, Order};
pub use words::Words;
