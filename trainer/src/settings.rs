//! The settings of LAReQA's protocol, as tables of evaluations show them.

use evaluation::{LanguageScores, Report};

/// One measure in one setting: what it is called, and where its values are.
#[derive(Clone, Copy)]
pub struct Setting {
    /// What tables call it.
    pub name: &'static str,
    /// What its values are; empty where the name says it.
    pub unit: &'static str,
    /// The name of its values by query.
    pub values: &'static str,
    /// Digits behind the point.
    pub places: usize,
    /// Whether small values are good.
    pub lower_is_better: bool,
    /// Its macro mean.
    pub mean: fn(&Report) -> Option<f64>,
    /// Its value of a query language.
    pub of: fn(&LanguageScores) -> Option<f64>,
}

impl Setting {
    /// Name and unit.
    pub fn head(&self) -> String {
        format!("{} {}", self.name, self.unit).trim_end().to_owned()
    }
}

/// The pool of all languages.
pub const MULTILINGUAL: Setting = Setting {
    name: "multilingual",
    unit: "mAP",
    values: "multilingual AP",
    places: 4,
    lower_is_better: false,
    mean: |report| report.mean.multilingual.map(|scores| scores.map),
    of: |scores| scores.multilingual.map(|scores| scores.map),
};

/// All of them.
pub const ALL: [Setting; 4] = [
    Setting {
        name: "monolingual",
        values: "monolingual AP",
        mean: |report| report.mean.monolingual.map(|scores| scores.map),
        of: |scores| scores.monolingual.map(|scores| scores.map),
        ..MULTILINGUAL
    },
    Setting {
        name: "cross-lingual",
        values: "cross-lingual AP",
        mean: |report| report.mean.crosslingual.map(|scores| scores.map),
        of: |scores| scores.crosslingual.map(|scores| scores.map),
        ..MULTILINGUAL
    },
    MULTILINGUAL,
    Setting {
        name: "rank distance",
        unit: "",
        values: "rank distance",
        places: 0,
        lower_is_better: true,
        mean: |report| report.mean.rank_distance,
        of: |scores| scores.rank_distance,
    },
];
