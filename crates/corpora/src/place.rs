//! A row of a file, for the errors that name it.
//!
//! Fields are read as they come and checked one by one, so that one that is missing, empty or of
//! another type is named with its line instead of failing the whole row.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::CorpusError;
use crate::error::reason;

/// The place of a row.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) file: &'a str,
    pub(crate) line: usize,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl Place<'_> {
    /// The JSON object that `text` is.
    pub(crate) fn object<T: DeserializeOwned>(self, text: &str) -> Result<T, CorpusError> {
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

    /// A field that must hold text.
    pub(crate) fn text(
        self,
        field: &'static str,
        value: Option<Value>,
    ) -> Result<String, CorpusError> {
        match self.text_or_empty(field, value)? {
            text if text.trim().is_empty() => Err(self.bad(field, "is empty")),
            text => Ok(text),
        }
    }

    /// A field that must be text, be it empty.
    pub(crate) fn text_or_empty(
        self,
        field: &'static str,
        value: Option<Value>,
    ) -> Result<String, CorpusError> {
        match value {
            None => Err(self.missing(field)),
            Some(Value::String(text)) => Ok(text),
            Some(other) => Err(self.bad(field, format!("must be text, not {}", kind(&other)))),
        }
    }

    /// An id may also be a whole number, as many data sets have it.
    pub(crate) fn id(
        self,
        field: &'static str,
        value: Option<Value>,
    ) -> Result<String, CorpusError> {
        match value {
            Some(Value::Number(number)) if number.is_i64() || number.is_u64() => {
                Ok(number.to_string())
            }
            other => self.text(field, other),
        }
    }

    pub(crate) fn missing(self, field: &'static str) -> CorpusError {
        CorpusError::MissingField { file: self.file.to_owned(), line: self.line, field }
    }

    /// A row of another number of columns than the layout has.
    pub(crate) fn columns(self, expected: usize, got: usize) -> CorpusError {
        CorpusError::Columns { file: self.file.to_owned(), line: self.line, expected, got }
    }

    pub(crate) fn bad(self, field: &'static str, problem: impl Into<String>) -> CorpusError {
        CorpusError::BadField {
            file: self.file.to_owned(),
            line: self.line,
            field,
            problem: problem.into(),
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
