//! From a run file and options to a run.

mod fields;
mod nearest;
mod overrides;

use std::path::Path;

use toml::Table;
use training::RunConfig;

pub use overrides::Overrides;

use crate::failure::Failure;

/// The run that file `path`, if any, and the options over it describe.
///
/// The file is read by itself first, so that an error in it is named with its line.
pub fn read(path: Option<&Path>, overrides: &Overrides) -> Result<RunConfig, Failure> {
    let mut run = match path {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(Failure::path(path))?;
            let bad = |error: toml::de::Error| {
                let text = nearest::with_suggestion(&error.to_string());
                Failure::Input(format!("{}: {text}", path.display()))
            };
            toml::from_str::<RunConfig>(&text).map_err(bad)?;
            toml::from_str::<Table>(&text).map_err(bad)?
        }
        None => Table::new(),
    };
    overrides.put_into(&mut run);
    let config: RunConfig = run.try_into().map_err(|error: toml::de::Error| {
        Failure::Input(nearest::with_suggestion(error.to_string().trim_end()))
    })?;
    Ok(config)
}

/// The run file that makes the same run with no options.
pub fn write(config: &RunConfig) -> Result<String, Failure> {
    // Tables after values, as TOML wants them, is what a `Value` sees to.
    let table = Table::try_from(config).map_err(|error| Failure::Failed(error.to_string()))?;
    toml::to_string(&table).map_err(|error| Failure::Failed(error.to_string()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;
    use training::{Embeddings, Group, Validation};

    use super::*;

    /// Places of the values of `value`; what has an option as a whole is one.
    fn leaves(at: &str, value: &Value, whole: &[&str], into: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) if !whole.contains(&at) => {
                for (name, value) in fields {
                    let at = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                    leaves(&at, value, whole, into);
                }
            }
            _ => drop(into.insert(at.to_owned())),
        }
    }

    #[test]
    fn every_field_of_a_run_is_an_option() {
        let mut config: RunConfig = toml::from_str(
            "name = 'n'\nout = 'o'\n[model]\nbase = 'b'\nallow_pickle = true\n[model.contract]\n\
             pooling = 'mean'\nquery_prefix = 'q'\npassage_prefix = 'p'\n\
             max_query_length = 1\nmax_passage_length = 1\n[model.fresh]\n\
             tokenizer = 't'\nconfig = {}\n[data]\ndictionaries = ['d']\nlicences = { x = 'y' }\n\
             [objective]\nkind = 'contrastive'\nhardness = { of = 'all', strength = 1.0 }\n\
             [teacher]\nmodel = 't'",
        )
        .unwrap();
        let group = Group { names: vec!["a".into()], learning_rate: None, weight_decay: None };
        config.training.groups = vec![group];
        config.training.embeddings = Embeddings::Full;
        config.validation = Validation { every: 7, ..Validation::default() };
        let paths: BTreeSet<String> = fields::all().map(|field| field.path.to_owned()).collect();
        let whole: Vec<&str> = paths.iter().map(String::as_str).collect();
        let whole: Vec<&str> = whole.into_iter().filter(|path| *path != "objective").collect();
        let mut found = BTreeSet::new();
        leaves("", &serde_json::to_value(&config).unwrap(), &whole, &mut found);
        found.remove("objective.kind");
        let paths: BTreeSet<String> =
            paths.into_iter().filter(|path| path != "objective").collect();
        assert_eq!(found, paths);
    }

    #[test]
    fn every_config_of_the_repository_is_a_run() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../configs");
        let mut outputs = BTreeSet::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "toml") {
                continue;
            }
            let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
            let config = read(Some(&path), &Overrides::default())
                .unwrap_or_else(|failure| panic!("{}", named(&failure)));
            config.check().unwrap_or_else(|error| panic!("{}", named(&error)));
            if let Some(fresh) = &config.model.fresh {
                fresh
                    .config(32_000, &config.model.contract)
                    .unwrap_or_else(|error| panic!("{}", named(&error)));
            }
            let out = config.out.unwrap_or_else(|| panic!("{}", named(&"names no output")));
            assert!(outputs.insert(out), "{}", named(&"writes over the model of another"));
        }
        // The ways to make up batches, on the corpus and as the paper has them, at least.
        assert!(outputs.len() > 10, "only {} run files were found", outputs.len());
    }

    #[test]
    fn a_run_survives_being_written() {
        let text = include_str!("../../../configs/base-static.toml");
        let config: RunConfig = toml::from_str(text).unwrap();
        let written = write(&config).unwrap();
        assert_eq!(toml::from_str::<RunConfig>(&written).unwrap(), config);
    }
}
