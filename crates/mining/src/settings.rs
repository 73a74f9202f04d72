//! What is mined, in the terms of the field.
//!
//! The filters and their order are those of `mine_hard_negatives` of sentence-transformers, so that
//! its users find what they know; margin and percentage are `TopK-MarginPos` and `TopK-PercPos` of
//! NV-Retriever (Moreira et al. 2024, arXiv 2407.15831).

use std::fmt;
use std::str::FromStr;

use crate::MiningError;

/// Which negatives a query gets.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Negatives of a query at most.
    pub negatives: usize,
    /// So many of the nearest candidates that passed the filters are left out: the nearest of all
    /// are the likeliest to be right.
    pub range_min: usize,
    /// So many of the nearest candidates are considered at all; see [`Settings::window`].
    pub range_max: Option<usize>,
    /// No negative scores more than this.
    pub max_score: Option<f64>,
    /// No negative scores less than this.
    pub min_score: Option<f64>,
    /// A negative scores at least so much less than the positive (`TopK-MarginPos`).
    pub margin: Option<f64>,
    /// A negative scores at most so many per cent of the positive's score (`TopK-PercPos`).
    pub percent: Option<f64>,
    /// The languages that negatives are in.
    pub languages: Languages,
    /// Which of the candidates that are left.
    pub choice: Strategy,
    /// Decides random choices.
    pub seed: u64,
}

/// Three negatives a query from the nearest candidates of any language, at 95 per cent of the
/// positive's score at most, which did best in NV-Retriever's comparison.
impl Default for Settings {
    fn default() -> Self {
        Self {
            negatives: 3,
            range_min: 0,
            range_max: None,
            max_score: None,
            min_score: None,
            margin: None,
            percent: Some(95.0),
            languages: Languages::Any,
            choice: Strategy::Top,
            seed: 0,
        }
    }
}

/// Languages of negatives, as seen from the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Languages {
    /// The query's own.
    Same,
    /// Any but the query's own.
    Other,
    /// Any, and texts of no known language too.
    Any,
}

/// Which candidates are taken of those that passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// The nearest.
    Top,
    /// Any, drawn without replacement.
    Random,
}

impl Settings {
    /// How many of the nearest candidates are considered: `range_max`, or else as many as
    /// sentence-transformers takes, ten times the negatives where some are filtered out or drawn,
    /// and those of `range_min` on top.
    pub fn window(&self) -> usize {
        let filters = [self.margin, self.percent, self.max_score].iter().any(Option::is_some);
        let factor = if filters || self.choice == Strategy::Random { 10 } else { 1 };
        let usual = self.negatives.saturating_mul(factor).saturating_add(self.range_min);
        self.range_max.unwrap_or(usual)
    }

    /// Whether the settings can be meant.
    ///
    /// # Errors
    ///
    /// [`MiningError::Setting`] with the setting that is wrong.
    pub fn check(&self) -> Result<(), MiningError> {
        let wrong = |name, problem: String| Err(MiningError::Setting { name, problem });
        if self.negatives == 0 {
            return wrong("negatives", "must be at least 1".to_owned());
        }
        let (min, max) = (self.range_min, self.window());
        if max.saturating_sub(min) < self.negatives {
            let left = max.saturating_sub(min);
            let problem = format!(
                "{max} with a range_min of {min} leaves {left} candidates for {} negatives",
                self.negatives
            );
            return wrong("range_max", problem);
        }
        for (name, value) in [("max_score", self.max_score), ("min_score", self.min_score)] {
            if value.is_some_and(|value| !value.is_finite()) {
                return wrong(name, "must be a finite number".to_owned());
            }
        }
        if let (Some(min), Some(max)) = (self.min_score, self.max_score)
            && min > max
        {
            return wrong("min_score", format!("{min} is above the max_score of {max}"));
        }
        if self.margin.is_some_and(|margin| !(0.0..f64::INFINITY).contains(&margin)) {
            return wrong("margin", "must be 0 or more".to_owned());
        }
        if self.percent.is_some_and(|percent| !(percent > 0.0 && percent <= 100.0)) {
            return wrong("percent", "must be above 0 and at most 100".to_owned());
        }
        Ok(())
    }
}

impl fmt::Display for Languages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Same => "same",
            Self::Other => "other",
            Self::Any => "any",
        })
    }
}

impl FromStr for Languages {
    type Err = MiningError;

    /// `same`, `other` or `any`.
    fn from_str(name: &str) -> Result<Self, MiningError> {
        let all = [Self::Same, Self::Other, Self::Any];
        all.into_iter().find(|all| all.to_string() == name).ok_or_else(|| MiningError::Setting {
            name: "languages",
            problem: format!("unknown `{name}`: expected `same`, `other` or `any`"),
        })
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Top => "top",
            Self::Random => "random",
        })
    }
}

impl FromStr for Strategy {
    type Err = MiningError;

    /// `top` or `random`.
    fn from_str(name: &str) -> Result<Self, MiningError> {
        let all = [Self::Top, Self::Random];
        all.into_iter().find(|all| all.to_string() == name).ok_or_else(|| MiningError::Setting {
            name: "choose",
            problem: format!("unknown `{name}`: expected `top` or `random`"),
        })
    }
}
