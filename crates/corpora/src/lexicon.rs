//! Lexicons: words of one concept in many languages, as a table.
//!
//! Tab-separated, a header of language codes, one concept a line, alternatives in a cell separated
//! by `|`, dictionary form first. A language without a word for a concept has an empty cell. A
//! bilingual word list is such a table with two columns, so lists of several pairs of languages can
//! be read one after the other.

use std::path::Path;

use crate::CorpusError;
use crate::lines::Lines;

/// Concepts of one or several files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lexicon {
    languages: Vec<String>,
    concepts: Vec<Concept>,
}

/// The words of a concept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Concept {
    /// Index in [`Lexicon::languages`] and the words of that language, at least one, each once,
    /// dictionary form first; in the order of the columns.
    pub words: Vec<(u32, Vec<String>)>,
}

impl Lexicon {
    /// Without concepts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the concepts of a file.
    ///
    /// # Errors
    ///
    /// [`CorpusError::Io`], [`CorpusError::Gzip`], [`CorpusError::InvalidUtf8`],
    /// [`CorpusError::Header`], [`CorpusError::Columns`], and [`CorpusError::Empty`] without
    /// concepts. After one, nothing of the file is kept.
    pub fn read(&mut self, path: impl AsRef<Path>) -> Result<&mut Self, CorpusError> {
        let mut lines = Lines::open(path.as_ref())?;
        let file = lines.file().to_owned();
        let empty = |problem| CorpusError::Empty { place: file.clone(), problem };
        let Some((_, header)) = lines.next_line()? else {
            return Err(empty("no header"));
        };
        let columns = languages(&file, header)?;
        let mut languages = self.languages.clone();
        let mut index = |column: &String| {
            let known = languages.iter().position(|language| language == column);
            let position = known.unwrap_or_else(|| {
                languages.push(column.clone());
                languages.len() - 1
            });
            position as u32
        };
        let indices: Vec<u32> = columns.iter().map(&mut index).collect();
        let mut concepts = Vec::new();
        while let Some((line, row)) = lines.next_line()? {
            let got = row.split('\t').count();
            if got != columns.len() {
                return Err(CorpusError::Columns { file, line, expected: columns.len(), got });
            }
            let cells = indices.iter().zip(row.split('\t').map(alternatives));
            let words = cells.filter(|(_, words)| !words.is_empty());
            concepts.push(Concept { words: words.map(|(&index, words)| (index, words)).collect() });
        }
        if concepts.is_empty() {
            return Err(empty("no concepts below the header"));
        }
        self.languages = languages;
        self.concepts.append(&mut concepts);
        Ok(self)
    }

    /// Language codes, in the order in which they were first read.
    pub fn languages(&self) -> &[String] {
        &self.languages
    }

    /// One for each line, in the order in which they were read; one of empty cells has no words.
    pub fn concepts(&self) -> &[Concept] {
        &self.concepts
    }
}

fn alternatives(cell: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in cell.split('|').map(str::trim) {
        if !word.is_empty() && words.iter().all(|known| known != word) {
            words.push(word.to_owned());
        }
    }
    words
}

fn languages(file: &str, header: &str) -> Result<Vec<String>, CorpusError> {
    let mut languages: Vec<String> = Vec::new();
    for code in header.split('\t').map(str::trim) {
        let problem = if code.is_empty() {
            "a column has no name".to_owned()
        } else if languages.iter().any(|language| language == code) {
            format!("`{code}` occurs twice")
        } else {
            languages.push(code.to_owned());
            continue;
        };
        return Err(CorpusError::Header { file: file.to_owned(), problem });
    }
    Ok(languages)
}
