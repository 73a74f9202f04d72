//! What can fail in the worker, said for the reader of the page.

use artifact::ArtifactError;
use corpora::CorpusError;
use encoder::EncoderError;
use evaluation::EvaluationError;
use retrieval::RetrievalError;

use super::fetch::FetchError;

/// An error of the engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A file could not be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// A file is not what its manifest says.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// A model's files do not make an encoder, or encoding failed.
    #[error(transparent)]
    Encoder(#[from] EncoderError),
    /// The corpus is malformed.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// Ranking failed.
    #[error(transparent)]
    Retrieval(#[from] RetrievalError),
    /// Scoring failed.
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
    /// A JSON file is malformed.
    #[error("{file}, line {line}, column {column}: {reason}")]
    Json {
        /// The file.
        file: &'static str,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong.
        reason: String,
    },
    /// The list of models is empty.
    #[error("models/index.json lists no model")]
    NoModels,
    /// The corpus' manifest lists no language.
    #[error("corpus/manifest.json lists no language")]
    NoLanguages,
    /// The corpus' manifest names a split that does not exist.
    #[error("corpus/manifest.json: `split`: {0}")]
    Split(CorpusError),
    /// A model that is not in the list.
    #[error("there is no model named {0}")]
    UnknownModel(String),
    /// The model's vectors have another length than the list says.
    #[error("models/index.json says `dimension` {listed}, the model has {found}")]
    Dimension {
        /// In the list.
        listed: usize,
        /// Of the model.
        found: usize,
    },
    /// A request before the corpus was read.
    #[error("the corpus is not loaded")]
    NotStarted,
    /// A search for nothing.
    #[error("the query is empty")]
    EmptyQuery,
}

impl EngineError {
    pub(super) fn json(file: &'static str, error: &serde_json::Error) -> Self {
        Self::Json { file, line: error.line(), column: error.column(), reason: error.to_string() }
    }
}
