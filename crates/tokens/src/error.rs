//! What can go wrong between text and ids.

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The file is not a tokenizer.
    #[error("not a tokenizer.json that can be read: {0}")]
    Malformed(String),
    /// The tokenizer failed on a text.
    #[error("the tokenizer failed on the text `{text}`: {reason}")]
    Encode {
        /// The start of the text.
        text: String,
        /// What the tokenizer said.
        reason: String,
    },
    /// Training a tokenizer failed.
    #[error("no tokenizer could be trained: {0}")]
    Train(String),
}

impl TokenError {
    pub(crate) fn encode(text: &str, error: &tokenizers::Error) -> Self {
        Self::Encode { text: text.chars().take(60).collect(), reason: error.to_string() }
    }
}
