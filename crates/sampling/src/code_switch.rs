//! Which rows of a batch are code-switched (arXiv 2305.05295). The words themselves are replaced by
//! a [`Switcher`](crate::Switcher). The language is drawn once for each row, as in the paper's
//! bilingual code-switching, where it was fixed; its multilingual one draws it for each word.

use rand::RngCore;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::draws::chance;
use crate::{Plan, SamplingError};

/// How texts are code-switched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CodeSwitch {
    /// Probability that a row is switched, in 0..=1; 0, the default, for none.
    pub rows: f64,
    /// Probability that a word of a switched text is replaced if the lexicon has it, in 0..=1;
    /// default 0.5, of the 0.25 to 1 that the paper tried and found to matter little.
    pub words: f64,
    /// Which texts of a row; default the query.
    pub sides: Sides,
    /// Languages of the words put in; empty, the default, for all of the lexicon that the plan
    /// draws from.
    pub languages: Vec<String>,
}

/// Which texts of a row are switched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sides {
    /// The query.
    #[default]
    Query,
    /// The passage.
    Passage,
    /// Query and passage, both into the same language.
    Both,
}

/// A text of a batch that is to be switched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Switch {
    /// Its row.
    pub row: u32,
    /// Whether it is the row's query or passage.
    pub side: Side,
    /// What decides the language and the words; the same for both texts of a row.
    pub seed: u64,
}

/// A text of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The query.
    Query,
    /// The passage.
    Passage,
}

impl Default for CodeSwitch {
    fn default() -> Self {
        Self { rows: 0.0, words: 0.5, sides: Sides::Query, languages: Vec::new() }
    }
}

impl Sides {
    fn list(self) -> &'static [Side] {
        match self {
            Self::Query => &[Side::Query],
            Self::Passage => &[Side::Passage],
            Self::Both => &[Side::Query, Side::Passage],
        }
    }
}

impl CodeSwitch {
    /// The switches of a batch of `rows`.
    pub(crate) fn draw(&self, rows: u32, rng: &mut ChaCha8Rng) -> Vec<Switch> {
        let mut switches = Vec::new();
        for row in 0..rows {
            let (switched, seed) = (chance(rng, self.rows), rng.next_u64());
            if switched {
                let sides = self.sides.list().iter();
                switches.extend(sides.map(|&side| Switch { row, side, seed }));
            }
        }
        switches
    }

    /// Checks what can be checked without lexicon and data.
    pub(crate) fn check(&self, plan: &Plan) -> Result<(), SamplingError> {
        for (field, value) in [("code_switch.rows", self.rows), ("code_switch.words", self.words)] {
            if !(0.0..=1.0).contains(&value) {
                return Err(SamplingError::Probability { field, value });
            }
        }
        let conflict = |problem| Err(SamplingError::Conflict { problem });
        if self.rows > 0.0 && self.words == 0.0 {
            let rows = self.rows;
            return conflict(format!(
                "code_switch.rows is {rows}, but code_switch.words is 0: no word would be replaced"
            ));
        }
        match self.languages.iter().find(|name| plan.excluded_languages.contains(name)) {
            Some(name) => conflict(format!(
                "`{name}` stands in `code_switch.languages` and in `excluded_languages`"
            )),
            None => Ok(()),
        }
    }
}
