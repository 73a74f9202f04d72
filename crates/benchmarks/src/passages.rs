//! Passages in Parquet files, as the hub offers MIRACL's.
//!
//! Here and not with the other readers, because Parquet's libraries are no part of the page.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow_array::{Array, LargeStringArray, RecordBatch, StringArray, StringViewArray};
use corpora::miracl::Passage;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::BenchmarkError;

/// Rows decoded at once.
const ROWS: usize = 4096;

/// The Parquet files under `dir` that hold passages of a language, by name: those in folders named
/// by it (`th`, `miracl-corpus-v1.0-th`), or all where there is no such folder.
///
/// # Errors
///
/// [`BenchmarkError::File`] for a folder that cannot be read.
pub fn files(dir: &Path, language: &str) -> Result<Vec<PathBuf>, BenchmarkError> {
    let mut all = Vec::new();
    walk(dir, &mut all)?;
    all.sort();
    let named = |path: &PathBuf| {
        path.strip_prefix(dir).unwrap_or(path).iter().any(|part| {
            let part = part.to_string_lossy();
            part.strip_prefix("miracl-corpus-v1.0-").unwrap_or(&part) == language
        })
    };
    let own: Vec<PathBuf> = all.iter().filter(|path| named(path)).cloned().collect();
    Ok(if own.is_empty() { all } else { own })
}

fn walk(dir: &Path, found: &mut Vec<PathBuf>) -> Result<(), BenchmarkError> {
    let failed = |error: std::io::Error| BenchmarkError::File {
        file: dir.into(),
        problem: error.to_string(),
    };
    for entry in fs::read_dir(dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            walk(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "parquet") {
            found.push(path);
        }
    }
    Ok(())
}

/// Reads the columns `docid` (or `_id`), `title` (where there is one) and `text` of a file.
///
/// # Errors
///
/// [`BenchmarkError::File`] for a file that is not Parquet or lacks a column of text.
pub fn read(path: &Path) -> Result<Vec<Passage>, BenchmarkError> {
    let failed = |problem: String| BenchmarkError::File { file: path.into(), problem };
    let file = File::open(path).map_err(|error| failed(error.to_string()))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(|builder| builder.with_batch_size(ROWS).build())
        .map_err(|error| failed(error.to_string()))?;
    let mut passages = Vec::new();
    for batch in reader {
        let batch = batch.map_err(|error| failed(error.to_string()))?;
        let wanted = |name: &str| {
            failed(format!("no column `{name}` of text in row {}", passages.len() + 1))
        };
        let ids = Texts::of(&batch, "docid")
            .or_else(|| Texts::of(&batch, "_id"))
            .ok_or_else(|| wanted("docid"))?;
        let texts = Texts::of(&batch, "text").ok_or_else(|| wanted("text"))?;
        let titles = Texts::of(&batch, "title");
        for row in 0..batch.num_rows() {
            let title = titles.as_ref().map_or("", |titles| titles.get(row));
            passages.push(Passage {
                id: ids.get(row).to_owned(),
                title: title.to_owned(),
                text: texts.get(row).to_owned(),
            });
        }
    }
    Ok(passages)
}

/// A column of text, in any of Arrow's three types of it.
enum Texts<'a> {
    Small(&'a StringArray),
    Large(&'a LargeStringArray),
    View(&'a StringViewArray),
}

impl<'a> Texts<'a> {
    fn of(batch: &'a RecordBatch, name: &str) -> Option<Self> {
        let column = batch.column_by_name(name)?.as_any();
        let small = || column.downcast_ref().map(Self::Small);
        let large = || column.downcast_ref().map(Self::Large);
        small().or_else(large).or_else(|| column.downcast_ref().map(Self::View))
    }

    /// A cell; what is null is empty.
    fn get(&self, row: usize) -> &'a str {
        match self {
            Self::Small(array) if array.is_valid(row) => array.value(row),
            Self::Large(array) if array.is_valid(row) => array.value(row),
            Self::View(array) if array.is_valid(row) => array.value(row),
            _ => "",
        }
    }
}
