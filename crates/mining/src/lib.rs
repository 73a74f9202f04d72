//! Hard negatives: who is near, and who is too near to be wrong.
//!
//! Mining finds, for each query, passages that a model takes for answers and that are none. The
//! danger is the false negative, a passage that is right although no row says so. This crate knows
//! three ways to keep them out: what the data itself tells about meaning ([`Pool::same_meaning`]),
//! scores relative to the positive's, and the ranks that are left out ([`Settings`]).
//!
//! It knows nothing of models and devices. Data flows one way:
//!
//! ```text
//! inputs → Pool → texts for the caller to encode and score → Nearest → choose → Tally, Output
//! ```
//!
//! - [`Inputs`] reads training files, and writes them again with negatives.
//! - [`Pool`] says who asks, who may answer, and who means the same.
//! - [`Nearest`] takes in blocks of scores and keeps the best few of each query.
//! - [`choose`] picks the negatives of one query; a pure function.
//! - [`Tally`] counts what was mined and why candidates were dropped.

mod choose;
mod error;
mod inputs;
mod lists;
mod meaning;
mod nearest;
mod output;
mod pool;
mod settings;
mod tally;

pub use choose::{Choice, choose};
pub use error::MiningError;
pub use inputs::{Inputs, Layout};
pub use nearest::{Hit, Nearest};
pub use output::{Mined, Unmined, Written};
pub use pool::{Pool, Query};
pub use settings::{Languages, Settings, Strategy};
pub use tally::{LanguageTally, Tally};
