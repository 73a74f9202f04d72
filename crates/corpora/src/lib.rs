//! Readers of retrieval benchmarks and training data.
//!
//! Data is read from its published layouts as it is: no conversion step stands between a download
//! and this crate. What comes out is plain owned values with indices instead of references, so
//! that a benchmark can be sent to a worker and a training set sampled without lookups by name.
//! Everything is ordered by the files and by sorted names, never by a hash, so the same files give
//! the same indices on every platform; batches and tie breaks rest on that.
//!
//! - [`lareqa`]: benchmarks in the layout of LAReQA (XQuAD-R, MLQA-R and the embedded corpus).
//! - [`training`]: question–passage pairs, parallel rows, bitext and lexicons.
//! - [`lexicon`]: words of one concept in many languages, to translate word by word.
//! - [`texts`]: texts to encode, streamed; the one reader that keeps nothing.
//!
//! The crate compiles for `wasm32-unknown-unknown`: there [`lareqa::parse`] takes the bytes that
//! the page fetched; only the functions that take a path need a file system.

mod error;
pub mod lareqa;
pub mod lexicon;
mod lines;
mod place;
mod shard;
mod split;
pub mod texts;
pub mod training;

pub use error::CorpusError;
pub use shard::{Shard, ShardError};
pub use split::Split;
