//! What can go wrong with a report.

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A chart could not be drawn.
    #[error("the chart `{title}` could not be drawn: {reason}")]
    Chart {
        /// The chart.
        title: String,
        /// What the drawing library said.
        reason: String,
    },
    /// There is nothing to report on.
    #[error("there is no system to report on")]
    NoSystems,
    /// Two things that are told apart by their names have the same.
    #[error("`{name}` is there twice in {place}")]
    Twice {
        /// The name.
        name: String,
        /// Where.
        place: String,
    },
    /// A name that refers to nothing.
    #[error("{place} names `{name}`, which is not there")]
    Unknown {
        /// The name.
        name: String,
        /// Who uses it.
        place: String,
    },
    /// A matrix whose cells do not fit its languages.
    #[error(
        "the matrix `{matrix}` of `{system}` should have {rows} rows of {columns} cells, \
         but row {row} is missing, too many or of another length"
    )]
    Matrix {
        /// The system.
        system: String,
        /// Which of its matrices.
        matrix: String,
        /// Query languages.
        rows: usize,
        /// Document languages.
        columns: usize,
        /// The first row that does not fit, counted from 0.
        row: usize,
    },
}
