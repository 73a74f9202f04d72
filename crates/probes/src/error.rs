//! What can be wrong with the data of a probe.

/// Why a probe cannot be run.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ProbeError {
    /// Numbers that are not one vector for each label.
    #[error("{values} numbers are not {rows} vectors of {dimension} dimensions")]
    Shape {
        /// How many numbers there are.
        values: usize,
        /// How many labels there are.
        rows: usize,
        /// The dimension.
        dimension: usize,
    },
    /// A number that is none.
    #[error("row {row} holds {value}")]
    NotFinite {
        /// Index of the row.
        row: usize,
        /// The number.
        value: f32,
    },
    /// Rows of one label, or no rows, to learn from.
    #[error("rows of {found} labels to learn from: at least 2 are needed")]
    Labels {
        /// How many labels there are.
        found: usize,
    },
    /// No rows to be judged on.
    #[error("no rows to be judged on{}", fold.map_or_else(String::new, |fold| format!(" in fold {fold}")))]
    NoTest {
        /// The fold, in cross-validation.
        fold: Option<u32>,
    },
    /// Rows to learn from and to be judged on of different dimensions.
    #[error("vectors of {test} dimensions cannot be judged by what was learnt on {train}")]
    Dimension {
        /// Of the rows to learn from.
        train: usize,
        /// Of the rows to be judged on.
        test: usize,
    },
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
    /// Folds that are not one for each row.
    #[error("{folds} folds are given for {rows} rows")]
    Folds {
        /// How many are given.
        folds: usize,
        /// How many rows there are.
        rows: usize,
    },
}
