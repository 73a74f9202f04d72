//! One line to one text.

use serde::Deserialize;
use serde_json::Value;

use super::{Text, TextFormat};
use crate::CorpusError;
use crate::place::Place;

#[derive(Deserialize)]
struct Row {
    id: Option<Value>,
    #[serde(rename = "_id")]
    beir_id: Option<Value>,
    docid: Option<Value>,
    title: Option<Value>,
    text: Option<Value>,
    lang: Option<Value>,
}

/// Reads `content`, line `line` of `file`.
pub(super) fn row(
    file: &str,
    line: usize,
    content: &str,
    format: TextFormat,
) -> Result<Text, CorpusError> {
    let place = Place { file, line };
    match format {
        TextFormat::JsonLines => object(place, content),
        TextFormat::Tsv => cells(place, content),
        TextFormat::Plain => {
            Ok(Text { id: line.to_string(), lang: None, text: content.to_owned() })
        }
    }
}

fn object(place: Place, content: &str) -> Result<Text, CorpusError> {
    let row: Row = place.object(content)?;
    let id = match (row.id, row.beir_id, row.docid) {
        (None, Some(id), _) => place.id("_id", Some(id))?,
        (None, None, Some(id)) => place.id("docid", Some(id))?,
        (id, _, _) => place.id("id", id)?,
    };
    let lang = row.lang.map(|lang| place.text("lang", Some(lang))).transpose()?;
    let text = place.text_or_empty("text", row.text)?;
    let title = row.title.map(|title| place.text_or_empty("title", Some(title))).transpose()?;
    let text = match title {
        Some(title) => format!("{title} {text}").trim().to_owned(),
        None => text,
    };
    Ok(Text { id, lang, text })
}

fn cells(place: Place, content: &str) -> Result<Text, CorpusError> {
    let Some((id, text)) = content.split_once('\t') else {
        return Err(place.bad("text", "is missing: expected `id<TAB>text`, got no tab"));
    };
    if text.contains('\t') {
        let got = content.split('\t').count();
        return Err(place.bad("text", format!("holds a tab: expected 2 columns, got {got}")));
    }
    if id.trim().is_empty() {
        return Err(place.bad("id", "is empty"));
    }
    Ok(Text { id: id.to_owned(), lang: None, text: text.to_owned() })
}
