//! What an observer of a run is told.

use sampling::{Batch, Tally};

use crate::Measure;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// A step was taken.
    Step(Taken<'a>),
    /// The model was validated.
    Validation(Validated),
}

/// A step.
#[derive(Clone, Debug)]
pub struct Taken<'a> {
    /// Steps taken, this one included.
    pub step: u64,
    /// Steps in all.
    pub steps: u64,
    /// Mean loss of its batches.
    pub loss: f32,
    /// Learning rate of the step.
    pub rate: f64,
    /// Its first batch.
    pub batch: &'a Batch,
    /// Rows of all its batches.
    pub rows: usize,
    /// The first batch's kind, with its language: `mono de`, `cross`, `mixed`.
    pub kind: &'a str,
    /// Norm of all gradients together before they were clipped, where it was taken.
    pub gradient_norm: Option<f32>,
    /// What the loss was multiplied by, in mixed precision.
    pub loss_scale: Option<f64>,
    /// Whether nothing was updated, because gradients overflowed in mixed precision.
    pub skipped: bool,
    /// The learned temperature, every so many steps.
    pub temperature: Option<f32>,
    /// Bytes that the device's allocator holds, every so many steps, where it tells.
    pub device_bytes: Option<u64>,
    /// Seconds since training began.
    pub seconds: f64,
}

/// A validation.
#[derive(Clone, Copy, Debug)]
pub struct Validated {
    /// Steps taken.
    pub step: u64,
    /// What was measured.
    pub measure: Measure,
    /// Its value.
    pub value: f64,
    /// Whether it is the best so far.
    pub best: bool,
    /// Seconds since training began.
    pub seconds: f64,
}

/// How training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All steps were taken.
    Completed,
    /// The observer asked to stop.
    Interrupted,
    /// Validation did not get better any more.
    StoppedEarly,
}

/// What a run did.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How it ended.
    pub ended: Ended,
    /// Steps taken.
    pub steps: u64,
    /// Seconds of training.
    pub seconds: f64,
    /// What was planned and what was drawn.
    pub tally: Tally,
}
