//! Training data: texts in many languages, linked by meaning.
//!
//! Four file layouts become one list of entries. An entry says that a query and a passage in one
//! language belong together, and its group says which other entries mean the same. That is all a
//! sampler needs to make batches in one language, across languages, or by translation ranking,
//! and to keep translations of one text out of a batch. Texts are interned, so that the same
//! passage met twice is seen to be the same by comparing two numbers, and held once.
//!
//! The order is that of the builder's calls and of the rows in each file; language and source
//! indices follow sorted names. No order depends on a hash.
//!
//! | layout | fields | query, passage | group |
//! |---|---|---|---|
//! | pairs (JSON Lines) | `query` `passage` `lang` | as named | each row its own |
//! | parallel (JSON Lines) | `id` `query` `passage` `lang` | as named | rows of one file with equal source and `id` |
//! | bitext (JSON Lines) | `id` `text` `lang` | both the text | rows of one file with equal source and `id` |
//! | lexicon (TSV) | header of languages | both the word | one line |
//! | LAReQA folder | see [`lareqa`] | question, its positive sentence | question id |
//!
//! JSON Lines may be gzip, have a `source` (else the file's name stands for it) and further
//! fields, which are ignored. Rows of pairs and parallel rows may also carry hard negatives,
//! passages in the row's language that do not answer its query: `negatives`, an array of texts, or
//! `negative`, one text.

mod lexicon;
mod negatives;
mod raw;
mod rows;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use crate::lareqa;
use crate::{CorpusError, Split};

pub use negatives::Negatives;
pub use raw::RawRows;

/// Entries from any number of files, ready to sample from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrainingSet {
    /// Language codes, sorted.
    pub languages: Vec<String>,
    /// Names of the sources, sorted.
    pub sources: Vec<String>,
    /// The texts, each once, in the order in which they were first read.
    pub texts: Vec<String>,
    /// In the order in which they were read.
    pub entries: Vec<Entry>,
    /// Passages that do not answer an entry's query.
    pub negatives: Negatives,
}

/// A query and a passage in one language that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The meaning: entries that are translations of one another share it.
    pub group: u32,
    /// Index in [`TrainingSet::sources`].
    pub source: u32,
    /// Index in [`TrainingSet::languages`].
    pub language: u32,
    /// Index in [`TrainingSet::texts`].
    pub query: u32,
    /// Index in [`TrainingSet::texts`]; equal to `query` for bitext and lexicons.
    pub passage: u32,
}

/// Collects files into a [`TrainingSet`].
///
/// After an error, what was read before it stays in the builder; [`Builder::finish`] it only when
/// every call succeeded.
///
/// ```no_run
/// use isogloss_corpora::training::Builder;
///
/// let mut builder = Builder::new();
/// builder.pairs("pairs.jsonl.gz")?.bitext("bitext.jsonl")?;
/// let set = builder.finish()?;
/// println!("{} entries in {} languages", set.entries.len(), set.languages.len());
/// # Ok::<(), isogloss_corpora::CorpusError>(())
/// ```
#[derive(Debug, Default)]
pub struct Builder {
    languages: Names,
    sources: Names,
    texts: Names,
    entries: Vec<Entry>,
    /// Entry and text.
    negatives: Vec<(u32, u32)>,
    groups: u32,
}

impl Builder {
    /// An empty builder.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads `query`, `passage`, `lang` rows in one language each.
    ///
    /// # Errors
    ///
    /// [`CorpusError::Io`], [`CorpusError::Gzip`], [`CorpusError::InvalidUtf8`],
    /// [`CorpusError::Malformed`], [`CorpusError::MissingField`], [`CorpusError::BadField`], each
    /// with the line, and [`CorpusError::Empty`] for a file without rows.
    pub fn pairs(&mut self, path: impl AsRef<Path>) -> Result<&mut Self, CorpusError> {
        rows::read(path.as_ref(), rows::Layout::Pairs, self)?;
        Ok(self)
    }

    /// Reads `id`, `query`, `passage`, `lang` rows, where rows with one id are translations.
    ///
    /// # Errors
    ///
    /// As [`Builder::pairs`].
    pub fn parallel(&mut self, path: impl AsRef<Path>) -> Result<&mut Self, CorpusError> {
        rows::read(path.as_ref(), rows::Layout::Parallel, self)?;
        Ok(self)
    }

    /// Reads `id`, `text`, `lang` rows, where rows with one id mean the same.
    ///
    /// # Errors
    ///
    /// As [`Builder::pairs`].
    pub fn bitext(&mut self, path: impl AsRef<Path>) -> Result<&mut Self, CorpusError> {
        rows::read(path.as_ref(), rows::Layout::Bitext, self)?;
        Ok(self)
    }

    /// Reads a lexicon, see [`crate::lexicon`]. Each alternative becomes an entry, line by line,
    /// cell by cell. The source is `lexicon`.
    ///
    /// # Errors
    ///
    /// Those of [`Lexicon::read`](crate::lexicon::Lexicon::read).
    pub fn lexicon(&mut self, path: impl AsRef<Path>) -> Result<&mut Self, CorpusError> {
        lexicon::read(path.as_ref(), self)?;
        Ok(self)
    }

    /// Reads the questions of a LAReQA folder, each with its positive sentence; the source is the
    /// folder's name. Languages come in sorted order, questions in the order of their file.
    ///
    /// # Errors
    ///
    /// Those of [`lareqa::read_dir`].
    pub fn lareqa(
        &mut self,
        dir: impl AsRef<Path>,
        languages: Option<&[String]>,
        split: Split,
    ) -> Result<&mut Self, CorpusError> {
        let dir = dir.as_ref();
        let benchmark = lareqa::read_dir(dir, languages, split)?;
        let source = self.sources.index(&folder_name(dir));
        let mut groups = HashMap::new();
        for set in &benchmark.languages {
            for question in &set.questions {
                let group =
                    *groups.entry(question.id.as_str()).or_insert_with(|| next(&mut self.groups));
                let passage = &set.candidates[question.candidate].text;
                self.add(group, source, &set.language, &question.text, passage);
            }
        }
        Ok(self)
    }

    /// What was read so far; the builder is empty afterwards.
    ///
    /// # Errors
    ///
    /// [`CorpusError::Empty`] when nothing was read.
    pub fn finish(&mut self) -> Result<TrainingSet, CorpusError> {
        let Self { languages, sources, texts, mut entries, negatives, .. } = std::mem::take(self);
        if entries.is_empty() {
            return Err(CorpusError::Empty {
                place: "training data".to_owned(),
                problem: "no files given",
            });
        }
        let (languages, language_index) = languages.sorted();
        let (sources, source_index) = sources.sorted();
        for entry in &mut entries {
            entry.language = language_index[entry.language as usize];
            entry.source = source_index[entry.source as usize];
        }
        Ok(TrainingSet {
            languages,
            sources,
            texts: texts.into_names(),
            entries,
            negatives: negatives.into_iter().collect(),
        })
    }

    /// A group that no entry has yet.
    fn new_group(&mut self) -> u32 {
        next(&mut self.groups)
    }

    fn add(&mut self, group: u32, source: u32, language: &str, query: &str, passage: &str) {
        let entry = Entry {
            group,
            source,
            language: self.languages.index(language),
            query: self.texts.index(query),
            passage: self.texts.index(passage),
        };
        self.entries.push(entry);
    }

    /// A hard negative of the entry added last.
    fn add_negative(&mut self, text: &str) {
        if let Some(entry) = self.entries.len().checked_sub(1) {
            self.negatives.push((entry as u32, self.texts.index(text)));
        }
    }
}

fn next(counter: &mut u32) -> u32 {
    let value = *counter;
    *counter += 1;
    value
}

/// The last part of a path to a folder, also where it is written as `.` or `..`.
fn folder_name(dir: &Path) -> String {
    dir.file_name()
        .map(ToOwned::to_owned)
        .or_else(|| dir.canonicalize().ok()?.file_name().map(ToOwned::to_owned))
        .map_or_else(|| "lareqa".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// Strings numbered in the order in which they first came.
#[derive(Debug, Default)]
struct Names(HashMap<String, u32>);

impl Names {
    fn index(&mut self, name: &str) -> u32 {
        if let Some(&index) = self.0.get(name) {
            return index;
        }
        let index = self.0.len() as u32;
        self.0.insert(name.to_owned(), index);
        index
    }

    fn into_names(self) -> Vec<String> {
        let mut names = vec![String::new(); self.0.len()];
        for (name, index) in self.0 {
            names[index as usize] = name;
        }
        names
    }

    /// The names sorted, and for each old index the new one.
    fn sorted(self) -> (Vec<String>, Vec<u32>) {
        let old: BTreeMap<String, u32> = self.0.into_iter().collect();
        let mut moved = vec![0; old.len()];
        for (new, &index) in (0u32..).zip(old.values()) {
            moved[index as usize] = new;
        }
        (old.into_keys().collect(), moved)
    }
}
