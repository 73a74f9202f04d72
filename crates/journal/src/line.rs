//! What a run says, in the order in which it says it: one [`Run`], then [`Step`]s with
//! [`Validation`]s among them, then one [`End`] if it came to one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::float;

/// One line of a journal; `event` tells which.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Line {
    /// What is about to be trained.
    Run(Run),
    /// A step was taken.
    Step(Step),
    /// A measure on data that is not trained on.
    Validation(Validation),
    /// Training ended.
    End(End),
}

/// What is about to be trained, and on what.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Name of the run.
    pub name: String,
    /// The run file with all options and defaults in it.
    pub config: Value,
    /// Git revision of the program, where it was built from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The device, as people call it.
    pub device: String,
    /// SHA-256 of the training files, by file.
    #[serde(default)]
    pub data: BTreeMap<String, String>,
    /// When it began, in seconds since 1970.
    pub started: u64,
    /// Planned rows of a batch.
    pub pairs_per_step: u64,
}

/// One step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Steps taken, this one included.
    pub step: u64,
    /// Steps planned.
    pub steps: u64,
    /// Loss of the batch; may be NaN.
    #[serde(deserialize_with = "float::read")]
    pub loss: f64,
    /// Learning rate of the step.
    #[serde(deserialize_with = "float::read")]
    pub learning_rate: f64,
    /// Kind of the batch, with its language: `mono de`, `cross`, `mixed`.
    pub kind: String,
    /// Rows of the batch.
    pub rows: u64,
    /// Seconds since training began, those before a restart included.
    pub seconds: f64,
    /// Global norm of the gradient before clipping.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "float::optional"
    )]
    pub gradient_norm: Option<f64>,
    /// Factor of the loss in half precision.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "float::optional"
    )]
    pub loss_scale: Option<f64>,
    /// Temperature of the softmax, where it is learned.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "float::optional"
    )]
    pub temperature: Option<f64>,
    /// Bytes in use on the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_bytes: Option<u64>,
}

/// One measure on validation data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Validation {
    /// Steps taken.
    pub step: u64,
    /// What was measured: `mAP`, `nDCG@10`, `loss`.
    pub measure: String,
    /// Its value; may be NaN.
    #[serde(deserialize_with = "float::read")]
    pub value: f64,
    /// The best of the run so far, by the measure that decides.
    #[serde(default)]
    pub best: bool,
    /// Seconds since training began.
    pub seconds: f64,
}

/// How training ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// Steps taken.
    pub steps: u64,
    /// Seconds of training.
    pub seconds: f64,
    /// Why.
    pub ended: Ended,
    /// Planned and drawn shares of languages, pairs, sources and kinds: the tally of the sampler.
    #[serde(default)]
    pub drawn: Value,
}

/// Why training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// All steps were taken.
    Completed,
    /// A person asked it to stop.
    Interrupted,
    /// Validation no longer became better.
    StoppedEarly,
}

impl Ended {
    /// As people read it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Interrupted => "interrupted",
            Self::StoppedEarly => "stopped early",
        }
    }
}

impl Line {
    /// The step after which the line was written; none for the first and last lines of a run.
    pub fn step(&self) -> Option<u64> {
        match self {
            Self::Step(step) => Some(step.step),
            Self::Validation(validation) => Some(validation.step),
            Self::Run(_) | Self::End(_) => None,
        }
    }
}
