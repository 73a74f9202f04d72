//! How a run is judged while it trains.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::DataSettings;

/// Validation on texts that are not trained on; none where no file is named.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Validation {
    /// JSON Lines of `query`, `passage`, `lang`.
    pub pairs: Vec<PathBuf>,
    /// The same with an `id` that translations share.
    pub parallel: Vec<PathBuf>,
    /// JSON Lines of `text`, `lang` and an `id` that translations share.
    pub bitext: Vec<PathBuf>,
    /// Folders in LAReQA's layout, of which the test split is read.
    pub lareqa: Vec<PathBuf>,
    /// What decides which weights are best.
    pub measure: Measure,
    /// Steps between validations.
    pub every: u64,
    /// Validations without a better one after which the run stops; 0 for never.
    pub patience: u64,
    /// How much better is better.
    pub least_gain: f64,
    /// Pairs that are judged at most, spread evenly over the files; 0 for all.
    pub pairs_at_most: usize,
    /// Which weights become the model: the best, or the last.
    pub keep: Keep,
}

impl Default for Validation {
    fn default() -> Self {
        Self {
            pairs: Vec::new(),
            parallel: Vec::new(),
            bitext: Vec::new(),
            lareqa: Vec::new(),
            measure: Measure::default(),
            every: 100,
            patience: 0,
            least_gain: 0.0,
            pairs_at_most: 2000,
            keep: Keep::default(),
        }
    }
}

/// A measure of validation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Measure {
    /// Mean average precision of queries against the passages of all languages in one pool;
    /// translations of the answer are right answers.
    #[default]
    #[serde(rename = "mAP")]
    MeanAveragePrecision,
    /// nDCG at 10 in the same pool.
    #[serde(rename = "nDCG@10")]
    Ndcg10,
    /// The objective's loss on batches of the run's size; lower is better.
    #[serde(rename = "loss")]
    Loss,
}

impl Measure {
    /// Its name, as a run file has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::MeanAveragePrecision => "mAP",
            Self::Ndcg10 => "nDCG@10",
            Self::Loss => "loss",
        }
    }

    /// Whether a higher value is a better one.
    pub fn rises(self) -> bool {
        self != Self::Loss
    }
}

/// Which weights become the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Keep {
    /// Those of the best validation.
    #[default]
    Best,
    /// Those of the last step.
    Last,
}

impl Validation {
    /// Its files, in the form that training data has.
    pub(crate) fn data(&self) -> DataSettings {
        DataSettings {
            pairs: self.pairs.clone(),
            parallel: self.parallel.clone(),
            bitext: self.bitext.clone(),
            lareqa: self.lareqa.clone(),
            ..DataSettings::default()
        }
    }

    /// Whether there is any.
    pub fn is_on(&self) -> bool {
        !self.data().is_empty()
    }
}
