//! Exact search over unit-length vectors: scores, ranks and the best few.
//!
//! Only the product of queries and candidates runs on the device. Whatever orders candidates runs
//! on the host: sorting on a GPU reads back synchronously inside Burn, which panics in a browser,
//! and an evaluation needs no order at all. The rank of a known candidate is one more than the
//! number of candidates before it, and counting those is a pass over memory.
//!
//! Equal scores are ordered as `trec_eval` orders them, by document id, descending, compared byte
//! by byte: ranks then do not depend on the order in which candidates were read, and agree with
//! other software that reads the same run.
//!
//! There is no approximate search: the collections are small (tens of thousands of candidates),
//! and a measure must not carry the error of an approximation. What does not fit in memory is
//! searched exactly too, natively, in a pass over it: [`stream`].

mod index;
mod ranks;
mod rows;
#[cfg(not(target_arch = "wasm32"))]
pub mod stream;
mod vectors;

pub use index::Index;
pub use ranks::{Hit, TieOrder, best_first, rank_of, top_k};
pub use rows::map_rows;
pub use vectors::Vectors;

/// Why vectors could not be searched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RetrievalError {
    /// The number of values is no multiple of the dimension.
    #[error("{values} values do not make rows of {dimension}")]
    Shape {
        /// Values given.
        values: usize,
        /// Values of a row.
        dimension: usize,
    },
    /// Vectors of different models.
    #[error("the queries have {queries} dimensions, the candidates {candidates}")]
    Dimension {
        /// Dimension of the queries.
        queries: usize,
        /// Dimension of the candidates.
        candidates: usize,
    },
    /// A candidate's vector holds a NaN or an infinity.
    #[error("the vector of candidate {row} is not finite")]
    CandidateNotFinite {
        /// Its row.
        row: usize,
    },
    /// A query's vector holds a NaN or an infinity.
    #[error("the vector of query {row} is not finite")]
    QueryNotFinite {
        /// Its row.
        row: usize,
    },
    /// The device computed a score that is not a number.
    #[error("the score of query {query} for candidate {candidate} is not a number")]
    ScoreNotANumber {
        /// Row of the query.
        query: usize,
        /// Row of the candidate.
        candidate: usize,
    },
    /// Two candidates with one id: their order would be undefined.
    #[error("the candidate id `{0}` occurs twice")]
    DuplicateId(String),
    /// The device failed or its memory could not be read.
    #[error("the device could not compute the scores: {0}")]
    Device(String),
}
