//! The training loop.
//!
//! A [`Run`] draws batches, lets a learner take optimiser steps and tells an observer about each
//! of them; it knows nothing of terminals or files other than the model it starts from. The
//! vocabulary table is trained on the host, row by row (see [`sparse`]), the body on the device.

pub mod adam;
mod checkpoint;
mod config;
mod error;
mod learner;
mod run;
mod schedule;
pub mod sparse;

pub use checkpoint::Checkpoints;
pub use config::{DataSettings, Fresh, ModelSettings, Optimisation, Rows, RunConfig, Start};
pub use error::TrainingError;
pub use learner::{Learner, Step};
pub use run::{Ended, Event, Outcome, Run};
pub use schedule::{Decay, Schedule};
