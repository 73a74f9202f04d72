//! What to draw. One plain struct with a default for every field, so that a configuration file
//! names only what it changes, and a field it misspells is an error.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{CodeSwitch, Composition, SamplingError, power};

/// How batches are drawn from a training set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Plan {
    /// Languages of a batch; default hybrid with alpha 0.5.
    pub composition: Composition,
    /// Rows of a batch, at least 2; default 100, as in the paper.
    pub batch: usize,
    /// A language is drawn with weight (number of its entries)^`language_power`: 0, the default,
    /// is uniform, 1 is by size. In a file also a word of [`Power`](crate::Power), and by the name
    /// `language_sampling`.
    #[serde(alias = "language_sampling", deserialize_with = "power::read")]
    pub language_power: f64,
    /// Weights of sources by name; 0 leaves a source out. They stand beside the weights
    /// (number of entries)^`source_power` of the sources not named.
    pub source_weights: BTreeMap<String, f64>,
    /// Default weight of a source: (number of entries)^`source_power`; default 1, by size, as in
    /// the paper. In a file also a word, and by the name `source_sampling`.
    #[serde(alias = "source_sampling", deserialize_with = "power::read")]
    pub source_power: f64,
    /// All rows of a batch from one source, drawn by weight; else, the default, the source is
    /// drawn for each row.
    pub one_source_per_batch: bool,
    /// Languages to draw from; empty, the default, for all.
    pub languages: Vec<String>,
    /// Languages to leave out, such as those that are to stay zero-shot.
    pub excluded_languages: Vec<String>,
    /// Ordered pairs of languages to draw cross rows from, query language first: `de-en`; empty,
    /// the default, for all. Same-language rows do not mind them.
    pub pairs: Vec<String>,
    /// Ordered pairs of languages to leave out of cross rows.
    pub excluded_pairs: Vec<String>,
    /// Hard negatives of each row, at most: of those that the data gives for it, any are drawn. 0,
    /// the default, for none.
    pub negatives_per_query: usize,
    /// Rows whose words are partly replaced by those of other languages; default none.
    pub code_switch: CodeSwitch,
    /// Seed of all draws. Not part of a configuration file either: a run has one seed.
    #[serde(skip)]
    pub seed: u64,
    /// Batches of the whole run, over which a moving alpha moves. Not part of a configuration file:
    /// who runs the training knows it.
    #[serde(skip)]
    pub steps: Option<u64>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            composition: Composition::default(),
            batch: 100,
            language_power: 0.0,
            source_weights: BTreeMap::new(),
            source_power: 1.0,
            one_source_per_batch: false,
            languages: Vec::new(),
            excluded_languages: Vec::new(),
            pairs: Vec::new(),
            excluded_pairs: Vec::new(),
            negatives_per_query: 0,
            code_switch: CodeSwitch::default(),
            seed: 0,
            steps: None,
        }
    }
}

impl Plan {
    /// Checks what can be checked without the data.
    pub(crate) fn check(&self) -> Result<(), SamplingError> {
        if self.composition.moving().is_some() && self.steps.is_none() {
            return Err(SamplingError::NoSteps { composition: self.composition.to_string() });
        }
        if self.batch < 2 {
            return Err(SamplingError::Batch { value: self.batch });
        }
        let number = |field: String, value: f64| {
            if value.is_finite() && value >= 0.0 {
                Ok(())
            } else {
                Err(SamplingError::Number { field, value })
            }
        };
        if !self.pairs.is_empty() && self.composition.highest()[1] == 0.0 {
            let problem = format!("{} batches have no cross rows for `pairs`", self.composition);
            return Err(SamplingError::Conflict { problem });
        }
        if let Some(name) = self.languages.iter().find(|n| self.excluded_languages.contains(n)) {
            let problem = format!("`{name}` stands in `languages` and in `excluded_languages`");
            return Err(SamplingError::Conflict { problem });
        }
        self.code_switch.check(self)?;
        number("language_power".to_owned(), self.language_power)?;
        number("source_power".to_owned(), self.source_power)?;
        for (name, &weight) in &self.source_weights {
            number(format!("the weight of source `{name}`"), weight)?;
        }
        Ok(())
    }

    /// The weight of source `name` with `entries` entries.
    pub(crate) fn source_weight(&self, name: &str, entries: usize) -> f64 {
        match self.source_weights.get(name) {
            Some(&weight) => weight,
            None => (entries as f64).powf(self.source_power),
        }
    }

    /// For each of `known`, whether the plan draws from it.
    pub(crate) fn languages_in_play(&self, known: &[String]) -> Result<Vec<bool>, SamplingError> {
        let find = |name: &String| {
            known.iter().position(|language| language == name).ok_or_else(|| {
                SamplingError::UnknownLanguage { name: name.clone(), known: known.to_vec() }
            })
        };
        let mut used = vec![self.languages.is_empty(); known.len()];
        for name in &self.languages {
            used[find(name)?] = true;
        }
        for name in &self.excluded_languages {
            used[find(name)?] = false;
        }
        Ok(used)
    }

    pub(crate) fn check_source_names(&self, known: &[String]) -> Result<(), SamplingError> {
        match self.source_weights.keys().find(|name| !known.contains(name)) {
            Some(name) => {
                Err(SamplingError::UnknownSource { name: name.clone(), known: known.to_vec() })
            }
            None => Ok(()),
        }
    }
}
