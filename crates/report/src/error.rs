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
}
