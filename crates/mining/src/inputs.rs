//! Training files, read twice: once into a [`TrainingSet`] to mine for, once row by row to be
//! written again with negatives. So nothing of a row is lost, not its id nor fields that training
//! has no use for, and memory need not hold what only the output wants.

use std::path::{Path, PathBuf};

use corpora::Split;
use corpora::lareqa;
use corpora::training::{Builder, RawRows, TrainingSet};
use serde_json::{Map, Value, json};

use crate::MiningError;

/// Layouts of training data that rows with negatives can be made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `query`, `passage`, `lang`.
    Pairs,
    /// The same with an `id` that translations share.
    Parallel,
    /// `id`, `text`, `lang`: the text becomes query and passage of parallel rows.
    Bitext,
    /// A folder in LAReQA's layout, its training articles: they become parallel rows.
    Lareqa,
}

/// Training data and the files it came from.
#[derive(Debug)]
pub struct Inputs {
    files: Vec<(PathBuf, Layout)>,
    set: TrainingSet,
}

/// The rows of a file, in the order of the entries.
pub(crate) type Rows = Box<dyn Iterator<Item = Result<Map<String, Value>, MiningError>>>;

impl Inputs {
    /// Reads files into one set.
    ///
    /// # Errors
    ///
    /// [`MiningError::Corpus`] with the file and line, or when no files are given.
    pub fn read(files: Vec<(PathBuf, Layout)>) -> Result<Self, MiningError> {
        let mut builder = Builder::new();
        for (path, layout) in &files {
            match layout {
                Layout::Pairs => builder.pairs(path)?,
                Layout::Parallel => builder.parallel(path)?,
                Layout::Bitext => builder.bitext(path)?,
                Layout::Lareqa => builder.lareqa(path, None, Split::Train)?,
            };
        }
        Ok(Self { files, set: builder.finish()? })
    }

    /// What was read.
    pub fn set(&self) -> &TrainingSet {
        &self.set
    }

    /// The files, in the order in which their rows became entries.
    pub fn files(&self) -> &[(PathBuf, Layout)] {
        &self.files
    }

    /// The names of the files as outputs in one folder: their own, with `.jsonl` for a folder.
    ///
    /// # Errors
    ///
    /// [`MiningError::SameName`] when two are the same.
    pub fn names(&self) -> Result<Vec<String>, MiningError> {
        let mut names = Vec::<String>::new();
        for (at, (path, layout)) in self.files.iter().enumerate() {
            let mut name = name_of(path);
            if *layout == Layout::Lareqa {
                name.push_str(".jsonl");
            }
            if let Some(same) = names.iter().position(|other| *other == name) {
                let [first, second] = [same, at].map(|at| self.files[at].0.clone());
                return Err(MiningError::SameName { first, second, name });
            }
            names.push(name);
        }
        Ok(names)
    }
}

/// The rows of a file, with `query` and `passage` whatever its layout.
pub(crate) fn rows(path: &Path, layout: Layout) -> Result<Rows, MiningError> {
    if layout == Layout::Lareqa {
        return questions(path);
    }
    let raw = RawRows::open(path)?;
    Ok(Box::new(raw.map(move |row| {
        let mut row = row?;
        if layout == Layout::Bitext
            && let Some(text) = row.remove("text")
        {
            row.insert("query".to_owned(), text.clone());
            row.insert("passage".to_owned(), text);
        }
        Ok(row)
    })))
}

/// The training questions of a benchmark's folder as rows.
fn questions(dir: &Path) -> Result<Rows, MiningError> {
    let benchmark = lareqa::read_dir(dir, None, Split::Train)?;
    let rows = benchmark.languages.into_iter().flat_map(|language| {
        let row = |question: &lareqa::Question| {
            let passage = &language.candidates[question.candidate].text;
            let row = json!({"id": question.id, "lang": language.language,
                "query": question.text, "passage": passage});
            let Value::Object(row) = row else { return Map::new() };
            row
        };
        language.questions.iter().map(row).collect::<Vec<_>>()
    });
    Ok(Box::new(rows.map(Ok)))
}

/// The last part of a path, also of one that ends in `..`.
fn name_of(path: &Path) -> String {
    let own = path.file_name().map(ToOwned::to_owned);
    let own = own.or_else(|| path.canonicalize().ok()?.file_name().map(ToOwned::to_owned));
    own.map_or_else(|| "data".to_owned(), |name| name.to_string_lossy().into_owned())
}
