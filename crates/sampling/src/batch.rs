//! What the sampler hands out: text ids and indices only, one row at the same position of each
//! list.

use crate::Switch;
use crate::catalogue::Row;

/// The languages of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BatchKind {
    /// All queries and passages in this language, an index of `TrainingSet::languages`.
    Mono(u32),
    /// The query and the passage of each row in different languages.
    Cross,
    /// The query and the passage of each row in the same language, rows in many.
    Mixed,
}

impl BatchKind {
    /// `mono`, `cross` or `mixed`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Mono(_) => "mono",
            Self::Cross => "cross",
            Self::Mixed => "mixed",
        }
    }
}

/// A batch: one row at the same position of each list. Numbers are indices of the lists of the
/// training set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The languages of the batch.
    pub kind: BatchKind,
    /// Text ids.
    pub queries: Vec<u32>,
    /// Text ids.
    pub passages: Vec<u32>,
    /// Language of each query.
    pub query_languages: Vec<u32>,
    /// Language of each passage.
    pub passage_languages: Vec<u32>,
    /// Source of each row.
    pub sources: Vec<u32>,
    /// Group of each row: query and passage are of the same.
    pub groups: Vec<u32>,
    /// Hard negatives of each row: text ids, at most `Plan::negatives_per_query`, no text twice in
    /// a row. None means the same as a query or passage of the batch.
    pub negatives: Vec<Vec<u32>>,
    /// Texts whose words are to be replaced before they are tokenised, by row; see
    /// [`Switcher`](crate::Switcher).
    pub switches: Vec<Switch>,
}

impl Batch {
    /// Number of rows: that of the plan. It may be less in one case, counted in
    /// [`Tally::short_batches`](crate::Tally::short_batches): the data suffices for a full batch, but the rows that waited
    /// longest, which come first, exclude so many others that nothing is left.
    pub fn len(&self) -> usize {
        self.queries.len()
    }

    /// True without rows.
    pub fn is_empty(&self) -> bool {
        self.queries.is_empty()
    }

    pub(crate) fn new(kind: BatchKind, rows: &[Row]) -> Self {
        let list = |of: fn(&Row) -> u32| rows.iter().map(of).collect();
        Self {
            kind,
            queries: list(|row| row.query),
            passages: list(|row| row.passage),
            query_languages: list(|row| row.query_language),
            passage_languages: list(|row| row.passage_language),
            sources: list(|row| row.source),
            groups: list(|row| row.group),
            negatives: vec![Vec::new(); rows.len()],
            switches: Vec::new(),
        }
    }
}
