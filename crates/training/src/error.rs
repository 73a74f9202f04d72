//! What can go wrong in training.

use corpora::CorpusError;
use encoder::EncoderError;
use objective::ObjectiveError;
use sampling::SamplingError;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    /// The training data.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// The plan of batches.
    #[error(transparent)]
    Sampling(#[from] SamplingError),
    /// The model.
    #[error(transparent)]
    Encoder(#[from] EncoderError),
    /// The loss.
    #[error(transparent)]
    Objective(#[from] ObjectiveError),
    /// The files of the model that training starts from.
    #[error(transparent)]
    Artifact(#[from] artifact::ArtifactError),
    /// A setting of the run makes no sense.
    #[error("`{field}`: {reason}")]
    Setting {
        /// Its name, as the run file has it.
        field: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// The loss is not a number.
    #[error(
        "the loss is {loss} at step {step} ({batch}): training stopped; a lower learning rate or \
         a higher temperature may help"
    )]
    NotANumber {
        /// The loss.
        loss: f32,
        /// The step, from 1.
        step: u64,
        /// Kind of batch and its first query.
        batch: String,
    },
    /// A checkpoint cannot be gone on from.
    #[error("{path}: {reason}")]
    Checkpoint {
        /// Its folder.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The device failed.
    #[error("the device failed: {0}")]
    Device(String),
}
