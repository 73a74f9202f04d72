//! One result of many.

use super::SearchError;
use super::list::{Found, ranked};

/// The best `k` of each query over the results of parts of a collection: what searching the whole
/// finds, as long as every part kept its best `k`.
///
/// Each part has a list a query, in the same order of queries.
///
/// # Errors
///
/// [`SearchError::Queries`] for parts of different numbers of queries, [`SearchError::Twice`] for
/// an id that two parts found.
pub fn merge(
    parts: impl IntoIterator<Item = Vec<Vec<Found>>>,
    k: usize,
) -> Result<Vec<Vec<Found>>, SearchError> {
    let mut parts = parts.into_iter();
    let mut merged = parts.next().unwrap_or_default();
    for part in parts {
        if part.len() != merged.len() {
            return Err(SearchError::Queries { found: part.len(), expected: merged.len() });
        }
        for (query, (list, more)) in merged.iter_mut().zip(part).enumerate() {
            list.extend(more);
            *list = ranked(query, std::mem::take(list), k)?;
        }
    }
    merged.into_iter().enumerate().map(|(query, list)| ranked(query, list, k)).collect()
}
