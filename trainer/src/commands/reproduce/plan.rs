//! What is reproduced: rows of a table, each a training run or a model, with published numbers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::failure::Failure;

/// A table to reproduce.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What it is called.
    pub title: String,
    /// Each row is trained once with each.
    pub seeds: Vec<u64>,
    /// What each row is scored on.
    pub benchmark: Vec<Benchmark>,
    /// The rows, in the order of the table.
    pub row: Vec<Row>,
}

/// A benchmark in LAReQA's layout.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Benchmark {
    /// What the table calls it.
    pub name: String,
    /// Its folder.
    pub data: PathBuf,
    /// What `isogloss fetch data` calls it, if it is fetched where the folder is not there.
    pub fetch: Option<String>,
    /// The split that is scored; by default the test split where there is one.
    pub split: Option<String>,
}

/// A row of the table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// What the table calls it.
    pub name: String,
    /// A run file to train.
    pub config: Option<PathBuf>,
    /// Options over it.
    #[serde(default)]
    pub options: Vec<String>,
    /// Or a model that is scored as it is.
    pub model: Option<PathBuf>,
    /// Published numbers by benchmark.
    #[serde(default)]
    pub published: BTreeMap<String, Published>,
}

/// Published numbers of a row on a benchmark.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// Macro means.
    #[serde(default)]
    pub mean: Numbers,
    /// Per query language.
    #[serde(default)]
    pub languages: BTreeMap<String, Numbers>,
}

/// mAP in three settings, and rank distance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbers {
    /// mAP, queries and candidates of one language.
    pub monolingual: Option<f64>,
    /// mAP, of two.
    pub crosslingual: Option<f64>,
    /// mAP, candidates of all in one pool.
    pub multilingual: Option<f64>,
    /// Last less first rank of the right answers in that pool.
    pub rank_distance: Option<f64>,
}

impl Plan {
    /// The plan in file `path`.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(Failure::path(path))?;
        let plan: Self = toml::from_str(&text)
            .map_err(|error| Failure::Input(format!("{}: {error}", path.display())))?;
        plan.check().map_err(|failure| failure.with(&format!("{}: ", path.display())))?;
        Ok(plan)
    }

    fn check(&self) -> Result<(), Failure> {
        let bad = |text: String| Err(Failure::Input(text));
        if self.seeds.is_empty() || self.row.is_empty() || self.benchmark.is_empty() {
            return bad("a plan has at least one seed, one row and one benchmark".to_owned());
        }
        for row in &self.row {
            if row.config.is_some() == row.model.is_some() {
                return bad(format!("row `{}` has either a `config` or a `model`", row.name));
            }
            let known = |name: &&String| !self.benchmark.iter().any(|b| b.name == **name);
            if let Some(name) = row.published.keys().find(known) {
                return bad(format!("row `{}`: no benchmark `{name}`", row.name));
            }
        }
        let mut folders: Vec<String> = self.row.iter().map(Row::folder).collect();
        folders.sort();
        match folders.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => bad(format!("two rows are called `{}`", pair[0])),
            None => Ok(()),
        }
    }

    /// The plan with the rows of these names only, if any are named.
    pub fn only(mut self, names: &[String]) -> Result<Self, Failure> {
        if names.is_empty() {
            return Ok(self);
        }
        if let Some(name) = names.iter().find(|name| !self.row.iter().any(|row| row.name == **name))
        {
            let rows: Vec<&str> = self.row.iter().map(|row| row.name.as_str()).collect();
            let rows = rows.join(", ");
            return Err(Failure::Input(format!("no row `{name}`; there are {rows}")));
        }
        self.row.retain(|row| names.contains(&row.name));
        Ok(self)
    }
}

impl Row {
    /// The name of the row's folder.
    pub fn folder(&self) -> String {
        let fit = |c: char| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        self.name.chars().map(fit).collect()
    }
}
