//! JSON Lines: one object a line.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::Builder;
use crate::CorpusError;
use crate::error::reason;
use crate::lines::Lines;

/// Which fields the rows of a file have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Pairs,
    Parallel,
    Bitext,
}

/// Fields as they come, so that one that is missing or no text can be named.
#[derive(Deserialize)]
struct Row {
    id: Option<Value>,
    source: Option<Value>,
    lang: Option<Value>,
    query: Option<Value>,
    passage: Option<Value>,
    text: Option<Value>,
}

/// The place of a row, for errors.
#[derive(Clone, Copy)]
struct Place<'a> {
    file: &'a str,
    line: usize,
}

/// Adds the rows of a file to `builder`.
pub(super) fn read(path: &Path, layout: Layout, builder: &mut Builder) -> Result<(), CorpusError> {
    let mut lines = Lines::open(path)?;
    let file = lines.file().to_owned();
    let file_source = stem(path);
    let mut groups = HashMap::<(u32, String), u32>::new();
    let mut empty = true;
    while let Some((line, text)) = lines.next_line()? {
        empty = false;
        let place = Place { file: &file, line };
        let row = place.parse(text)?;
        let source = match row.source {
            None => builder.sources.index(&file_source),
            some => builder.sources.index(&place.text("source", some)?),
        };
        let language = place.text("lang", row.lang)?;
        let group = if layout == Layout::Pairs {
            builder.new_group()
        } else {
            *groups.entry((source, place.id(row.id)?)).or_insert_with(|| builder.new_group())
        };
        if layout == Layout::Bitext {
            let text = place.text("text", row.text)?;
            builder.add(group, source, &language, &text, &text);
        } else {
            let query = place.text("query", row.query)?;
            let passage = place.text("passage", row.passage)?;
            builder.add(group, source, &language, &query, &passage);
        }
    }
    if empty {
        return Err(CorpusError::Empty { place: file, problem: "no rows" });
    }
    Ok(())
}

impl Place<'_> {
    fn parse(self, text: &str) -> Result<Row, CorpusError> {
        let malformed = |column, reason| CorpusError::Malformed {
            file: self.file.to_owned(),
            line: self.line,
            column,
            field: None,
            reason,
        };
        // An array would also deserialise as a struct, its items taken for fields in order.
        if !text.trim_start().starts_with('{') {
            return Err(malformed(1, "expected an object".to_owned()));
        }
        serde_json::from_str(text).map_err(|error| malformed(error.column(), reason(&error)))
    }

    fn text(self, field: &'static str, value: Option<Value>) -> Result<String, CorpusError> {
        match value {
            None => Err(self.missing(field)),
            Some(Value::String(text)) if text.trim().is_empty() => Err(self.bad(field, "is empty")),
            Some(Value::String(text)) => Ok(text),
            Some(other) => Err(self.bad(field, &format!("must be text, not {}", kind(&other)))),
        }
    }

    /// An id may also be a whole number, as many data sets have it.
    fn id(self, value: Option<Value>) -> Result<String, CorpusError> {
        match value {
            Some(Value::Number(number)) if number.is_i64() || number.is_u64() => {
                Ok(number.to_string())
            }
            other => self.text("id", other),
        }
    }

    fn missing(self, field: &'static str) -> CorpusError {
        CorpusError::MissingField { file: self.file.to_owned(), line: self.line, field }
    }

    fn bad(self, field: &'static str, problem: &str) -> CorpusError {
        CorpusError::BadField {
            file: self.file.to_owned(),
            line: self.line,
            field,
            problem: problem.to_owned(),
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// The file's name without what follows the first dot: `pairs` of `data/pairs.jsonl.gz`.
fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.split('.').find(|part| !part.is_empty()).unwrap_or("data").to_owned()
}
