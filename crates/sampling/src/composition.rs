//! The four ways to compose a batch. A composition is one word in configurations, tables and file
//! names, so it parses from a word and prints as one; alpha follows after a colon, see [`Alpha`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Alpha, SamplingError};

/// How the languages of a batch are composed.
///
/// Text form: `mono`, `cross`, `hybrid` (alpha 0.5), `hybrid:0.3`, `hybrid:0.8..0.2` (from the first
/// batch to the last), `hybrid:0.8..0.2:cosine`, `mixed`; also in serde.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Composition {
    /// One language per batch, query and passage in it (X-X-mono of `LAReQA`, arXiv 2004.05484).
    Mono,
    /// Query and passage of every row in different languages, many ordered pairs of languages in
    /// a batch (X-Y).
    Cross,
    /// Each batch is mono with probability `alpha`, else cross (arXiv 2408.10536, section 3).
    Hybrid {
        /// Probability of a mono batch.
        alpha: Alpha,
    },
    /// Same-language pairs, the language drawn for each row (X-X of `LAReQA`). Kept as a baseline:
    /// here the language of a passage alone tells most negatives apart.
    Mixed,
}

impl Composition {
    /// Hybrid batches with `alpha` as the share of mono batches.
    ///
    /// # Errors
    /// [`SamplingError::Alpha`] unless alpha lies in 0..=1.
    pub fn hybrid(alpha: f64) -> Result<Self, SamplingError> {
        Ok(Self::Hybrid { alpha: Alpha::fixed(alpha)? })
    }

    /// The word without alpha: `mono`, `cross`, `hybrid` or `mixed`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Mono => "mono",
            Self::Cross => "cross",
            Self::Hybrid { .. } => "hybrid",
            Self::Mixed => "mixed",
        }
    }

    /// Alpha of hybrid batches when it moves over the run.
    pub(crate) fn moving(&self) -> Option<Alpha> {
        match *self {
            Self::Hybrid { alpha } if !alpha.is_fixed() => Some(alpha),
            _ => None,
        }
    }

    /// The highest probability that a batch is mono, cross, mixed at any time of the run.
    pub(crate) fn highest(&self) -> [f64; 3] {
        match *self {
            Self::Hybrid { alpha } => {
                let (low, high) = alpha.range();
                [high, 1.0 - low, 0.0]
            }
            _ => self.shares(1),
        }
    }

    /// Probability that a batch is mono, cross, mixed: the mean over a run of `batches`.
    pub(crate) fn shares(&self, batches: u64) -> [f64; 3] {
        match *self {
            Self::Mono => [1.0, 0.0, 0.0],
            Self::Cross => [0.0, 1.0, 0.0],
            Self::Hybrid { alpha } => {
                let mono = alpha.mean(batches);
                [mono, 1.0 - mono, 0.0]
            }
            Self::Mixed => [0.0, 0.0, 1.0],
        }
    }
}

impl Default for Composition {
    fn default() -> Self {
        Self::Hybrid { alpha: Alpha::DEFAULT }
    }
}

impl fmt::Display for Composition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hybrid { alpha } => write!(f, "hybrid:{alpha}"),
            other => f.write_str(other.name()),
        }
    }
}

impl FromStr for Composition {
    type Err = SamplingError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || SamplingError::UnknownComposition { name: text.to_owned() };
        match text {
            "mono" => Ok(Self::Mono),
            "cross" => Ok(Self::Cross),
            "mixed" => Ok(Self::Mixed),
            "hybrid" => Ok(Self::default()),
            _ => {
                let alpha = text.strip_prefix("hybrid:").ok_or_else(unknown)?;
                match alpha.parse() {
                    Ok(alpha) => Ok(Self::Hybrid { alpha }),
                    Err(SamplingError::AlphaText { .. }) => Err(unknown()),
                    Err(error) => Err(error),
                }
            }
        }
    }
}

impl TryFrom<String> for Composition {
    type Error = SamplingError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Composition> for String {
    fn from(composition: Composition) -> Self {
        composition.to_string()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_as_written() {
        for text in ["mono", "cross", "hybrid:0.5", "hybrid:0", "hybrid:1", "hybrid:0.3", "mixed"] {
            assert_eq!(text.parse::<Composition>().unwrap().to_string(), text);
        }
        for text in ["hybrid:0.8..0.2", "hybrid:0..1:cosine"] {
            assert_eq!(text.parse::<Composition>().unwrap().to_string(), text);
        }
        assert_eq!("hybrid".parse::<Composition>(), Composition::hybrid(0.5));
    }

    #[test]
    fn a_wrong_name_or_alpha_is_refused_by_value() {
        for text in ["Mono", "hybrid:", "hybrid:half", "hybrid:0.8..", "cross:0.5", ""] {
            assert_eq!(
                text.parse::<Composition>(),
                Err(SamplingError::UnknownComposition { name: text.to_owned() })
            );
        }
        let message = "hybrid:1.5".parse::<Composition>().unwrap_err().to_string();
        assert!(message.contains("1.5"), "{message}");
        assert!("hybrid:-0.1".parse::<Composition>().is_err());
        assert!("hybrid:nan".parse::<Composition>().is_err());
    }
}
