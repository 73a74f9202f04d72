//! One part of a corpus among several of equal size.
//!
//! Text `k`, counted from 0 over the file, belongs to shard `k mod n`. The rule needs nothing but
//! the text's place, so shards can be encoded on different machines without knowing how many texts
//! there are; their sizes differ by one text at most; and row `r` of shard `i/n` is text
//! `r·n + i − 1`, so the whole can be put back in order without an index. Runs of neighbouring
//! texts would save no reading: a text file has to be read from its start anyhow.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Shard `index` of `count`, written `index/count` as in `3/16`, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    index: NonZeroU32,
    count: NonZeroU32,
}

/// Why a text names no shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShardError {
    /// Not two whole numbers with a slash between them.
    #[error("`{text}` is no shard: expected `i/n`, such as `3/16`")]
    Form {
        /// What was given.
        text: String,
    },
    /// Shards are counted from 1 to their number.
    #[error("there is no shard {index} of {count}: shards are counted from 1 to their number")]
    Range {
        /// Which one was asked for.
        index: u32,
        /// Of how many.
        count: u32,
    },
}

impl Shard {
    /// Shard `index` of `count`, from 1.
    pub fn new(index: u32, count: u32) -> Result<Self, ShardError> {
        match (NonZeroU32::new(index), NonZeroU32::new(count)) {
            (Some(index), Some(count)) if index <= count => Ok(Self { index, count }),
            _ => Err(ShardError::Range { index, count }),
        }
    }

    /// Which one, from 1.
    pub fn index(self) -> u32 {
        self.index.get()
    }

    /// Of how many.
    pub fn count(self) -> u32 {
        self.count.get()
    }

    /// Whether text `position` of the corpus, from 0, belongs to it.
    pub fn holds(self, position: u64) -> bool {
        position % u64::from(self.count.get()) == u64::from(self.index.get() - 1)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let number = |part: &str| part.parse::<u32>().ok();
        let (index, count) = text
            .split_once('/')
            .and_then(|(index, count)| Some((number(index)?, number(count)?)))
            .ok_or_else(|| ShardError::Form { text: text.to_owned() })?;
        Self::new(index, count)
    }
}

impl TryFrom<String> for Shard {
    type Error = ShardError;

    fn try_from(text: String) -> Result<Self, ShardError> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}
