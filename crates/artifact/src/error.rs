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
    #[error("the weights have no tensor {name}")]
    Missing {
        /// Its name, quoted, with what is known of it.
        name: String,
    },
    /// The weights are not those of the config.
    #[error("the weights do not fit the config{}", listed(missing, shapes, unexpected))]
    Mismatch {
        /// Tensors that are not there.
        missing: Vec<String>,
        /// Tensors of another shape, with both shapes.
        shapes: Vec<String>,
        /// Tensors that are there and not asked for.
        unexpected: Vec<String>,
    },
    /// A folder holds no weights.
    #[error("{path}: no model.safetensors, model.safetensors.index.json or pytorch_model.bin")]
    NoWeights {
        /// The folder.
        path: String,
    },
    /// The weights are a pickle and nobody allowed that.
    #[error(
        "{path} is a Python pickle, a format that can carry code; --allow-pickle reads its tensors \
         (and runs nothing)"
    )]
    Pickle {
        /// The file.
        path: String,
    },
    /// A pickle cannot be read.
    #[error("{path} is not a readable PyTorch file: {reason}")]
    Unpickle {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// An index names a shard that does not lie beside it.
    #[error("{index}: the shard `{shard}` is not the name of a file beside it")]
    Shard {
        /// The index.
        index: String,
        /// The shard.
        shard: String,
    },
    /// A file is longer than any of its kind should be.
    #[error("{path} has {found} bytes; at most {limit} are read of such a file")]
    TooLarge {
        /// The file.
        path: String,
        /// Its bytes.
        found: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// The folder is no model.
    #[error("{path} is not a model directory: it has no {missing}")]
    NoModel {
        /// The folder.
        path: String,
        /// The file that makes a folder a model.
        missing: String,
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

/// Names shown of each kind of mismatch: enough to see the pattern.
const SHOWN: usize = 8;

fn listed(missing: &[String], shapes: &[String], unexpected: &[String]) -> String {
    let quoted: Vec<String> = unexpected.iter().map(|name| format!("`{name}`")).collect();
    let kinds = [("missing", missing), ("of another shape", shapes), ("not asked for", &quoted)];
    let mut text = String::new();
    for (what, names) in kinds.iter().filter(|(_, names)| !names.is_empty()) {
        let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
        let more = match names.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        text.extend(["\n  ", what, ": ", &shown.join(", "), &more]);
    }
    text
}
