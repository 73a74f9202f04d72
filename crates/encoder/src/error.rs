//! What can be wrong with an encoder.

use artifact::ArtifactError;
use tokens::TokenError;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
pub enum EncoderError {
    /// The files of the model.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// The tokenizer.
    #[error(transparent)]
    Tokens(#[from] TokenError),
    /// The tokenizer cannot be trimmed.
    #[cfg(not(target_arch = "wasm32"))]
    #[error(transparent)]
    Trim(#[from] tokens::TrimError),
    /// A field of `config.json` has a value that makes no encoder.
    #[error("config.json: `{field}`: {reason}")]
    Config {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Tokenizer and config disagree.
    #[error(
        "tokenizer.json has {tokenizer} pieces, config.json says `vocab_size` {config}: they are \
         not of one model"
    )]
    Vocabulary {
        /// Rows that the tokenizer needs.
        tokenizer: usize,
        /// Rows of the table.
        config: usize,
    },
    /// The device failed while encoding.
    #[error("the device failed: {0}")]
    Device(String),
    /// A published model does something that is not done here.
    #[error("{file}: {reason}")]
    Unsupported {
        /// The file that says so.
        file: String,
        /// What it is.
        reason: String,
    },
}
