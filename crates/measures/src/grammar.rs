//! How a [`Measure`] is written: `Name(parameter=value)@cutoff`, as in `ir_measures`.

use std::fmt;
use std::str::FromStr;

use crate::nearest::nearest;
use crate::{Family, Gain, Measure};

/// Every name that is understood, with its family.
const NAMES: [(&str, Family); 18] = [
    ("nDCG", Family::Ndcg),
    ("AP", Family::AveragePrecision),
    ("MAP", Family::AveragePrecision),
    ("P", Family::Precision),
    ("Prec", Family::Precision),
    ("Precision", Family::Precision),
    ("R", Family::Recall),
    ("Recall", Family::Recall),
    ("RR", Family::ReciprocalRank),
    ("MRR", Family::ReciprocalRank),
    ("recip_rank", Family::ReciprocalRank),
    ("Success", Family::Success),
    ("Hit", Family::Success),
    ("Hits", Family::Success),
    ("HitRate", Family::Success),
    ("Rprec", Family::RPrecision),
    ("RPrecision", Family::RPrecision),
    ("Judged", Family::Judged),
];

/// The names of `trec_eval` that carry their cutoff behind a `_` (its output) or a `.` (its
/// options).
const WITH_CUTOFF: [(&str, Family); 5] = [
    ("ndcg_cut", Family::Ndcg),
    ("map_cut", Family::AveragePrecision),
    ("P", Family::Precision),
    ("recall", Family::Recall),
    ("success", Family::Success),
];

/// The parameters in brackets.
const PARAMETERS: [&str; 3] = ["rel", "dcg", "judged_only"];

/// Why a text is no [`Measure`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseMeasureError {
    /// No measure has this name.
    Unknown {
        /// The whole text.
        text: String,
        /// The part that should be a name.
        name: String,
        /// The name that was likely meant.
        nearest: Option<&'static str>,
    },
    /// The measure is of the first k documents, and no k is given.
    NoCutoff {
        /// The whole text.
        text: String,
    },
    /// The measure has no k.
    NeedlessCutoff {
        /// The whole text.
        text: String,
    },
    /// The cutoff is no number of 1 or more.
    BadCutoff {
        /// The whole text.
        text: String,
        /// The part that should be a number.
        cutoff: String,
    },
    /// A parameter is unknown or has a value that it cannot have.
    BadParameter {
        /// The whole text.
        text: String,
        /// The parameter with its value.
        parameter: String,
        /// What it may be.
        allowed: &'static str,
    },
    /// A bracket is not closed, or something stands behind it.
    BadBrackets {
        /// The whole text.
        text: String,
    },
}

impl fmt::Display for ParseMeasureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { text, name, nearest: Some(nearest) } => {
                write!(f, "unknown measure '{name}' in '{text}'; did you mean {nearest}?")
            }
            Self::Unknown { text, name, nearest: None } => {
                write!(f, "unknown measure '{name}' in '{text}'; known are")?;
                Family::ALL.iter().try_for_each(|family| write!(f, " {}", family.name()))
            }
            Self::NoCutoff { text } => {
                write!(f, "measure '{text}' needs a cutoff, such as '{text}@10'")
            }
            Self::NeedlessCutoff { text } => write!(f, "measure '{text}' takes no cutoff"),
            Self::BadCutoff { text, cutoff } => {
                write!(f, "cutoff '{cutoff}' in measure '{text}' is no number of 1 or more")
            }
            Self::BadParameter { text, parameter, allowed } => {
                write!(f, "parameter '{parameter}' in measure '{text}' is not {allowed}")
            }
            Self::BadBrackets { text } => write!(f, "brackets in measure '{text}' do not close"),
        }
    }
}

impl std::error::Error for ParseMeasureError {}

impl Family {
    /// Every family, in the order in which they are named to a person.
    pub const ALL: [Self; 8] = [
        Self::Ndcg,
        Self::AveragePrecision,
        Self::Precision,
        Self::Recall,
        Self::ReciprocalRank,
        Self::Success,
        Self::RPrecision,
        Self::Judged,
    ];

    /// How it is written, without parameters and cutoff.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ndcg => "nDCG",
            Self::AveragePrecision => "AP",
            Self::Precision => "P",
            Self::Recall => "R",
            Self::ReciprocalRank => "RR",
            Self::Success => "Success",
            Self::RPrecision => "Rprec",
            Self::Judged => "Judged",
        }
    }

    fn needs_cutoff(self) -> bool {
        matches!(self, Self::Precision | Self::Recall | Self::Success | Self::Judged)
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.family.name())?;
        let mut parameters = Vec::new();
        if self.least_relevance != 1 {
            parameters.push(format!("rel={}", self.least_relevance));
        }
        if self.gain == Gain::Exponential {
            parameters.push("dcg='exp-log2'".to_owned());
        }
        if self.judged_only {
            parameters.push("judged_only=True".to_owned());
        }
        if !parameters.is_empty() {
            write!(f, "({})", parameters.join(","))?;
        }
        self.cutoff.map_or(Ok(()), |k| write!(f, "@{k}"))
    }
}

impl FromStr for Measure {
    type Err = ParseMeasureError;

    fn from_str(text: &str) -> Result<Self, ParseMeasureError> {
        let text = text.trim();
        let (front, cutoff) = match text.rsplit_once('@') {
            Some((front, cutoff)) => (front, Some(cutoff)),
            None => (text, None),
        };
        let (name, parameters) = match front.split_once('(') {
            Some((name, rest)) => {
                let inner = rest.strip_suffix(')');
                let brackets = || ParseMeasureError::BadBrackets { text: text.to_owned() };
                (name, inner.ok_or_else(brackets)?)
            }
            None => (front, ""),
        };
        let (family, cutoff) = family(text, name.trim(), cutoff)?;
        let cutoff = cutoff.map(|cutoff| number(text, cutoff)).transpose()?;
        if family.needs_cutoff() && cutoff.is_none() {
            return Err(ParseMeasureError::NoCutoff { text: text.to_owned() });
        }
        if family == Family::RPrecision && cutoff.is_some() {
            return Err(ParseMeasureError::NeedlessCutoff { text: text.to_owned() });
        }
        let mut measure = Self::new(family, cutoff);
        for parameter in parameters.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            measure.set(text, parameter)?;
        }
        Ok(measure)
    }
}

/// The family that `name` names, and the cutoff: behind an `@`, or in a name of `trec_eval`.
fn family<'a>(
    text: &str,
    name: &'a str,
    cutoff: Option<&'a str>,
) -> Result<(Family, Option<&'a str>), ParseMeasureError> {
    let find = |names: &[(&str, Family)], name: &str| {
        let found = names.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|&(_, family)| family)
    };
    if let Some(family) = find(&NAMES, name) {
        return Ok((family, cutoff));
    }
    let joined = name.rsplit_once(['_', '.']).filter(|_| cutoff.is_none());
    let joined = joined.and_then(|(front, k)| find(&WITH_CUTOFF, front).map(|f| (f, Some(k))));
    joined.ok_or_else(|| ParseMeasureError::Unknown {
        text: text.to_owned(),
        name: name.to_owned(),
        nearest: nearest(name, NAMES.iter().map(|&(known, _)| known)),
    })
}

fn number(text: &str, cutoff: &str) -> Result<usize, ParseMeasureError> {
    let bad = || ParseMeasureError::BadCutoff { text: text.to_owned(), cutoff: cutoff.to_owned() };
    // `parse` would take a sign too.
    let digits = cutoff.bytes().all(|byte| byte.is_ascii_digit());
    cutoff.parse().ok().filter(|&k| digits && k > 0).ok_or_else(bad)
}

impl Measure {
    fn set(&mut self, text: &str, parameter: &str) -> Result<(), ParseMeasureError> {
        let bad = |allowed| ParseMeasureError::BadParameter {
            text: text.to_owned(),
            parameter: parameter.to_owned(),
            allowed,
        };
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = value.trim().trim_matches(['\'', '"']);
        match PARAMETERS.into_iter().find(|&known| known == name.trim()) {
            Some("rel") if self.family != Family::Ndcg && self.family != Family::Judged => {
                let relevance = value.parse().ok().filter(|&relevance: &i32| relevance > 0);
                self.least_relevance = relevance.ok_or_else(|| bad("a number of 1 or more"))?;
            }
            Some("dcg") if self.family == Family::Ndcg => {
                self.gain = match value {
                    "log2" => Gain::Linear,
                    "exp-log2" => Gain::Exponential,
                    _ => return Err(bad("dcg='log2' or dcg='exp-log2'")),
                };
            }
            Some("judged_only") => {
                self.judged_only = match value {
                    "True" | "true" => true,
                    "False" | "false" => false,
                    _ => return Err(bad("judged_only=True or judged_only=False")),
                };
            }
            _ => {
                return Err(bad(match self.family {
                    Family::Ndcg => "one it has: dcg, judged_only",
                    Family::Judged => "one it has: judged_only",
                    _ => "one it has: rel, judged_only",
                }));
            }
        }
        Ok(())
    }
}
