//! What can be wrong with a journal.

use std::io;
use std::path::Path;

/// An error of this crate. Every variant names the file.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Reading or writing failed.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// A line is not one of a journal.
    #[error("{path}, line {line}: not a line of a journal: {reason}")]
    Line {
        /// The journal.
        path: String,
        /// Line, from 1.
        line: usize,
        /// What is wrong, with the field where there is one.
        reason: String,
    },
}

impl JournalError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.display().to_string();
        move |source| Self::Io { path, source }
    }
}
