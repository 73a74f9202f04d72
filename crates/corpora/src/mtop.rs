//! MTOP (Li et al., EACL 2021): spoken commands in 6 languages with their domain and intent.
//!
//! Published as an archive of `mtop/{language}/{train,eval,test}.txt`, tab-separated without a
//! header: id, intent, slots, utterance, domain, locale, decoupled form, tokens. An id names an
//! utterance across languages. Only id, intent, utterance and domain are kept; the language is that
//! of the folder.

use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::path::Path;

use crate::CorpusError;
use crate::complaints::{Complaint, Complaints};
use crate::files::Files;
use crate::lines::Lines;
use crate::place::Place;

const COLUMNS: usize = 8;

/// Utterances of any number of languages. Indices are those of the lists of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mtop {
    /// Language codes, sorted.
    pub languages: Vec<String>,
    /// Names of the domains, such as `alarm`, sorted.
    pub domains: Vec<String>,
    /// Names of the intents, such as `IN:GET_ALARM`, sorted.
    pub intents: Vec<String>,
    /// By language, then part, then in the order of the file.
    pub utterances: Vec<Utterance>,
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Utterance {
    /// The same for translations; unique in a part of a language.
    pub id: String,
    /// What was said.
    pub text: String,
    /// Index of its language.
    pub language: u32,
    /// Where it belongs.
    pub part: Part,
    /// Index of its domain.
    pub domain: u32,
    /// Index of its intent.
    pub intent: u32,
}

/// What utterances are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// To fit a classifier.
    Train,
    /// To choose between models; `validation` elsewhere.
    Eval,
    /// For scores.
    Test,
}

impl Part {
    const ALL: [Self; 3] = [Self::Train, Self::Eval, Self::Test];

    /// The name of the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Eval => "eval",
            Self::Test => "test",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A row before the names are numbered.
struct Row {
    utterance: Utterance,
    domain: String,
    intent: String,
}

/// Reads a folder or archive; without `languages`, all there are.
///
/// # Errors
///
/// [`CorpusError::NoFile`] for a language without its three files; [`CorpusError::Rows`] where rows
/// cannot be used and `complaints` is strict; [`CorpusError::Empty`] when nothing is left; and what
/// reading fails with.
pub fn read(
    dir: &Path,
    languages: Option<&[String]>,
    complaints: &mut Complaints,
) -> Result<Mtop, CorpusError> {
    let files = Files::under(dir)?;
    let found: BTreeSet<String> = match languages {
        Some(languages) => languages.iter().cloned().collect(),
        None => files.paths().filter_map(language).collect(),
    };
    if found.is_empty() {
        return Err(files.missing("{language}/train.txt"));
    }
    let mut rows = Vec::new();
    for (index, code) in (0u32..).zip(&found) {
        for part in Part::ALL {
            let lines = files.open(&[&format!("{code}/{part}.txt")])?;
            let file = lines.file().to_owned();
            let before = rows.len();
            read_part(lines, (index, part), &mut rows, complaints)?;
            if rows.len() == before {
                let what = format_args!("{file}: no rows in language `{code}`");
                complaints.note(Complaint::EmptyLanguage, what);
            }
        }
    }
    complaints.settle()?;
    if rows.is_empty() {
        return Err(CorpusError::Empty { place: files.place().to_owned(), problem: "no rows" });
    }
    let names = |name: fn(&Row) -> &String| -> Vec<String> {
        rows.iter().map(name).collect::<BTreeSet<_>>().into_iter().cloned().collect()
    };
    let (domains, intents) = (names(|row| &row.domain), names(|row| &row.intent));
    let number =
        |names: &[String], name: &String| names.partition_point(|other| other < name) as u32;
    let utterances = rows
        .into_iter()
        .map(|row| Utterance {
            domain: number(&domains, &row.domain),
            intent: number(&intents, &row.intent),
            ..row.utterance
        })
        .collect();
    Ok(Mtop { languages: found.into_iter().collect(), domains, intents, utterances })
}

/// The language of a path that ends in `{language}/train.txt`.
fn language(path: &str) -> Option<String> {
    let folder = path.strip_suffix("/train.txt")?;
    Some(folder.rsplit('/').next().unwrap_or(folder).to_owned())
}

fn read_part(
    mut lines: Lines,
    (language, part): (u32, Part),
    rows: &mut Vec<Row>,
    complaints: &mut Complaints,
) -> Result<(), CorpusError> {
    let file = lines.file().to_owned();
    let mut ids = HashSet::new();
    while let Some((line, text)) = lines.next_readable(complaints)? {
        let place = Place { file: &file, line };
        let columns: Vec<&str> = text.split('\t').collect();
        if columns.len() != COLUMNS {
            complaints.note_row(place.columns(COLUMNS, columns.len()))?;
            continue;
        }
        let (id, intent) = (columns[0].trim(), columns[1].trim());
        let (text, domain) = (columns[3].trim(), columns[4].trim());
        if text.is_empty() {
            complaints.note(Complaint::EmptyText, format_args!("{place}: utterance {id}"));
        } else if let Some((field, _)) = [("id", id), ("intent", intent), ("domain", domain)]
            .iter()
            .find(|(_, it)| it.is_empty())
        {
            complaints.note_row(place.bad(field, "is empty"))?;
        } else if ids.insert(id.to_owned()) {
            let (id, text) = (id.to_owned(), text.to_owned());
            let utterance = Utterance { id, text, language, part, domain: 0, intent: 0 };
            rows.push(Row { utterance, domain: domain.to_owned(), intent: intent.to_owned() });
        } else {
            complaints.note(Complaint::DuplicateId, format_args!("{place}: utterance {id}"));
        }
    }
    Ok(())
}
