//! Finds the field of a language file that has the wrong structure.
//!
//! The JSON parser names line and column, which is of little use in files of one long line. So
//! when it fails, and only then, the text is read again as plain JSON and compared with the layout
//! to name the field. This costs nothing for files that are right.

use serde_json::Value;

enum Schema {
    Text,
    Integer,
    /// An array of any length.
    List(&'static Schema),
    /// An array of two.
    Pair(&'static Schema),
    /// Fields that must be there, then fields that may be.
    Object(&'static [(&'static str, Schema)], &'static [&'static str]),
}

use Schema::{Integer, List, Object, Pair, Text};

const ANSWER: Schema = Object(&[("answer_start", Integer), ("text", Text)], &[]);
const QA: Schema = Object(&[("id", Text), ("question", Text), ("answers", List(&ANSWER))], &[]);
const PARAGRAPH: Schema = Object(
    &[("context", Text), ("sentence_breaks", List(&Pair(&Integer))), ("qas", List(&QA))],
    &[],
);
const ARTICLE: Schema = Object(&[("paragraphs", List(&PARAGRAPH))], &["title", "split"]);
const FILE: Schema = Object(&[("data", List(&ARTICLE))], &[]);

/// The path of the first field of `text` that does not fit the layout, such as
/// `data[0].paragraphs[2].context`. `None` when `text` is no JSON or every field fits.
pub(super) fn locate(text: &str) -> Option<String> {
    let value = serde_json::from_str(text).ok()?;
    let mut path = Vec::new();
    misfit(&value, &FILE, &mut path).then(|| path.concat().trim_start_matches('.').to_owned())
}

/// Whether `value` does not fit; if so `path` ends at the place where it does not.
fn misfit(value: &Value, schema: &Schema, path: &mut Vec<String>) -> bool {
    match (schema, value) {
        (Text, Value::String(_)) => false,
        (Integer, Value::Number(number)) => number.as_i64().is_none(),
        (List(item), Value::Array(values)) => any_misfit(values, item, path),
        (Pair(item), Value::Array(values)) if values.len() == 2 => any_misfit(values, item, path),
        (Object(required, optional), Value::Object(fields)) => {
            for (field, schema) in *required {
                path.push(format!(".{field}"));
                if fields.get(*field).is_none_or(|value| misfit(value, schema, path)) {
                    return true;
                }
                path.pop();
            }
            for field in *optional {
                let is_text = |value: &Value| value.is_string() || value.is_null();
                if fields.get(*field).is_some_and(|value| !is_text(value)) {
                    path.push(format!(".{field}"));
                    return true;
                }
            }
            false
        }
        _ => true,
    }
}

fn any_misfit(values: &[Value], schema: &Schema, path: &mut Vec<String>) -> bool {
    for (index, value) in values.iter().enumerate() {
        path.push(format!("[{index}]"));
        if misfit(value, schema, path) {
            return true;
        }
        path.pop();
    }
    false
}
