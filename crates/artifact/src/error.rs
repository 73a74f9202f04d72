//! What can be wrong with a model directory.

use std::io;

/// An error of this crate. Every variant names the file.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    /// Reading or writing failed.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// A JSON file does not parse.
    #[error("{file}: line {line}, column {column}: {reason}")]
    Json {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong, with the field where there is one.
        reason: String,
    },
    /// The manifest is of another format.
    #[error("{file}: format {found} is not supported (this program reads format {supported})")]
    Format {
        /// The manifest.
        file: String,
        /// Its format.
        found: u32,
        /// Ours.
        supported: u32,
    },
    /// The manifest does not list the file.
    #[error("the manifest does not list {file}")]
    Unlisted {
        /// The file.
        file: String,
    },
    /// The file is shorter or longer than the manifest says.
    #[error("{file} has {found} bytes where the manifest says {expected}: it was cut or altered")]
    Length {
        /// The file.
        file: String,
        /// Bytes found.
        found: u64,
        /// Bytes listed.
        expected: u64,
    },
    /// The hash differs.
    #[error("{file} was altered: its SHA-256 is {found}, the manifest says {expected}")]
    Hash {
        /// The file.
        file: String,
        /// Hash found.
        found: String,
        /// Hash listed.
        expected: String,
    },
    /// The weights file is not safetensors.
    #[error("{file} is not a readable safetensors file: {reason}")]
    Safetensors {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// A tensor is missing.
    #[error("the weights have no tensor `{name}`")]
    Missing {
        /// Its name.
        name: String,
    },
    /// A tensor has another shape.
    #[error("tensor `{name}` has shape {found:?}, the config asks for {expected:?}")]
    Shape {
        /// Its name.
        name: String,
        /// Shape in the file.
        found: Vec<usize>,
        /// Shape that the config implies.
        expected: Vec<usize>,
    },
}

impl ArtifactError {
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn io(path: &std::path::Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.display().to_string(), source }
    }

    /// What serde found wrong in `file`, with its place in fields of their own.
    pub fn json(file: &str, error: &serde_json::Error) -> Self {
        Self::Json {
            file: file.to_owned(),
            line: error.line(),
            column: error.column(),
            reason: without_place(&error.to_string()).to_owned(),
        }
    }
}

/// serde's message without the place that it ends with and that the error has in fields.
fn without_place(message: &str) -> &str {
    message.rsplit_once(" at line ").map_or(message, |(reason, _)| reason)
}
