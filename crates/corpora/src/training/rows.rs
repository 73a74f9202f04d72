//! JSON Lines: one object a line.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::Builder;
use crate::CorpusError;
use crate::lines::Lines;
use crate::place::Place;

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
    negative: Option<Value>,
    negatives: Option<Value>,
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
        let row = place.object::<Row>(text)?;
        let source = match row.source {
            None => builder.sources.index(&file_source),
            some => builder.sources.index(&place.text("source", some)?),
        };
        let language = place.text("lang", row.lang)?;
        let group = if layout == Layout::Pairs {
            builder.new_group()
        } else {
            *groups.entry((source, place.id("id", row.id)?)).or_insert_with(|| builder.new_group())
        };
        if layout == Layout::Bitext {
            let text = place.text("text", row.text)?;
            builder.add(group, source, &language, &text, &text);
        } else {
            let query = place.text("query", row.query)?;
            let passage = place.text("passage", row.passage)?;
            builder.add(group, source, &language, &query, &passage);
            for text in negatives(place, row.negative, row.negatives)? {
                builder.add_negative(&text);
            }
        }
    }
    if empty {
        return Err(CorpusError::Empty { place: file, problem: "no rows" });
    }
    Ok(())
}

/// The texts of the two fields, of which a row may have either; `null` is none.
fn negatives(
    place: Place<'_>,
    one: Option<Value>,
    several: Option<Value>,
) -> Result<Vec<String>, CorpusError> {
    match (one, several) {
        (Some(_), Some(_)) => Err(place.bad("negative", "stands beside `negatives`")),
        (None, None) => Ok(Vec::new()),
        (one, None) => Ok(vec![place.text("negative", one)?]),
        (None, Some(Value::Array(texts))) => {
            texts.into_iter().map(|text| place.text("negatives", Some(text))).collect()
        }
        (None, Some(_)) => Err(place.bad("negatives", "must be an array of texts")),
    }
}

/// The file's name without what follows the first dot: `pairs` of `data/pairs.jsonl.gz`.
fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.split('.').find(|part| !part.is_empty()).unwrap_or("data").to_owned()
}
