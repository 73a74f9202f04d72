//! Which correction.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::DebiasError;

/// A way to take language out of embeddings. As text: `centre`, `shift:en`, `lir:1`, `lsar` or
/// `lsar:10`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Method {
    /// `x − mean(language)`.
    Centre,
    /// `x − (mean(language) − mean(pivot))`: what is in the pivot language stays where it is. To be
    /// fitted on translations of the same texts. Meant for documents alone, at indexing time, with
    /// the pivot the language of the queries.
    Shift {
        /// The language to which the others are moved.
        pivot: String,
    },
    /// `x − Σ (x · c) c` over the first principal components `c` of the language's embeddings.
    /// They are not centred before, as in the paper, so the first is near the mean's direction.
    Lir {
        /// How many components, at least 1.
        components: usize,
    },
    /// `x − Σ (x · c) c` over the first principal directions `c` of the languages' means, which
    /// weigh the same whatever their numbers of rows. They span the paper's language-specific
    /// subspace of the same rank.
    Lsar {
        /// How many directions; `None` for all there are, one less than languages.
        rank: Option<usize>,
    },
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Centre => f.write_str("centre"),
            Self::Shift { pivot } => write!(f, "shift:{pivot}"),
            Self::Lir { components } => write!(f, "lir:{components}"),
            Self::Lsar { rank: None } => f.write_str("lsar"),
            Self::Lsar { rank: Some(rank) } => write!(f, "lsar:{rank}"),
        }
    }
}

impl FromStr for Method {
    type Err = DebiasError;

    fn from_str(text: &str) -> Result<Self, DebiasError> {
        let (name, parameter) = match text.split_once(':') {
            Some((name, parameter)) => (name, Some(parameter)),
            None => (text, None),
        };
        let number = |text: &str| text.parse::<usize>().ok().filter(|number| *number > 0);
        let found = match (name, parameter) {
            ("centre", None) => Some(Self::Centre),
            ("shift", Some(pivot)) if !pivot.is_empty() => {
                Some(Self::Shift { pivot: pivot.to_owned() })
            }
            ("lir", Some(text)) => number(text).map(|components| Self::Lir { components }),
            ("lsar", None) => Some(Self::Lsar { rank: None }),
            ("lsar", Some(text)) => number(text).map(|rank| Self::Lsar { rank: Some(rank) }),
            _ => None,
        };
        found.ok_or_else(|| DebiasError::Method { text: text.to_owned() })
    }
}

impl TryFrom<String> for Method {
    type Error = DebiasError;

    fn try_from(text: String) -> Result<Self, DebiasError> {
        text.parse()
    }
}

impl From<Method> for String {
    fn from(method: Method) -> Self {
        method.to_string()
    }
}
