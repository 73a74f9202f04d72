//! A value, of one run or of several seeds.
//!
//! What is not a finite number is no value: it can neither be shown nor be the best. One such seed
//! leaves the whole score without a value, as a mean over the others would hide it.

use serde::{Deserialize, Serialize};

use crate::evaluation::figures;

/// The values of one cell, one for each seed; nothing where there is no value.
///
/// In JSON a number, `null`, or a list of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Score(Vec<f64>);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    One(Option<f64>),
    Seeds(Vec<Option<f64>>),
}

impl From<Written> for Score {
    fn from(written: Written) -> Self {
        match written {
            Written::One(value) => value.into(),
            Written::Seeds(values) => {
                values.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect()
            }
        }
    }
}

impl From<Score> for Written {
    fn from(score: Score) -> Self {
        let some = |value: f64| value.is_finite().then_some(value);
        match score.0.as_slice() {
            [] => Self::One(None),
            [value] => Self::One(some(*value)),
            values => Self::Seeds(values.iter().copied().map(some).collect()),
        }
    }
}

impl From<f64> for Score {
    fn from(value: f64) -> Self {
        Self(vec![value])
    }
}

impl From<Option<f64>> for Score {
    fn from(value: Option<f64>) -> Self {
        Self(value.into_iter().collect())
    }
}

impl FromIterator<f64> for Score {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

impl Score {
    /// The mean over seeds.
    pub fn mean(&self) -> Option<f64> {
        if self.0.is_empty() {
            return None;
        }
        let mean = self.0.iter().sum::<f64>() / self.0.len() as f64;
        mean.is_finite().then_some(mean)
    }

    /// The standard deviation over seeds, with one less than their number as the divisor; none of
    /// one seed.
    pub fn deviation(&self) -> Option<f64> {
        let (mean, count) = (self.mean()?, self.0.len());
        let squares: f64 = self.0.iter().map(|value| (value - mean).powi(2)).sum();
        (count > 1).then(|| (squares / (count - 1) as f64).sqrt())
    }

    /// How many seeds there are.
    pub fn seeds(&self) -> usize {
        self.0.len()
    }

    /// `0.7918`, of several seeds `0.7918 ± 0.0023`.
    pub(super) fn shown(&self, places: usize) -> String {
        let mean = figures::value(self.mean(), places);
        match self.deviation() {
            Some(deviation) => format!("{mean} ± {}", figures::value(Some(deviation), places)),
            None => mean,
        }
    }
}
