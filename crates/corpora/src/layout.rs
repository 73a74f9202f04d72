//! Which layout a folder has, told by the names of its files.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use crate::CorpusError;
use crate::files::Files;

/// A layout of benchmarks that this crate reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Layout {
    /// [`lareqa`](crate::lareqa): XQuAD-R, MLQA-R.
    Lareqa,
    /// [`miracl`](crate::miracl).
    Miracl,
    /// [`beir`](crate::beir).
    Beir,
    /// [`mtop`](crate::mtop).
    Mtop,
    /// [`sts`](crate::sts).
    Sts,
    /// [`bitext::tatoeba`](crate::bitext::tatoeba).
    Tatoeba,
    /// [`bitext::ntrex`](crate::bitext::ntrex).
    Ntrex,
    /// [`bitext::flores`](crate::bitext::flores).
    Flores,
}

impl Layout {
    const ALL: [Self; 8] = [
        Self::Miracl,
        Self::Beir,
        Self::Mtop,
        Self::Tatoeba,
        Self::Ntrex,
        Self::Flores,
        Self::Lareqa,
        Self::Sts,
    ];

    /// The name in options.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lareqa => "lareqa",
            Self::Miracl => "miracl",
            Self::Beir => "beir",
            Self::Mtop => "mtop",
            Self::Sts => "sts",
            Self::Tatoeba => "tatoeba",
            Self::Ntrex => "ntrex",
            Self::Flores => "flores",
        }
    }

    /// The layout of a folder or archive.
    ///
    /// # Errors
    ///
    /// [`CorpusError::NoFile`] when its files are of no known layout, and what listing them fails
    /// with.
    pub fn of(path: &Path) -> Result<Self, CorpusError> {
        let files = Files::under(path)?;
        let names = |of: fn(&str) -> bool| {
            files.paths().any(|path| of(path.rsplit('/').next().unwrap_or(path)))
        };
        let has = |layout: &Self| match layout {
            Self::Miracl => names(|name| name.starts_with("topics.miracl-")),
            Self::Beir => ["queries.jsonl", "queries.jsonl.gz"].iter().any(|it| files.has(it)),
            Self::Mtop => files.has("train.txt") && files.has("eval.txt"),
            Self::Tatoeba => names(|name| name.starts_with("tatoeba.")),
            Self::Ntrex => names(|name| name.starts_with("newstest2019-")),
            Self::Flores => {
                names(|name| matches!(name.rsplit_once('.'), Some((_, "dev" | "devtest"))))
            }
            Self::Lareqa => names(crate::lareqa::is_language_file),
            Self::Sts => names(|name| {
                [".jsonl", ".jsonl.gz", ".tsv", ".csv"].iter().any(|it| name.ends_with(it))
            }),
        };
        let found = Self::ALL.into_iter().find(has);
        found.ok_or_else(|| files.missing("files of a known layout"))
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Layout {
    type Err = CorpusError;

    /// One of the names of [`Layout::as_str`].
    fn from_str(name: &str) -> Result<Self, CorpusError> {
        Self::ALL
            .into_iter()
            .find(|layout| layout.as_str() == name)
            .ok_or_else(|| CorpusError::UnknownLayout { name: name.to_owned() })
    }
}
