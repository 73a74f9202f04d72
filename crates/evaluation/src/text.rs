//! Which text of a candidate is encoded.
//!
//! LAReQA encodes an answer with its paragraph as context; the hybrid batch paper does not say what
//! it encodes. Both are offered and the report names the one that was used, since scores of the two
//! are not comparable.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use corpora::lareqa::LanguageSet;
use serde::{Deserialize, Serialize};

use crate::EvaluationError;

/// Which text of a candidate is encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum CandidateText {
    /// The sentence alone.
    #[default]
    #[serde(rename = "sentence")]
    Sentence,
    /// The sentence, a space and the paragraph that it is from, as XTREME's conversion of LAReQA
    /// (`third_party/utils_lareqa.py`) joins them.
    #[serde(rename = "sentence+context")]
    SentenceWithContext,
}

impl CandidateText {
    /// The names that [`CandidateText::from_str`] reads, in the order in which help shows them.
    pub const NAMES: [&'static str; 2] = ["sentence", "sentence+context"];

    /// The text of one candidate of a language.
    ///
    /// # Panics
    ///
    /// When there is no such candidate, or its passage is missing.
    pub fn text<'a>(&self, set: &'a LanguageSet, candidate: usize) -> Cow<'a, str> {
        let candidate = &set.candidates[candidate];
        match self {
            Self::Sentence => Cow::Borrowed(&candidate.text),
            Self::SentenceWithContext => {
                let paragraph = &set.passages[candidate.passage].text;
                Cow::Owned(format!("{} {paragraph}", candidate.text))
            }
        }
    }
}

impl fmt::Display for CandidateText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sentence => Self::NAMES[0],
            Self::SentenceWithContext => Self::NAMES[1],
        })
    }
}

impl FromStr for CandidateText {
    type Err = EvaluationError;

    fn from_str(name: &str) -> Result<Self, EvaluationError> {
        match name {
            "sentence" => Ok(Self::Sentence),
            "sentence+context" => Ok(Self::SentenceWithContext),
            _ => Err(EvaluationError::UnknownCandidateText(name.to_owned())),
        }
    }
}
