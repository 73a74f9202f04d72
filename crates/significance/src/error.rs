//! Why two systems cannot be compared.

/// Why two systems cannot be compared.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SignificanceError {
    /// The two have no group, that is no language, in common.
    #[error("{first} and {second} have no language in common")]
    NoCommonGroup {
        /// One system.
        first: String,
        /// The other.
        second: String,
    },
    /// The two have answered different queries.
    #[error("{first} and {second} have no query in common in {group}")]
    NoCommonQuery {
        /// One system.
        first: String,
        /// The other.
        second: String,
        /// The language.
        group: String,
    },
    /// A value is no number.
    #[error("the value of query {query:?} of {system} in {group} is no finite number")]
    Value {
        /// The system.
        system: String,
        /// The language.
        group: String,
        /// The query.
        query: String,
    },
    /// A query has two values.
    #[error("query {query:?} of {system} in {group} has two values")]
    Duplicate {
        /// The system.
        system: String,
        /// The language.
        group: String,
        /// The query.
        query: String,
    },
    /// Seeds did not answer the same queries, or there is none.
    #[error("the seeds do not have the same queries; they have {lengths:?} values")]
    Seeds {
        /// How many values each seed has.
        lengths: Vec<usize>,
    },
    /// Nothing would be drawn.
    #[error("at least one resample is needed")]
    NoResamples,
    /// A confidence that is none.
    #[error("a confidence of {confidence} is not between 0 and 1")]
    Confidence {
        /// What was given.
        confidence: f64,
    },
}
