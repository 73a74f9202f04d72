//! From text to token ids.
//!
//! A thin layer over Hugging Face's `tokenizers`, so that any published `tokenizer.json` works.
//! Truncation is ours, not the tokenizer file's: the maximum length belongs to the model's
//! config, differs between queries and passages, and must keep the special tokens at the end.
//! Batches carry lengths instead of a mask of zeros and ones; whoever needs a mask derives it.

mod batch;
mod error;
mod tokenizer;
#[cfg(not(target_arch = "wasm32"))]
mod train;
#[cfg(not(target_arch = "wasm32"))]
mod trim;
#[cfg(not(target_arch = "wasm32"))]
mod usage;

pub use batch::{TokenBatch, length_buckets};
pub use error::TokenError;
pub use tokenizer::Tokenizer;
#[cfg(not(target_arch = "wasm32"))]
pub use train::{Unigram, train_unigram};
#[cfg(not(target_arch = "wasm32"))]
pub use trim::{TokenizerSize, TrimError, Trimmed, known_languages, pieces_of_languages, trim};
#[cfg(not(target_arch = "wasm32"))]
pub use usage::Usage;
