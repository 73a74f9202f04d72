//! What can be wrong with an objective or the batch it is given.

/// An error of this crate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectiveError {
    /// A setting makes no sense.
    #[error("`{field}`: {reason}")]
    Setting {
        /// Its name, as the run file has it, from the objective's kind on.
        field: String,
        /// What is wrong.
        reason: String,
    },
    /// A loss needs what the batch does not have.
    #[error("the loss `{loss}` needs {what}, which the batch does not have")]
    Missing {
        /// Its kind.
        loss: &'static str,
        /// What it needs.
        what: &'static str,
    },
    /// Tensors of a batch do not fit together.
    #[error("{what} are {found:?}, expected {expected:?}")]
    Shape {
        /// Which of the batch's tensors.
        what: &'static str,
        /// Their shape.
        found: Vec<usize>,
        /// The shape that fits the others.
        expected: Vec<usize>,
    },
}

impl ObjectiveError {
    pub(crate) fn setting(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Setting { field: field.into(), reason: reason.into() }
    }
}

/// A number that divides or multiplies must be above 0 and finite; written so that NaN fails too.
pub(crate) fn positive(field: &str, value: f64) -> Result<(), ObjectiveError> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(ObjectiveError::setting(field, format!("{value} is not a number above 0")))
}

/// A weight may be 0 but not below.
pub(crate) fn weight(field: &str, value: f64) -> Result<(), ObjectiveError> {
    if value >= 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(ObjectiveError::setting(field, format!("{value} is not a number from 0 on")))
}

/// A share of a whole.
pub(crate) fn share(field: &str, value: f64) -> Result<(), ObjectiveError> {
    if (0.0..=1.0).contains(&value) {
        return Ok(());
    }
    Err(ObjectiveError::setting(field, format!("{value} is not within 0 and 1")))
}
