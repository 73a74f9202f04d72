//! What is trained on, and what a model is validated on.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

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
    /// Tables of words that texts are code-switched with; nothing is trained on them. Those of
    /// `lexicon` where none are named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dictionaries: Vec<PathBuf>,
    /// Folders in LAReQA's layout, of which the training split is read.
    pub lareqa: Vec<PathBuf>,
    /// Licences by the name of a file or of a LAReQA folder: the model card states them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub licences: BTreeMap<String, String>,
}

impl DataSettings {
    /// Whether no training file is named.
    pub fn is_empty(&self) -> bool {
        let Self { pairs, parallel, bitext, lexicon, lareqa, .. } = self;
        [pairs, parallel, bitext, lexicon, lareqa].iter().all(|files| files.is_empty())
    }
}
