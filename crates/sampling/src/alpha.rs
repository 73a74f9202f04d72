//! Alpha, the share of mono batches of hybrid training: fixed, or moved over the run.
//!
//! A moving alpha is a curriculum: first retrieval within each language, then across languages, or
//! the other way round. It is part of the composition's word (`hybrid:0.8..0.2`), so a run has one
//! place that says how its languages meet. Its value depends on the number of the batch alone, so
//! that a resumed run goes on as the uninterrupted one.

use std::f64::consts::PI;
use std::fmt;
use std::str::FromStr;

use crate::SamplingError;

/// Probability that a batch is mono, by the batch's place in the run.
///
/// Text form: `0.5`, `0.8..0.2` (linear), `0.8..0.2:cosine`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alpha {
    from: f64,
    to: f64,
    curve: Curve,
}

/// How alpha moves from its first to its last value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Curve {
    /// By the same amount at every batch.
    #[default]
    Linear,
    /// Slowly at both ends, along half a period of the cosine (arXiv 1608.03983, there of the
    /// learning rate).
    Cosine,
}

impl Alpha {
    /// The share of mono batches that the paper found best.
    pub const DEFAULT: Self = Self { from: 0.5, to: 0.5, curve: Curve::Linear };

    /// The same value for all batches.
    ///
    /// # Errors
    /// [`SamplingError::Alpha`] unless it lies in 0..=1.
    pub fn fixed(value: f64) -> Result<Self, SamplingError> {
        Self::scheduled(value, value, Curve::Linear)
    }

    /// From `from` at the first batch to `to` at the last.
    ///
    /// # Errors
    /// [`SamplingError::Alpha`] unless both lie in 0..=1.
    pub fn scheduled(from: f64, to: f64, curve: Curve) -> Result<Self, SamplingError> {
        for value in [from, to] {
            if !(0.0..=1.0).contains(&value) {
                return Err(SamplingError::Alpha { value });
            }
        }
        let curve = if from.to_bits() == to.to_bits() { Curve::Linear } else { curve };
        Ok(Self { from, to, curve })
    }

    /// Whether it is the same for all batches.
    pub fn is_fixed(&self) -> bool {
        self.from.to_bits() == self.to.to_bits()
    }

    /// The value for batch `batch`, from 0, of a run of `batches`; after the last it stays.
    pub fn at(&self, batch: u64, batches: u64) -> f64 {
        let last = batches.saturating_sub(1);
        if self.is_fixed() || batch == 0 {
            return self.from;
        }
        if batch >= last {
            return self.to;
        }
        let done = batch as f64 / last as f64;
        match self.curve {
            Curve::Linear => self.from + (self.to - self.from) * done,
            Curve::Cosine => {
                // The last bits of a cosine differ between platforms, those of a draw may not.
                const STEPS: f64 = (1_u64 << 32) as f64;
                let done = ((1.0 - (PI * done).cos()) / 2.0 * STEPS).round() / STEPS;
                self.from + (self.to - self.from) * done
            }
        }
    }

    /// The mean over a run of `batches`.
    pub(crate) fn mean(&self, batches: u64) -> f64 {
        if self.is_fixed() || batches < 2 {
            return self.from;
        }
        // Both curves are symmetric about their middle.
        f64::midpoint(self.from, self.to)
    }

    /// The smallest and the largest value of a run.
    pub(crate) fn range(&self) -> (f64, f64) {
        (self.from.min(self.to), self.from.max(self.to))
    }
}

impl fmt::Display for Alpha {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.is_fixed(), self.curve) {
            (true, _) => write!(f, "{}", self.from),
            (false, Curve::Linear) => write!(f, "{}..{}", self.from, self.to),
            (false, Curve::Cosine) => write!(f, "{}..{}:cosine", self.from, self.to),
        }
    }
}

impl FromStr for Alpha {
    type Err = SamplingError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |part: &str| {
            part.parse().map_err(|_| SamplingError::AlphaText { text: text.to_owned() })
        };
        let (values, curve) = match text.split_once(':') {
            None => (text, Curve::Linear),
            Some((values, "linear")) => (values, Curve::Linear),
            Some((values, "cosine")) => (values, Curve::Cosine),
            Some(_) => return Err(SamplingError::AlphaText { text: text.to_owned() }),
        };
        match values.split_once("..") {
            Some((from, to)) => Self::scheduled(number(from)?, number(to)?, curve),
            None if values == text => Self::fixed(number(values)?),
            None => Err(SamplingError::AlphaText { text: text.to_owned() }),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn alpha(text: &str) -> Alpha {
        text.parse().unwrap()
    }

    #[test]
    fn words_read_back_as_written() {
        for text in ["0.5", "0", "1", "0.8..0.2", "0..1", "0.8..0.2:cosine"] {
            assert_eq!(alpha(text).to_string(), text);
        }
        assert_eq!(alpha("0.8..0.2:linear").to_string(), "0.8..0.2");
        assert_eq!(alpha("0.3..0.3:cosine").to_string(), "0.3");
    }

    #[test]
    fn a_wrong_word_is_refused_by_name() {
        for text in ["", "half", "0.8..", "..0.2", "0.8...0.2", "0.5:cosine", "0.8..0.2:step"] {
            let error = text.parse::<Alpha>().unwrap_err();
            assert_eq!(error, SamplingError::AlphaText { text: text.to_owned() });
        }
        for (text, value) in [("1.5", "1.5"), ("0.5..-0.1", "-0.1"), ("NaN..1", "NaN")] {
            let message = text.parse::<Alpha>().unwrap_err().to_string();
            assert!(message.contains(value) && message.contains("0..=1"), "{message}");
        }
    }

    #[test]
    fn a_schedule_by_hand() {
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} is not {b}");
        let linear = alpha("0.8..0.2");
        for (batch, value) in [(0, 0.8), (1, 0.65), (2, 0.5), (4, 0.2), (9, 0.2)] {
            near(linear.at(batch, 5), value);
        }
        let cosine = alpha("1..0:cosine");
        for (batch, value) in [(0, 1.0), (1, 0.75), (2, 0.25), (3, 0.0)] {
            near(cosine.at(batch, 4), value);
        }
        near(linear.at(0, 1), 0.8);
        near(linear.mean(1), 0.8);
    }

    proptest! {
        #[test]
        fn a_schedule_begins_and_ends_as_named_and_never_turns_back(
            from in 0.0..=1.0, to in 0.0..=1.0, cosine in any::<bool>(), batches in 2..200_u64,
        ) {
            let curve = if cosine { Curve::Cosine } else { Curve::Linear };
            let alpha = Alpha::scheduled(from, to, curve).unwrap();
            let values: Vec<f64> = (0..batches).map(|batch| alpha.at(batch, batches)).collect();
            let ends = [values[0], values[values.len() - 1]].map(f64::to_bits);
            prop_assert_eq!(ends, [from, to].map(f64::to_bits));
            let mean = values.iter().sum::<f64>() / batches as f64;
            prop_assert!((mean - alpha.mean(batches)).abs() < 1e-9);
            let down = from > to;
            for pair in values.windows(2) {
                let turned = if down { pair[1] > pair[0] + 1e-12 } else { pair[1] + 1e-12 < pair[0] };
                prop_assert!(!turned, "{:?}", pair);
            }
            prop_assert_eq!(alpha.to_string().parse::<Alpha>().unwrap(), alpha);
        }
    }
}
