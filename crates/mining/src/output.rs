//! Mined rows as files that training reads.
//!
//! A row keeps its fields and gets `negatives`. One input becomes one file; several become a folder
//! with a file each, so that each can take the place of its original in a run file. What has its
//! final name is whole: everything is written beside it under a hidden name and renamed.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use corpora::training::Entry;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::inputs::{Layout, rows};
use crate::{Hit, Inputs, MiningError, Nearest, Pool};

/// What becomes of rows for which no negative was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmined {
    /// They are written without negatives.
    Kept,
    /// They are left out.
    Dropped,
}

/// Negatives to be written.
#[derive(Clone, Copy, Debug)]
pub struct Mined<'a> {
    /// Whose queries and candidates they are.
    pub pool: &'a Pool<'a>,
    /// The scores.
    pub nearest: &'a Nearest<'a>,
    /// The negatives of each query, nearest first.
    pub negatives: &'a [Vec<Hit>],
    /// Whether rows also get `scores`, the positive's and then each negative's.
    pub scores: bool,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The files.
    pub files: Vec<PathBuf>,
    /// Rows that were read.
    pub rows: u64,
    /// Rows without a negative.
    pub unmined: u64,
}

/// A row as it is written, what names it first.
#[derive(Serialize)]
struct Row<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Value>,
    source: &'a str,
    lang: &'a str,
    query: &'a str,
    passage: &'a str,
    #[serde(flatten)]
    further: Map<String, Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    negatives: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scores: Option<Vec<f32>>,
}

/// Fields that are written anew.
const OWN: [&str; 7] = ["source", "lang", "query", "passage", "negative", "negatives", "scores"];

impl Inputs {
    /// Writes the rows again with their negatives to `out`: one input to that file, gzipped if its
    /// name ends in `.gz`; several to that folder, which must be new or empty, under their names.
    ///
    /// # Errors
    ///
    /// [`MiningError::Corpus`] and [`MiningError::Changed`] from reading the files again,
    /// [`MiningError::SameName`], [`MiningError::Write`]; nothing is left then.
    pub fn write(
        &self,
        out: &Path,
        mined: &Mined<'_>,
        unmined: Unmined,
    ) -> Result<Written, MiningError> {
        let mut pass = Pass { mined, unmined, entry: 0, written: Written::default() };
        let parent = match out.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(parent).map_err(MiningError::write(parent))?;
        let mut hidden = tempfile::Builder::new();
        hidden.prefix(".isogloss-");
        if let [(path, layout)] = self.files() {
            let file = hidden.tempfile_in(parent).map_err(MiningError::write(out))?;
            pass.file(path, *layout, file.as_file(), out)?;
            pass.check(path)?;
            readable(file.path(), 0o644).map_err(MiningError::write(out))?;
            file.persist(out).map_err(|error| MiningError::write(out)(error.error))?;
            pass.written.files.push(out.to_owned());
        } else {
            let (names, mut last) = (self.names()?, Path::new(""));
            let folder = hidden.tempdir_in(parent).map_err(MiningError::write(out))?;
            for ((path, layout), name) in self.files().iter().zip(names) {
                let to = folder.path().join(&name);
                let file = File::create_new(&to).map_err(MiningError::write(&to))?;
                pass.file(path, *layout, &file, &to)?;
                pass.written.files.push(out.join(name));
                last = path;
            }
            pass.check(last)?;
            readable(folder.path(), 0o755).map_err(MiningError::write(out))?;
            fs::rename(folder.path(), out).map_err(MiningError::write(out))?;
        }
        Ok(pass.written)
    }
}

/// One pass over the rows of all files.
struct Pass<'a> {
    mined: &'a Mined<'a>,
    unmined: Unmined,
    entry: usize,
    written: Written,
}

impl Pass<'_> {
    fn file(
        &mut self,
        path: &Path,
        layout: Layout,
        file: &File,
        name: &Path,
    ) -> Result<(), MiningError> {
        let failed = |error| MiningError::write(name)(error);
        let plain = BufWriter::new(file);
        if name.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz")) {
            let mut gzip = GzEncoder::new(plain, Compression::default());
            self.rows(path, layout, &mut gzip, name)?;
            gzip.finish().and_then(|mut plain| plain.flush()).map_err(failed)?;
        } else {
            let mut plain = plain;
            self.rows(path, layout, &mut plain, name)?;
            plain.flush().map_err(failed)?;
        }
        file.sync_all().map_err(failed)
    }

    fn rows(
        &mut self,
        path: &Path,
        layout: Layout,
        to: &mut impl Write,
        name: &Path,
    ) -> Result<(), MiningError> {
        for (at, fields) in rows(path, layout)?.enumerate() {
            let changed = || MiningError::Changed { file: path.to_owned(), row: at + 1 };
            let entry = *self.mined.pool.set().entries.get(self.entry).ok_or_else(changed)?;
            let query = self.mined.pool.query_of(self.entry);
            let line = self.line(query, entry, fields?, changed)?;
            self.entry += 1;
            let Some(mut line) = line else { continue };
            line.push('\n');
            to.write_all(line.as_bytes()).map_err(MiningError::write(name))?;
        }
        Ok(())
    }

    /// The line of an entry, whose row is `fields`; none if it is left out.
    fn line(
        &mut self,
        found: usize,
        entry: Entry,
        mut fields: Map<String, Value>,
        changed: impl FnOnce() -> MiningError,
    ) -> Result<Option<String>, MiningError> {
        let Mined { pool, nearest, negatives, scores } = *self.mined;
        let set = pool.set();
        let [query, passage] =
            [entry.query, entry.passage].map(|text| set.texts[text as usize].as_str());
        let is = |field: &str, text: &str| fields.get(field).and_then(Value::as_str) == Some(text);
        if !(is("query", query) && is("passage", passage)) {
            return Err(changed());
        }
        let hits = &negatives[found];
        self.written.rows += 1;
        self.written.unmined += u64::from(hits.is_empty());
        if hits.is_empty() && self.unmined == Unmined::Dropped {
            return Ok(None);
        }
        for field in OWN {
            fields.remove(field);
        }
        let scores = scores.then(|| {
            let positive = nearest.score_of(found, entry.passage);
            positive.into_iter().chain(hits.iter().map(|hit| hit.score)).collect()
        });
        let row = Row {
            id: fields.remove("id"),
            source: &set.sources[entry.source as usize],
            lang: &set.languages[entry.language as usize],
            query,
            passage,
            further: fields,
            negatives: hits.iter().map(|hit| pool.text(hit.candidate as usize)).collect(),
            scores,
        };
        let line = serde_json::to_string(&row);
        Ok(Some(line.map_err(|error| MiningError::write(Path::new("row"))(error.into()))?))
    }

    /// Whether the files still had all of their rows.
    fn check(&self, last: &Path) -> Result<(), MiningError> {
        if self.entry < self.mined.pool.set().entries.len() {
            let row = self.written.rows as usize + 1;
            return Err(MiningError::Changed { file: last.to_owned(), row });
        }
        Ok(())
    }
}

/// Gives a file or folder the rights that new ones usually have; hidden ones are the owner's alone.
#[cfg(unix)]
fn readable(path: &Path, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// Other systems inherit the folder's rights.
#[cfg(not(unix))]
fn readable(_: &Path, _: u32) -> std::io::Result<()> {
    Ok(())
}
