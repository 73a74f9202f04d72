//! What is trained, and from where it starts.

use std::path::PathBuf;

use encoder::{Config, Contract, Pooling};
use serde::{Deserialize, Serialize};

use crate::TrainingError;

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
    /// How texts are put to the model, where that is to differ from what the base says. It is
    /// written into the model: who uses it puts texts to it in the same way.
    #[serde(default, skip_serializing_if = "ContractSettings::is_empty")]
    pub contract: ContractSettings,
    /// How the vocabulary table is written.
    #[serde(default)]
    pub rows: Rows,
}

/// Parts of the contract between texts and model that a run sets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContractSettings {
    /// How token vectors become one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pooling: Option<Pooling>,
    /// Stands before each query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_prefix: Option<String>,
    /// Stands before each passage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passage_prefix: Option<String>,
    /// Tokens of a query at most, prefix and special tokens included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_query_length: Option<usize>,
    /// Tokens of a passage at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_passage_length: Option<usize>,
}

impl ContractSettings {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Puts what is set into `contract`.
    pub(crate) fn put_into(&self, contract: &mut Contract) {
        fn set<T: Clone>(value: Option<&T>, into: &mut T) {
            if let Some(value) = value {
                into.clone_from(value);
            }
        }
        set(self.pooling.as_ref(), &mut contract.pooling);
        set(self.query_prefix.as_ref(), &mut contract.query_prefix);
        set(self.passage_prefix.as_ref(), &mut contract.passage_prefix);
        set(self.max_query_length.as_ref(), &mut contract.max_query_length);
        set(self.max_passage_length.as_ref(), &mut contract.max_passage_length);
    }
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
    /// The config of the model, with what `settings` say of its contract.
    pub fn config(
        &self,
        vocabulary: usize,
        settings: &ContractSettings,
    ) -> Result<Config, TrainingError> {
        let mut fields = self.config.clone();
        fields.insert("vocab_size".to_owned(), vocabulary.into());
        if !fields.contains_key("isogloss") {
            let mut contract = Contract {
                pooling: Pooling::Mean,
                head: vec![encoder::Head::Normalise],
                query_prefix: String::new(),
                passage_prefix: String::new(),
                max_query_length: 64,
                max_passage_length: 256,
                special_tokens: false,
            };
            settings.put_into(&mut contract);
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
