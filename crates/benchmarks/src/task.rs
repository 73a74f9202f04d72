//! What a benchmark found, in one form for all.

use std::collections::BTreeMap;

use runs::{BiasReport, MtebResult, MtebSubset, PerQuery, mteb_language};
use serde::Serialize;

/// One task of a benchmark.
#[derive(Clone, Debug, Serialize)]
pub struct Task {
    /// Its name, such as `miracl` or `mtop-intent`.
    pub name: String,
    /// The score that counts.
    pub main: String,
    /// Its parts, mostly languages.
    pub subsets: Vec<Subset>,
    /// Language bias, where several languages are in one pool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bias: Option<BiasReport>,
    /// The values of every query, where there are queries.
    #[serde(skip)]
    pub queries: Option<PerQuery>,
}

/// One part of a task.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Subset {
    /// Its name: a language, or a pair.
    pub name: String,
    /// Codes of its languages.
    pub languages: Vec<String>,
    /// Queries, pairs or rows that were scored.
    pub count: usize,
    /// Queries that were left out, because they have no relevant document.
    pub skipped: usize,
    /// Scores by name.
    pub scores: BTreeMap<String, f64>,
}

impl Task {
    /// The mean over subsets of one score, each weighing the same.
    pub fn mean(&self, score: &str) -> Option<f64> {
        let values: Vec<f64> =
            self.subsets.iter().filter_map(|subset| subset.scores.get(score)).copied().collect();
        measures::mean(&values)
    }

    /// Names of the scores, the main one first.
    pub fn scores(&self) -> Vec<&str> {
        let names = self.subsets.first().into_iter().flat_map(|subset| subset.scores.keys());
        let others = names.map(String::as_str).filter(|name| *name != self.main);
        std::iter::once(self.main.as_str()).chain(others).collect()
    }

    /// The task as mteb's result; `name` is its name there.
    pub fn mteb(&self, name: &str, split: &str, seconds: f64) -> MtebResult {
        let subset = |one: &Subset| MtebSubset {
            hf_subset: one.name.clone(),
            languages: one.languages.iter().map(|code| mteb_language(code).to_owned()).collect(),
            main_score: one.scores.get(&self.main).copied().unwrap_or_default(),
            scores: one.scores.iter().map(|(name, value)| (mteb_score(name), *value)).collect(),
        };
        MtebResult {
            task_name: name.to_owned(),
            dataset_revision: "unknown".to_owned(),
            mteb_version: None,
            scores: BTreeMap::from([(split.to_owned(), self.subsets.iter().map(subset).collect())]),
            evaluation_time: Some(seconds),
            kg_co2_emissions: None,
        }
    }
}

/// mteb's name where it is another.
fn mteb_score(name: &str) -> String {
    match name.parse() {
        Ok(measure) => runs::mteb_name(&measure),
        Err(_) if name == "Spearman" => "cosine_spearman".to_owned(),
        Err(_) => name.to_owned(),
    }
}
