//! What an evaluation found, as the terminal's table, the JSON file and the page show it.
//!
//! A value for which there is no data is absent (`None`, `null` in JSON), never 0: a benchmark read
//! in one language has no cross-lingual score, and the sparse pairs of MLQA-R may lack questions.

use serde::{Deserialize, Serialize};

use crate::CandidateText;

/// Means over runs whose relevant candidate is one per question.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AtOne {
    /// Mean average precision, 0 to 1.
    pub map: f64,
    /// Recall in the first place.
    pub recall_at_1: f64,
}

/// Means over runs against the pool of all languages.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AtTen {
    /// Mean average precision, 0 to 1.
    pub map: f64,
    /// Recall in the first ten places: with 11 relevant candidates, at most 10/11.
    pub recall_at_10: f64,
}

/// Questions left out of a mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// Questions without a relevant candidate in their own language.
    pub monolingual: usize,
    /// Pairs of a question and another language that has no relevant candidate for it.
    pub crosslingual: usize,
    /// Questions without a relevant candidate in any language.
    pub multilingual: usize,
    /// Questions with fewer than two relevant candidates: nothing lies between them.
    pub rank_distance: usize,
}

impl Skipped {
    pub(crate) fn add(&mut self, other: Self) {
        self.monolingual += other.monolingual;
        self.crosslingual += other.crosslingual;
        self.multilingual += other.multilingual;
        self.rank_distance += other.rank_distance;
    }
}

/// How much was scored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Questions of all languages.
    pub questions: usize,
    /// Candidates of all languages: the size of the pool.
    pub candidates: usize,
    /// Questions left out, per setting.
    pub skipped: Skipped,
}

/// Scores of the questions of one language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LanguageScores {
    /// The language of the questions.
    pub language: String,
    /// Questions in it.
    pub questions: usize,
    /// Candidates in it.
    pub candidates: usize,
    /// Against the candidates of the same language; mean over questions.
    pub monolingual: Option<AtOne>,
    /// Against the candidates of each other language; mean over those languages.
    pub crosslingual: Option<AtOne>,
    /// Against the candidates of all languages; mean over questions.
    pub multilingual: Option<AtTen>,
    /// Last rank less first rank of the question's relevant candidates in the pool of all
    /// languages; mean over questions, lower is better.
    pub rank_distance: Option<f64>,
    /// Questions left out of these means.
    pub skipped: Skipped,
}

/// Scores of every pair of languages: `[query language][candidate language]`, both in the order of
/// [`PairMatrix::languages`]. The diagonal is the monolingual setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairMatrix {
    /// Names of rows and columns.
    pub languages: Vec<String>,
    /// Mean average precision over the pair's questions.
    pub map: Vec<Vec<Option<f64>>>,
    /// Recall in the first place over the pair's questions.
    pub recall_at_1: Vec<Vec<Option<f64>>>,
    /// Questions with a relevant candidate: how many stand behind each mean.
    pub questions: Vec<Vec<usize>>,
}

/// Macro means: every language, or pair of languages, weighs the same, however many its questions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Means {
    /// Mean over query languages.
    pub monolingual: Option<AtOne>,
    /// Mean over ordered pairs of different languages that have questions. Where none is empty this
    /// is also the mean over query languages.
    pub crosslingual: Option<AtOne>,
    /// Mean over query languages.
    pub multilingual: Option<AtTen>,
    /// Mean over query languages.
    pub rank_distance: Option<f64>,
}

/// All that an evaluation found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Name of the benchmark.
    pub benchmark: String,
    /// Which text of a candidate was encoded.
    pub candidate_text: CandidateText,
    /// How much was scored.
    pub counts: Counts,
    /// Macro means.
    pub mean: Means,
    /// Per query language, in the benchmark's order.
    pub languages: Vec<LanguageScores>,
    /// Per pair of languages.
    pub pairs: PairMatrix,
}

impl Report {
    /// The scores of one query language.
    pub fn language(&self, language: &str) -> Option<&LanguageScores> {
        self.languages.iter().find(|scores| scores.language == language)
    }
}
