//! Which files make up a model.
//!
//! A repository holds far more than a model needs (other frameworks' weights, training state), so
//! files are chosen by name: configs and tokenizer, then what `modules.json` and the weight index
//! call for. The choice looks at a set of paths and reads files through a function, so that the
//! same rules decide what to fetch from the hub and whether a directory of the cache is complete.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::HubError;
use crate::names::safe_path;

/// Lists the modules of a sentence-transformers model.
pub(crate) const MODULES: &str = "modules.json";
/// Small files that are taken where they are, beside [`MODULES`].
const OPTIONAL: [&str; 6] = [
    "tokenizer_config.json",
    "special_tokens_map.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
    "manifest.json",
    MODULES,
];
const CONFIG: &str = "config.json";
const TOKENIZER: &str = "tokenizer.json";
const WEIGHTS: &str = "model.safetensors";
const PICKLE: &str = "pytorch_model.bin";

/// The files of a model.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Paths to have, small files first.
    pub files: Vec<String>,
    /// Optional root files that are not there.
    pub absent: Vec<&'static str>,
}

#[derive(Deserialize)]
struct Module {
    #[serde(default)]
    idx: usize,
    path: String,
    #[serde(rename = "type")]
    kind: String,
}

/// A module in its folder.
struct Folder {
    /// Empty for the model's own folder, else with a final slash.
    path: String,
    /// It cannot be read without `config.json`.
    configured: bool,
    /// It cannot be read without weights.
    weighted: bool,
}

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

/// What to choose from.
pub(crate) struct Source<'a> {
    /// What errors call the model.
    pub model: &'a str,
    /// Paths that there are.
    pub paths: &'a BTreeSet<String>,
    /// Whether pickles may be chosen.
    pub allow_pickle: bool,
}

impl Source<'_> {
    /// Chooses; `read` gives the content of a chosen path.
    pub(crate) fn plan(
        &self,
        read: &mut dyn FnMut(&str) -> Result<Vec<u8>, HubError>,
    ) -> Result<Plan, HubError> {
        let mut plan = Plan::default();
        for name in OPTIONAL {
            if self.paths.contains(name) {
                plan.files.push(name.to_owned());
            } else {
                plan.absent.push(name);
            }
        }
        let (first, folders) = self.folders(read)?;
        let config = format!("{}{CONFIG}", first.path);
        if first.configured {
            plan.files.push(self.existing(config)?);
        } else {
            self.add(&mut plan, config);
        }
        plan.files.push(self.existing(format!("{}{TOKENIZER}", first.path))?);
        for folder in &folders {
            let config = format!("{}{CONFIG}", folder.path);
            if folder.configured {
                plan.files.push(self.existing(config)?);
            } else {
                self.add(&mut plan, config);
            }
        }
        if !first.path.is_empty() {
            for name in OPTIONAL {
                self.add(&mut plan, format!("{}{name}", first.path));
            }
        }
        for folder in std::iter::once(&first).chain(&folders) {
            let weights = self.weights(&folder.path, read)?;
            if weights.is_empty() && folder.weighted {
                let file = format!("{}{WEIGHTS}", folder.path);
                return Err(HubError::Missing { model: self.model.to_owned(), file });
            }
            plan.files.extend(weights);
        }
        Ok(plan)
    }

    /// The folder of the first module, which reads tokens, and those of the modules after it.
    fn folders(
        &self,
        read: &mut dyn FnMut(&str) -> Result<Vec<u8>, HubError>,
    ) -> Result<(Folder, Vec<Folder>), HubError> {
        let mut first = Folder { path: String::new(), configured: true, weighted: true };
        if !self.paths.contains(MODULES) {
            return Ok((first, Vec::new()));
        }
        let origin = self.origin(MODULES);
        let mut modules: Vec<Module> = self.json(MODULES, read)?;
        modules.sort_by_key(|module| module.idx);
        let mut folders = Vec::new();
        for (position, module) in modules.into_iter().enumerate() {
            let mut path = module.path.trim_end_matches('/').to_owned();
            // Static models are published with a dot for the folder of the model itself.
            if path == "." {
                path.clear();
            }
            if !path.is_empty() {
                safe_path(&origin, &path)?;
                path.push('/');
            }
            let kind = module.kind.rsplit('.').next().unwrap_or_default();
            if position == 0 {
                // A table of embeddings has its sizes in its weights.
                first = Folder { path, configured: kind != "StaticEmbedding", weighted: true };
            } else if !path.is_empty() {
                folders.push(Folder {
                    path,
                    configured: kind != "Normalize",
                    weighted: kind == "Dense",
                });
            }
        }
        Ok((first, folders))
    }

    /// Weight files of a folder: safetensors whole or in shards, else a pickle, else none.
    fn weights(
        &self,
        folder: &str,
        read: &mut dyn FnMut(&str) -> Result<Vec<u8>, HubError>,
    ) -> Result<Vec<String>, HubError> {
        for (file, pickle) in [(WEIGHTS, false), (PICKLE, true)] {
            let whole = format!("{folder}{file}");
            let index = format!("{whole}.index.json");
            let found = [&whole, &index].into_iter().find(|path| self.paths.contains(*path));
            let Some(found) = found else { continue };
            if pickle && !self.allow_pickle {
                let (model, file) = (self.model.to_owned(), found.clone());
                return Err(HubError::PickleOnly { model, file });
            }
            if *found == whole {
                return Ok(vec![whole]);
            }
            let origin = self.origin(&index);
            let shards: Index = self.json(&index, read)?;
            let shards: BTreeSet<String> = shards.weight_map.into_values().collect();
            let mut files = vec![index];
            for shard in shards {
                safe_path(&origin, &shard)?;
                // An index is a second way to name a pickle.
                let safe = shard.ends_with(".safetensors");
                if !safe && !self.allow_pickle {
                    return Err(HubError::PickleOnly { model: self.model.to_owned(), file: shard });
                }
                files.push(self.existing(format!("{folder}{shard}"))?);
            }
            return Ok(files);
        }
        Ok(Vec::new())
    }

    fn add(&self, plan: &mut Plan, path: String) {
        if self.paths.contains(&path) {
            plan.files.push(path);
        }
    }

    fn existing(&self, path: String) -> Result<String, HubError> {
        if self.paths.contains(&path) {
            return Ok(path);
        }
        Err(HubError::Missing { model: self.model.to_owned(), file: path })
    }

    fn origin(&self, file: &str) -> String {
        format!("{file} of {}", self.model)
    }

    fn json<T: DeserializeOwned>(
        &self,
        path: &str,
        read: &mut dyn FnMut(&str) -> Result<Vec<u8>, HubError>,
    ) -> Result<T, HubError> {
        serde_json::from_slice(&read(path)?)
            .map_err(|error| HubError::json(&self.origin(path), &error))
    }
}
