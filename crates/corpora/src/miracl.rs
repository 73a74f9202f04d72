//! MIRACL (Zhang et al., TACL 2023): Wikipedia passages in 18 languages, judged by native speakers.
//!
//! Of each language there are three kinds of files, in two repositories: topics
//! (`topics.miracl-v1.0-{lang}-{split}.tsv`, `id<TAB>question`), judgements
//! (`qrels.miracl-v1.0-{lang}-{split}.tsv`, TREC's four columns) and passages (`docs-{i}.jsonl.gz`
//! with `docid`, `title`, `text`). They are found by name, however deep they lie. Passages that
//! come from elsewhere, such as Parquet files, are given as values to [`read_with`].
//!
//! The English and other large collections hold tens of gigabytes of text; what reads them whole
//! needs the memory. To encode them, stream `docs-{i}.jsonl.gz` through [`texts`](crate::texts).

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::complaints::Complaints;
use crate::files::Files;
use crate::lines::Lines;
use crate::place::Place;
use crate::retrieval::{Assembly, Retrieval};
use crate::{CorpusError, trec};

/// A passage that is read by other means than this crate's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// `docid`, such as `12#0`.
    pub id: String,
    /// Title of its article.
    pub title: String,
    /// The passage.
    pub text: String,
}

#[derive(Deserialize)]
struct Row {
    docid: Option<Value>,
    #[serde(rename = "_id")]
    id: Option<Value>,
    title: Option<Value>,
    text: Option<Value>,
}

/// Reads one language with the passages of its JSON Lines files. `split` is `dev`, `train`,
/// `testA` or `testB`, as in the names of the files. Passages are in the order of their files,
/// `docs-2` before `docs-10`.
///
/// # Errors
///
/// [`CorpusError::NoFile`] without topics, judgements or passages; [`CorpusError::Rows`] where rows
/// cannot be used and `complaints` is strict; [`CorpusError::Empty`] when nothing is left; and what
/// reading fails with.
pub fn read(
    dir: &Path,
    language: &str,
    split: &str,
    complaints: &mut Complaints,
) -> Result<Retrieval, CorpusError> {
    let files = Files::under(dir)?;
    let mut assembly = Assembly::new(complaints);
    let shards = shards(&files, language);
    if shards.is_empty() {
        let parquet = files.paths().any(|path| path.ends_with(".parquet"));
        let note = if parquet { " (Parquet files are given as values)" } else { "" };
        return Err(files.missing(format!("docs-0.jsonl.gz{note}")));
    }
    for shard in shards {
        passages(&mut assembly, files.open_path(shard)?, language)?;
    }
    rest(assembly, &files, language, split)
}

/// The languages that have topics of a split, sorted.
///
/// # Errors
///
/// [`CorpusError::NoFile`] without any, and what listing the files fails with.
pub fn languages(dir: &Path, split: &str) -> Result<Vec<String>, CorpusError> {
    let files = Files::under(dir)?;
    let code = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let name = name.strip_prefix("topics.miracl-v1.0-")?.strip_suffix(".tsv")?;
        Some(name.strip_suffix(split)?.strip_suffix('-')?.to_owned())
    };
    let mut found: Vec<String> = files.paths().filter_map(code).collect();
    found.sort();
    found.dedup();
    if found.is_empty() {
        return Err(files.missing(format!("topics.miracl-v1.0-{{language}}-{split}.tsv")));
    }
    Ok(found)
}

/// As [`read`], with passages from elsewhere. Their place in complaints is their number, from 1.
pub fn read_with(
    dir: &Path,
    language: &str,
    split: &str,
    passages: impl IntoIterator<Item = Passage>,
    complaints: &mut Complaints,
) -> Result<Retrieval, CorpusError> {
    let files = Files::under(dir)?;
    let mut assembly = Assembly::new(complaints);
    for (number, passage) in passages.into_iter().enumerate() {
        let place = Place { file: "passages", line: number + 1 };
        assembly.document(place, (passage.id, passage.title, passage.text), language);
    }
    rest(assembly, &files, language, split)
}

/// Topics and judgements, after the passages.
fn rest(
    mut assembly: Assembly<'_>,
    files: &Files,
    language: &str,
    split: &str,
) -> Result<Retrieval, CorpusError> {
    let named = |kind: &str| format!("{kind}.miracl-v1.0-{language}-{split}.tsv");
    let mut topics = files.open(&[&named("topics")])?;
    let file = topics.file().to_owned();
    while let Some((line, text)) = topics.next_readable(assembly.complaints)? {
        let place = Place { file: &file, line };
        match text.split_once('\t') {
            Some((id, text)) if !id.trim().is_empty() => {
                assembly.query(place, id.trim().to_owned(), text.trim().to_owned(), language);
            }
            _ => assembly.complaints.note_row(place.columns(2, text.split('\t').count()))?,
        }
    }
    trec::judgements(&mut assembly, files.open(&[&named("qrels")])?)?;
    assembly.finish(format!("miracl-{language}"), files.place(), &[language])
}

/// The paths of the passages of a language, by their number. A folder that holds several languages
/// names the language in a folder's name.
fn shards<'f>(files: &'f Files, language: &str) -> Vec<&'f str> {
    let mut shards: Vec<(u32, &str)> = (files.paths())
        .filter_map(|path| {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let other = folder.split('/').find_map(|part| part.strip_prefix("miracl-corpus-v1.0-"));
            let number = name.strip_prefix("docs-")?;
            let number =
                number.strip_suffix(".jsonl.gz").or_else(|| number.strip_suffix(".jsonl"))?;
            let ours = other.is_none_or(|other| other == language);
            ours.then_some((number.parse().ok()?, path))
        })
        .collect();
    shards.sort_unstable();
    shards.into_iter().map(|(_, path)| path).collect()
}

fn passages(
    assembly: &mut Assembly<'_>,
    mut lines: Lines,
    language: &str,
) -> Result<(), CorpusError> {
    let file = lines.file().to_owned();
    while let Some((line, text)) = lines.next_readable(assembly.complaints)? {
        let place = Place { file: &file, line };
        match passage(place, text) {
            Ok(passage) => assembly.document(place, passage, language),
            Err(error) => assembly.complaints.note_row(error)?,
        }
    }
    Ok(())
}

fn passage(place: Place<'_>, text: &str) -> Result<(String, String, String), CorpusError> {
    let row: Row = place.object(text)?;
    let id = match row.id {
        Some(id) if row.docid.is_none() => place.id("_id", Some(id))?,
        _ => place.id("docid", row.docid)?,
    };
    let title =
        row.title.map_or(Ok(String::new()), |title| place.text_or_empty("title", Some(title)));
    Ok((id, title?, place.text_or_empty("text", row.text)?))
}
