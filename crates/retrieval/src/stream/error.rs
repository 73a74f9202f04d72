//! Why a stream could not be searched.

use crate::RetrievalError;

/// Why a stream could not be searched, or results not be merged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// What is wrong with the queries, or what a device did.
    #[error(transparent)]
    Retrieval(#[from] RetrievalError),
    /// A block whose parts do not belong together.
    #[error("a block of {ids} ids and {values} values has no rows of {dimension}")]
    Block {
        /// Its ids.
        ids: usize,
        /// Its values.
        values: usize,
        /// Values of a row.
        dimension: usize,
    },
    /// A candidate's vector holds a NaN or an infinity.
    #[error("the vector of candidate `{id}` (row {row}) is not finite")]
    NotFinite {
        /// Its id.
        id: String,
        /// Candidates that came before it.
        row: u64,
    },
    /// A candidate's vector is so long that its scores may lie beyond the largest f32.
    #[error("the vector of candidate `{id}` (row {row}) is too long to be scored in 32 bits")]
    TooLong {
        /// Its id.
        id: String,
        /// Candidates that came before it.
        row: u64,
    },
    /// Two of a query's best have one id.
    #[error("query {query} found the id `{id}` twice")]
    Twice {
        /// Row of the query.
        query: usize,
        /// The id.
        id: String,
    },
    /// Results of different queries.
    #[error("results of {found} queries cannot be merged with results of {expected}")]
    Queries {
        /// Queries of this one.
        found: usize,
        /// Queries of the first.
        expected: usize,
    },
}
