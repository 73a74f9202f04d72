//! What is wrong with files that can still be read.
//!
//! A run of a million lines with one mistake in its writer has a million mistakes; a person needs
//! their number and the first of them, so that is what is kept.

use std::collections::BTreeMap;
use std::fmt;

use crate::RunError;

/// What to do about faults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// Any fault is an error, told with all others.
    #[default]
    Strict,
    /// Faulty lines are left out and counted.
    Lenient,
}

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// A line is not UTF-8, such as a Thai file in TIS-620.
    Encoding,
    /// A line has too few or too many columns.
    Columns,
    /// A score is no number.
    Score,
    /// A relevance is no whole number.
    Relevance,
    /// A query has a document twice; the first is kept.
    Duplicate,
    /// A query of the run has no judgements; it is not scored.
    UnjudgedQuery,
    /// A judged query is not in the run; it is not scored, or scored 0.
    UnrankedQuery,
    /// A judged document is not in the corpus, so nothing can retrieve it.
    UnknownDocument,
    /// The language of a query or a document is not known.
    NoLanguage,
}

impl Fault {
    fn noun(self, count: usize) -> &'static str {
        match self {
            Self::UnjudgedQuery | Self::UnrankedQuery if count == 1 => "query",
            Self::UnjudgedQuery | Self::UnrankedQuery => "queries",
            Self::UnknownDocument if count == 1 => "judgement",
            Self::UnknownDocument => "judgements",
            Self::NoLanguage => "ids",
            _ if count == 1 => "line",
            _ => "lines",
        }
    }
}

/// How often each fault was found, and where first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Complaints(BTreeMap<Fault, Found>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    count: usize,
    /// The first line, from 1; what has no line is 0.
    line: usize,
    first: String,
}

impl Complaints {
    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How often a fault was found.
    pub fn count(&self, fault: Fault) -> usize {
        self.0.get(&fault).map_or(0, |found| found.count)
    }

    /// Each fault with its count and its first place, in words.
    pub fn iter(&self) -> impl Iterator<Item = (Fault, usize, &str)> {
        self.0.iter().map(|(&fault, found)| (fault, found.count, found.first.as_str()))
    }

    /// Adds what another file has.
    pub fn extend(&mut self, other: Self) {
        for (fault, found) in other.0 {
            let mine = self.0.entry(fault).or_insert(Found { count: 0, ..found.clone() });
            mine.count += found.count;
        }
    }

    /// Forgets a fault that is none here.
    pub(crate) fn forgive(&mut self, fault: Fault) {
        self.0.remove(&fault);
    }

    /// An error when anything is wrong and the reader is strict.
    pub fn unless(self, strictness: Strictness) -> Result<Self, RunError> {
        if strictness == Strictness::Strict && !self.is_empty() {
            return Err(RunError::Faults(self));
        }
        Ok(self)
    }

    /// Counts a fault of a line; `what` follows the file and the line number, and is asked for
    /// only when it is kept.
    pub(crate) fn line(
        &mut self,
        fault: Fault,
        file: &str,
        line: usize,
        what: impl FnOnce() -> String,
    ) {
        self.add(fault, line, || format!("{file}, line {line}: {}", what()));
    }

    /// Counts a fault that has no line.
    pub(crate) fn add(&mut self, fault: Fault, line: usize, first: impl FnOnce() -> String) {
        match self.0.get_mut(&fault) {
            Some(found) => {
                found.count += 1;
                if line < found.line {
                    (found.line, found.first) = (line, first());
                }
            }
            None => {
                self.0.insert(fault, Found { count: 1, line, first: first() });
            }
        }
    }
}

impl fmt::Display for Complaints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (fault, count, first)) in self.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            f.write_str(first)?;
            if count > 1 {
                write!(f, " ({count} such {})", fault.noun(count))?;
            }
        }
        Ok(())
    }
}
