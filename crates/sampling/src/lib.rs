//! Batch composition: which pairs of query and passage meet in a batch, and in which languages.
//!
//! With in-batch negatives the composition of a batch decides what the encoder learns: the other
//! rows' passages are the negatives, so a batch in one language teaches retrieval within it and a
//! batch across languages teaches the encoder to look past the language. Four compositions are
//! offered, see [`Composition`]; hybrid batches are those of arXiv 2408.10536.
//!
//! Decisions:
//! - **No false negatives.** No two rows of a batch share a text or a meaning, see [`Sampler`].
//!   A row that would is deferred to a later batch, never dropped.
//! - **Reproducible.** The stream of batches is a function of the training set, the [`Plan`] and
//!   its seed on every platform: `ChaCha8`, integer draws only, weights rounded to integers.
//! - **Indices only.** A [`Batch`] holds text ids; tokenised texts stay with the caller, who also
//!   makes the texts of code-switched rows with a [`Switcher`].
//! - **Accounted for.** A [`Tally`] sets what was drawn beside what was planned, by language, pair
//!   and source; it prints as a table and serialises.
//!
//! ```
//! use corpora::training::{Entry, TrainingSet};
//! use isogloss_sampling::{Composition, Plan, Sampler};
//!
//! // Four meanings, each as query and passage in English (0) and German (1).
//! let entries = (0..8)
//!     .map(|i| Entry { group: i / 2, source: 0, language: i % 2, query: 2 * i, passage: 2 * i + 1 })
//!     .collect();
//! let set = TrainingSet {
//!     languages: vec!["en".into(), "de".into()],
//!     sources: vec!["wiki".into()],
//!     texts: (0..16).map(|i| format!("text {i}")).collect(),
//!     entries,
//!     ..TrainingSet::default()
//! };
//! let plan = Plan { composition: Composition::Cross, batch: 3, ..Plan::default() };
//! let mut sampler = Sampler::new(&set, &plan)?;
//! let batch = sampler.next_batch();
//! assert_eq!(batch.len(), 3);
//! assert!((0..3).all(|i| batch.query_languages[i] != batch.passage_languages[i]));
//! # Ok::<(), isogloss_sampling::SamplingError>(())
//! ```

mod alpha;
mod batch;
mod catalogue;
mod checks;
mod clusters;
mod code_switch;
mod composition;
mod dictionary;
mod draws;
mod error;
mod names;
mod negatives;
mod pairs;
mod plan;
mod power;
mod queues;
mod report;
mod sampler;
mod shelves;
mod switching;
mod tally;
mod words;

pub use alpha::{Alpha, Curve};
pub use batch::{Batch, BatchKind};
pub use code_switch::{CodeSwitch, Side, Sides, Switch};
pub use composition::Composition;
pub use error::{SamplingError, Scope};
pub use negatives::NegativeCounts;
pub use plan::Plan;
pub use power::Power;
pub use sampler::Sampler;
pub use switching::{Switched, Switcher};
pub use tally::{Share, Tally};
