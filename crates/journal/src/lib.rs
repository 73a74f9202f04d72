//! What a training run wrote down: a journal of JSON Lines, and the same numbers as TensorBoard
//! events.
//!
//! There is one list of things a run says, [`Line`]; every way of seeing a run (journal, events,
//! dashboard, report) is fed by it. So the trainer says each thing once, and a new way of seeing
//! needs nothing from the trainer.
//!
//! The journal is the record and the events are a copy of it for a tool of others: only the
//! journal is ever read back. A line is handed to the system whole before the call returns, so a
//! run that is killed leaves at most one cut line, the last, which [`Journal::read`] leaves out.
//!
//! ```no_run
//! # fn main() -> Result<(), isogloss_journal::JournalError> {
//! use std::path::Path;
//!
//! use isogloss_journal::{Line, Recorder, Run, Step};
//!
//! let run = Run { name: "hybrid".into(), pairs_per_step: 128, ..Run::default() };
//! let (journal, events) = (Path::new("hybrid.metrics.jsonl"), Path::new("hybrid.events"));
//! let mut recorder = Recorder::fresh(journal, Some(events), &run)?;
//! let step = Step { step: 1, steps: 1000, loss: 4.85, rows: 128, ..Step::default() };
//! recorder.observe(&Line::Step(step))?;
//! # Ok(())
//! # }
//! ```

mod average;
mod error;
mod events;
mod float;
mod line;
pub mod number;
mod read;
mod recorder;
mod tfevents;
mod write;

pub use average::Average;
pub use error::JournalError;
pub use events::Events;
pub use line::{End, Ended, Line, Run, Step, Validation};
pub use read::Journal;
pub use recorder::Recorder;
pub use write::Writer;
