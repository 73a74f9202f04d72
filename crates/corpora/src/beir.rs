//! The layout of BEIR (Thakur et al., 2021): `corpus.jsonl`, `queries.jsonl` and
//! `qrels/{split}.tsv`, gzip or plain, in a folder or in the archive as it is published.
//!
//! `queries.jsonl` holds the queries of all splits, so those that a split does not judge are left
//! out, as BEIR's own loader does. The layout names no languages: all rows are in the one given,
//! unless they carry a `lang` or `language` of their own.

use std::collections::HashSet;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::CorpusError;
use crate::complaints::Complaints;
use crate::files::Files;
use crate::lines::Lines;
use crate::place::Place;
use crate::retrieval::{Assembly, Retrieval};

#[derive(Deserialize)]
struct Row {
    #[serde(rename = "_id")]
    id: Option<Value>,
    title: Option<Value>,
    text: Option<Value>,
    lang: Option<Value>,
    language: Option<Value>,
}

/// A row, checked.
struct Parsed {
    id: String,
    title: String,
    text: String,
    language: Option<String>,
}

/// Reads a benchmark. `name` is what it will be called; `language` is that of rows that name none.
///
/// # Errors
///
/// [`CorpusError::NoFile`] for a file of the layout that is not there; [`CorpusError::Rows`] where
/// rows cannot be used and `complaints` is strict; [`CorpusError::Empty`] when nothing is left; and
/// what reading fails with.
pub fn read(
    dir: &Path,
    name: &str,
    split: &str,
    language: &str,
    complaints: &mut Complaints,
) -> Result<Retrieval, CorpusError> {
    let files = Files::under(dir)?;
    let open = |path: &str| files.open(&[path, &format!("{path}.gz")]);
    let qrels = format!("qrels/{split}.tsv");
    let mut assembly = Assembly::new(complaints);
    rows(open("corpus.jsonl")?, &mut assembly, |assembly, place, row| {
        let language = row.language.as_deref().unwrap_or(language);
        assembly.document(place, (row.id, row.title, row.text), language);
    })?;
    let judged = judged(open(&qrels)?)?;
    rows(open("queries.jsonl")?, &mut assembly, |assembly, place, row| {
        if judged.contains(&row.id) {
            assembly.query(place, row.id, row.text, row.language.as_deref().unwrap_or(language));
        }
    })?;
    judgements(&mut assembly, open(&qrels)?)?;
    assembly.finish(name.to_owned(), files.place(), &[])
}

fn rows(
    mut lines: Lines,
    assembly: &mut Assembly<'_>,
    mut add: impl FnMut(&mut Assembly<'_>, Place<'_>, Parsed),
) -> Result<(), CorpusError> {
    let file = lines.file().to_owned();
    while let Some((line, text)) = lines.next_readable(assembly.complaints)? {
        let place = Place { file: &file, line };
        match parse(place, text) {
            Ok(row) => add(assembly, place, row),
            Err(error) => assembly.complaints.note_row(error)?,
        }
    }
    Ok(())
}

fn parse(place: Place<'_>, text: &str) -> Result<Parsed, CorpusError> {
    let row: Row = place.object(text)?;
    let title = row.title.filter(|title| !title.is_null());
    let title = title.map_or(Ok(String::new()), |title| place.text_or_empty("title", Some(title)));
    let language = row.lang.or(row.language);
    Ok(Parsed {
        id: place.id("_id", row.id)?,
        title: title?,
        text: place.text_or_empty("text", row.text)?,
        language: language.map(|code| place.text("lang", Some(code))).transpose()?,
    })
}

/// Whether a line is the header and no judgement.
fn is_header(line: usize, text: &str) -> bool {
    line == 1 && text.split('\t').nth(2).is_some_and(|cell| cell.trim().parse::<f64>().is_err())
}

/// The queries that a file of judgements names.
fn judged(mut lines: Lines) -> Result<HashSet<String>, CorpusError> {
    // What is wrong with its rows is said when they are read for good.
    let mut aside = Complaints::default();
    let mut queries = HashSet::new();
    while let Some((_, text)) = lines.next_readable(&mut aside)? {
        if let Some((query, _)) = text.split_once('\t') {
            queries.insert(query.trim().to_owned());
        }
    }
    Ok(queries)
}

fn judgements(assembly: &mut Assembly<'_>, mut lines: Lines) -> Result<(), CorpusError> {
    let file = lines.file().to_owned();
    while let Some((line, text)) = lines.next_readable(assembly.complaints)? {
        let place = Place { file: &file, line };
        if is_header(line, text) {
            continue;
        }
        let mut columns = text.split('\t').map(str::trim);
        match (columns.next(), columns.next(), columns.next(), columns.next()) {
            (Some(query), Some(document), Some(grade), None) => {
                assembly.judge(place, query, document, grade);
            }
            _ => assembly.complaints.note_row(place.columns(3, text.split('\t').count()))?,
        }
    }
    Ok(())
}
