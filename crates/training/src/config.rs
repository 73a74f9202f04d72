//! A run, as data.
//!
//! Every field has a name that a person types in a run file; what is left out has the default
//! given here.

use std::collections::BTreeMap;
use std::path::PathBuf;

use encoder::{Config, Contract};
use sampling::Plan;
use serde::{Deserialize, Serialize};

use crate::{Decay, TrainingError};

/// A training run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunConfig {
    /// Name of the model that comes out; default the output folder's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Directory that the model is written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out: Option<PathBuf>,
    /// Decides everything that is drawn.
    #[serde(default)]
    pub seed: u64,
    /// What is trained.
    pub model: ModelSettings,
    /// On what.
    pub data: DataSettings,
    /// How batches are made up.
    pub batches: Plan,
    /// Loss and optimiser.
    pub training: Optimisation,
}

/// What is trained.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSettings {
    /// A model directory to start from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<PathBuf>,
    /// Whether a base's weights may be a Python pickle (`pytorch_model.bin`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_pickle: bool,
    /// Or a fresh model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fresh: Option<Fresh>,
    /// How the vocabulary table is written.
    #[serde(default)]
    pub rows: Rows,
}

/// A fresh model of random weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fresh {
    /// A `tokenizer.json`.
    pub tokenizer: PathBuf,
    /// `config.json`'s fields, less `vocab_size`, which the tokenizer decides.
    pub config: serde_json::Map<String, serde_json::Value>,
}

impl Fresh {
    /// The config of the model.
    pub fn config(&self, vocabulary: usize) -> Result<Config, TrainingError> {
        let mut fields = self.config.clone();
        fields.insert("vocab_size".to_owned(), vocabulary.into());
        if !fields.contains_key("isogloss") {
            let contract = Contract {
                pooling: encoder::Pooling::Mean,
                head: vec![encoder::Head::Normalise],
                query_prefix: String::new(),
                passage_prefix: String::new(),
                max_query_length: 64,
                max_passage_length: 256,
                special_tokens: false,
            };
            if let Ok(value) = serde_json::to_value(contract) {
                fields.insert("isogloss".to_owned(), value);
            }
        }
        let text = serde_json::Value::Object(fields).to_string();
        Ok(Config::parse(text.as_bytes())?)
    }
}

/// Where training starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Start<'a> {
    /// From a model directory.
    Base(&'a PathBuf),
    /// From random weights.
    Fresh(&'a Fresh),
}

impl ModelSettings {
    /// Where training starts; one of the two must be given.
    pub fn start(&self) -> Result<Start<'_>, TrainingError> {
        match (&self.base, &self.fresh) {
            (Some(base), None) => Ok(Start::Base(base)),
            (None, Some(fresh)) => Ok(Start::Fresh(fresh)),
            (Some(_), Some(_)) => Err(TrainingError::Setting {
                field: "model",
                reason: "`base` and `fresh` exclude one another".to_owned(),
            }),
            (None, None) => Err(TrainingError::Setting {
                field: "model",
                reason: "either `base` (a model directory) or `fresh` is needed".to_owned(),
            }),
        }
    }
}

/// Storage of the vocabulary table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rows {
    /// As trained.
    #[default]
    F32,
    /// Half the size.
    F16,
    /// A quarter of the size, with a scale per row.
    Int8,
}

/// Training data by format.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DataSettings {
    /// JSON Lines of `query`, `passage`, `lang`.
    pub pairs: Vec<PathBuf>,
    /// The same with an `id` that translations share.
    pub parallel: Vec<PathBuf>,
    /// JSON Lines of `text`, `lang` and an `id` that translations share.
    pub bitext: Vec<PathBuf>,
    /// Tables of words.
    pub lexicon: Vec<PathBuf>,
    /// Folders in LAReQA's layout, of which the training split is read.
    pub lareqa: Vec<PathBuf>,
    /// Licences by the name of a file or of a LAReQA folder: the model card states them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub licences: BTreeMap<String, String>,
}

/// Loss and optimiser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Optimisation {
    /// Optimiser steps.
    pub steps: u64,
    /// Highest learning rate.
    pub learning_rate: f64,
    /// Share of the steps over which the rate rises.
    #[serde(default = "tenth")]
    pub warmup: f64,
    /// What the rate does then.
    #[serde(default)]
    pub decay: Decay,
    /// `AdamW`'s weight decay.
    #[serde(default)]
    pub weight_decay: f64,
    /// Temperature of the loss.
    #[serde(default = "temperature")]
    pub temperature: f64,
    /// Also rank queries by passages.
    #[serde(default)]
    pub symmetric: bool,
    /// Additive margin on the positive.
    #[serde(default)]
    pub margin: f64,
    /// Share of tokens left out of each text in training.
    #[serde(default)]
    pub token_dropout: f64,
    /// Steps between checkpoints; 0 for none.
    #[serde(default)]
    pub checkpoint_every: u64,
    /// Checkpoints kept, the newest ones.
    #[serde(default = "two")]
    pub checkpoints_kept: usize,
}

fn two() -> usize {
    2
}

fn tenth() -> f64 {
    0.1
}
fn temperature() -> f64 {
    0.05
}

impl RunConfig {
    /// Checks what no type can.
    pub fn check(&self) -> Result<(), TrainingError> {
        let bad = |field, reason: String| Err(TrainingError::Setting { field, reason });
        let t = &self.training;
        if t.steps == 0 {
            return bad("training.steps", "must be at least 1".to_owned());
        }
        // Written so that NaN fails too.
        if !(t.learning_rate > 0.0 && t.learning_rate.is_finite()) {
            return bad("training.learning_rate", format!("{} is not above 0", t.learning_rate));
        }
        if !(t.temperature > 0.0 && t.temperature.is_finite()) {
            return bad("training.temperature", format!("{} is not above 0", t.temperature));
        }
        if !(0.0..=1.0).contains(&t.warmup) {
            return bad("training.warmup", format!("{} is not within 0 and 1", t.warmup));
        }
        if !(0.0..1.0).contains(&t.token_dropout) {
            return bad(
                "training.token_dropout",
                format!("{} is not within 0 and 1", t.token_dropout),
            );
        }
        // The sampler draws these, the learner does not use them yet: better refused than ignored.
        let batches = &self.batches;
        if batches.negatives_per_query > 0 {
            return bad(
                "batches.negatives_per_query",
                "training has no use for them yet".to_owned(),
            );
        }
        if batches.code_switch.rows > 0.0 {
            return bad(
                "batches.code_switch.rows",
                "training does not switch texts yet".to_owned(),
            );
        }
        if t.checkpoints_kept == 0 {
            return bad("training.checkpoints_kept", "must be at least 1".to_owned());
        }
        let data = &self.data;
        let none = [&data.pairs, &data.parallel, &data.bitext, &data.lexicon, &data.lareqa]
            .iter()
            .all(|files| files.is_empty());
        if none {
            return bad("data", "names no training file".to_owned());
        }
        self.model.start()?;
        Ok(())
    }
}
