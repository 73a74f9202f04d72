//! What can be wrong with a wish to mine.

use std::io;
use std::path::PathBuf;

use corpora::CorpusError;

/// Why no hard negatives can be mined or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MiningError {
    /// Data that cannot be read.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// A setting that cannot be meant.
    #[error("{name}: {problem}")]
    Setting {
        /// The setting's name.
        name: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// More texts or queries than 32-bit numbers count.
    #[error("more than {} {what}", u32::MAX)]
    TooMany {
        /// What there are too many of.
        what: &'static str,
    },
    /// A file is not what it was when it was read first.
    #[error("{}: changed while its negatives were mined (row {row})", file.display())]
    Changed {
        /// The file.
        file: PathBuf,
        /// The row, from 1, that is another or missing.
        row: usize,
    },
    /// Two inputs whose outputs would have one name.
    #[error("{} and {} would both be written as `{name}`", first.display(), second.display())]
    SameName {
        /// One input.
        first: PathBuf,
        /// The other.
        second: PathBuf,
        /// The name.
        name: String,
    },
    /// An output cannot be written.
    #[error("{}: cannot write: {source}", path.display())]
    Write {
        /// The output.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl MiningError {
    pub(crate) fn write(path: &std::path::Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Write { path: path.to_owned(), source }
    }
}
