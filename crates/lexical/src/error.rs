//! What can be wrong with what is asked.

/// Why a ranking cannot be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LexicalError {
    /// A parameter outside its range.
    #[error("`{name}` is {value}: expected {expected}")]
    Parameter {
        /// Its name.
        name: &'static str,
        /// What was given.
        value: f64,
        /// The range.
        expected: &'static str,
    },
    /// A score that is no number, in a ranking to be fused.
    #[error("ranking {ranking}: the score of document {document} is {score}")]
    Score {
        /// Index of the ranking.
        ranking: usize,
        /// Index of the document.
        document: u32,
        /// The score.
        score: f32,
    },
    /// Weights that are not one for each ranking.
    #[error("{weights} weights for {rankings} rankings")]
    Weights {
        /// How many weights there are.
        weights: usize,
        /// How many rankings there are.
        rankings: usize,
    },
    /// More documents or words than 32 bits count.
    #[error("{count} {what}: at most {} can be indexed", u32::MAX)]
    TooMany {
        /// `documents` or `words`.
        what: &'static str,
        /// How many there are.
        count: usize,
    },
}
