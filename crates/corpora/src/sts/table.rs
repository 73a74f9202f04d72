//! Pairs as a table with a header: tab-separated, or comma-separated with quotes (RFC 4180, one
//! line a row).

use super::{Pair, Row};
use crate::place::Place;
use crate::{CorpusError, fields};

/// Where the columns are.
pub(super) struct Header {
    separator: char,
    columns: usize,
    first: usize,
    second: usize,
    score: usize,
    languages: Option<usize>,
}

impl Header {
    pub(super) fn read(place: Place<'_>, text: &str, separator: char) -> Result<Self, CorpusError> {
        let names = cells(text, separator);
        let find = |wanted: &str| names.iter().position(|name| name.trim() == wanted);
        let need = |wanted| find(wanted).ok_or_else(|| place.missing(wanted));
        Ok(Self {
            separator,
            columns: names.len(),
            first: need("sentence1")?,
            second: need("sentence2")?,
            score: need("score")?,
            languages: find("lang"),
        })
    }

    pub(super) fn row(&self, place: Place<'_>, text: &str) -> Result<Row, CorpusError> {
        let mut cells = cells(text, self.separator);
        if cells.len() != self.columns {
            return Err(place.columns(self.columns, cells.len()));
        }
        let score = fields::score(&cells[self.score]).unwrap_or(f64::NAN);
        let languages = self.languages.map(|column| std::mem::take(&mut cells[column]));
        let mut take = |column: usize| std::mem::take(&mut cells[column]);
        let pair = Pair { first: take(self.first), second: take(self.second), score };
        Ok(Row { pair, languages: languages.filter(|code| !code.is_empty()) })
    }
}

/// The cells of a line. A quote inside quotes is written twice; tab-separated files do not quote.
fn cells(text: &str, separator: char) -> Vec<String> {
    if separator == '\t' {
        return text.split('\t').map(ToOwned::to_owned).collect();
    }
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let cell = cells.len() - 1;
        if letter == '"' && quoted && letters.peek() == Some(&'"') {
            letters.next();
            cells[cell].push('"');
        } else if letter == '"' && (quoted || cells[cell].is_empty()) {
            quoted = !quoted;
        } else if letter == separator && !quoted {
            cells.push(String::new());
        } else {
            cells[cell].push(letter);
        }
    }
    cells
}
