//! Rows as they stand in a file, for programs that write them again with more in them.
//!
//! A [`TrainingSet`](super::TrainingSet) keeps what training needs and forgets ids and further
//! fields. What adds to a file reads it a second time by this, row by row, and loses nothing.

use std::path::Path;

use serde_json::{Map, Value};

use crate::CorpusError;
use crate::lines::Lines;
use crate::place::Place;

/// The rows of a JSON Lines file with all of their fields: row for row the entries that a
/// [`Builder`](super::Builder) makes of the file. The fields are not checked again.
///
/// After an error the iterator is over.
pub struct RawRows {
    lines: Lines,
    file: String,
    over: bool,
}

impl RawRows {
    /// Opens `path`.
    ///
    /// # Errors
    ///
    /// [`CorpusError::Io`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, CorpusError> {
        let lines = Lines::open(path.as_ref())?;
        let file = lines.file().to_owned();
        Ok(Self { lines, file, over: false })
    }

    fn read(&mut self) -> Result<Option<Map<String, Value>>, CorpusError> {
        let Some((line, text)) = self.lines.next_line()? else { return Ok(None) };
        Place { file: &self.file, line }.object(text).map(Some)
    }
}

impl Iterator for RawRows {
    type Item = Result<Map<String, Value>, CorpusError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let next = self.read().transpose();
        self.over = !matches!(next, Some(Ok(_)));
        next
    }
}
