//! Which articles of a benchmark to read.
//!
//! The split is a field of each article (`"split": "train"`), so that one file holds both and a
//! passage can never be in two.

use std::fmt;
use std::str::FromStr;

use crate::CorpusError;

/// The part of a benchmark to read. An article without a `split` belongs only to [`Split::All`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Split {
    /// Every article.
    #[default]
    All,
    /// Articles for training.
    Train,
    /// Articles for scores.
    Test,
}

impl Split {
    /// The name in files and options.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Train => "train",
            Self::Test => "test",
        }
    }

    /// Whether an article of split `article` is to be read.
    pub(crate) fn takes(self, article: Option<Self>) -> bool {
        self == Self::All || article == Some(self)
    }
}

impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Split {
    type Err = CorpusError;

    /// Reads `all`, `train` or `test`; anything else is [`CorpusError::UnknownSplit`].
    fn from_str(name: &str) -> Result<Self, CorpusError> {
        [Self::All, Self::Train, Self::Test]
            .into_iter()
            .find(|split| split.as_str() == name)
            .ok_or_else(|| CorpusError::UnknownSplit {
                place: "split".to_owned(),
                split: name.to_owned(),
            })
    }
}
