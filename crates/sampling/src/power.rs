//! Words for the powers that weigh languages and sources by size. Papers speak of uniform and
//! proportional sampling and of a temperature T, by which a language of share p is drawn in
//! proportion to p^(1/T) (XLM-R, arXiv 1911.02116, gives the exponent; mT5, arXiv 2010.11934, both).
//! All are powers of the size, so a plan holds the power and reads either.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::SamplingError;

/// A power of the number of entries, as a weight.
///
/// Text form: `uniform` (0), `proportional` (1), `temperature:T` (1/T), or the number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Power(f64);

impl Power {
    /// The exponent: finite, 0 or more.
    pub fn exponent(self) -> f64 {
        self.0
    }
}

impl fmt::Display for Power {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0.0 => f.write_str("uniform"),
            1.0 => f.write_str("proportional"),
            power => write!(f, "{power}"),
        }
    }
}

impl FromStr for Power {
    type Err = SamplingError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || SamplingError::PowerText { text: text.to_owned() };
        let number = |text: &str| text.parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0);
        match (text, text.strip_prefix("temperature:")) {
            ("uniform", _) => Ok(Self(0.0)),
            ("proportional", _) => Ok(Self(1.0)),
            (_, Some(temperature)) => {
                let power = number(temperature).map(f64::recip).filter(|power| power.is_finite());
                power.map(Self).ok_or_else(wrong)
            }
            (_, None) => number(text).map(Self).ok_or_else(wrong),
        }
    }
}

/// Reads the exponent from a word or a number, for a field that holds it.
pub fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Power::deserialize(deserializer).map(Power::exponent)
}

impl<'de> Deserialize<'de> for Power {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PowerVisitor)
    }
}

struct PowerVisitor;

impl Visitor<'_> for PowerVisitor {
    type Value = Power;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or `uniform`, `proportional` or `temperature:T`")
    }

    /// Checked with the rest of the plan, whose message names the field.
    fn visit_f64<E: Error>(self, value: f64) -> Result<Power, E> {
        Ok(Power(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Power, E> {
        Ok(Power(value as f64))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Power, E> {
        Ok(Power(value as f64))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Power, E> {
        text.parse().map_err(E::custom)
    }
}
