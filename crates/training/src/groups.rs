//! Which rate and decay each parameter has.
//!
//! Parameters are known by the names that they have in the weights file. A run has one rate; layers
//! can have less of it the lower they are, groups of names can have their own, and what is frozen
//! has none: it gets no gradient, so that the work for it is not done either.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::Tensor;
use encoder::{Config, parameter_id};

use crate::{Embeddings, Group, Optimisation, TrainingError};

/// How a parameter is updated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Treatment {
    /// Share of the run's learning rate; 0 for a parameter that is frozen.
    pub rate: f64,
    /// Weight decay, of parameters that have any.
    pub decay: f64,
}

/// The treatment of each parameter.
#[derive(Clone, Debug)]
pub struct Groups {
    of: BTreeMap<u64, Treatment>,
    /// Of the vocabulary table.
    pub table: Treatment,
    /// Of what the objective learns.
    pub objective: Treatment,
}

/// Before the names of what the objective learns.
const OBJECTIVE: &str = "objective.";

impl Groups {
    /// The treatment that `settings` give the parameters of a model.
    pub fn new(config: &Config, settings: &Optimisation) -> Result<Self, TrainingError> {
        let table_name = config.table_name();
        let names: Vec<String> = config.tensors().into_iter().map(|(name, _)| name).collect();
        let layers = names.iter().filter_map(|name| layer(name)).max().map_or(0, |most| most + 1);
        check_layers(settings, layers)?;
        for group in &settings.groups {
            check_group(group, &names, &settings.groups)?;
        }
        let treat = |name: &str| treatment(name, table_name, layers, settings);
        let mut table = treat(table_name);
        if settings.embeddings == Embeddings::Frozen {
            table.rate = 0.0;
        }
        let of: BTreeMap<u64, Treatment> =
            names.iter().map(|name| (parameter_id(name), treat(name))).collect();
        let objective = treat(OBJECTIVE);
        let trained = |(id, treatment): (&u64, &Treatment)| {
            *id != parameter_id(table_name) && treatment.rate > 0.0
        };
        if table.rate == 0.0 && !of.iter().any(trained) {
            return Err(TrainingError::Setting {
                field: "training.embeddings",
                reason: "everything is frozen: there is nothing to train".to_owned(),
            });
        }
        Ok(Self { of, table, objective })
    }

    /// The treatment of the parameter `id`; that of the objective's for one of no tensor.
    pub fn of(&self, id: u64) -> Treatment {
        self.of.get(&id).copied().unwrap_or(self.objective)
    }

    /// `module` with what is frozen left out of the graph.
    pub fn freeze<M: Module>(&self, module: M) -> M {
        module.map(&mut Freezer { groups: self })
    }
}

struct Freezer<'a> {
    groups: &'a Groups,
}

impl ModuleMapper for Freezer<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let trained = self.groups.of(param.id.val()).rate > 0.0;
        param.set_require_grad(trained)
    }
}

/// The layer that a tensor is of, from 0.
fn layer(name: &str) -> Option<usize> {
    let mut parts = name.split('.');
    parts.find(|part| matches!(*part, "layer" | "layers"))?;
    parts.next()?.parse().ok()
}

fn treatment(name: &str, table: &str, layers: usize, settings: &Optimisation) -> Treatment {
    let height = match layer(name) {
        Some(layer) => layer + 1,
        None if name.starts_with("embeddings.") => 0,
        None => layers + 1,
    };
    let mut rate = settings.layer_decay.powi((layers + 1 - height) as i32);
    let low = height <= settings.freeze_layers && settings.freeze_layers > 0;
    if low && name != table {
        rate = 0.0;
    }
    let mut decay = settings.weight_decay;
    let own = settings.groups.iter().find(|group| names(group, name));
    if let Some(group) = own {
        rate = group.learning_rate.map_or(rate, |own| own / settings.learning_rate);
        decay = group.weight_decay.unwrap_or(decay);
    }
    Treatment { rate, decay }
}

fn names(group: &Group, name: &str) -> bool {
    group.names.iter().any(|beginning| name.starts_with(beginning.as_str()))
}

fn check_layers(settings: &Optimisation, layers: usize) -> Result<(), TrainingError> {
    let bad = |field, reason| Err(TrainingError::Setting { field, reason });
    if settings.freeze_layers > layers {
        let reason = format!("{} of {layers} layers", settings.freeze_layers);
        return bad("training.freeze_layers", reason);
    }
    if layers == 0 && settings.layer_decay < 1.0 {
        return bad("training.layer_decay", "the model has no layers".to_owned());
    }
    Ok(())
}

/// A group names tensors that are there, and no other group names one of them.
fn check_group(group: &Group, tensors: &[String], all: &[Group]) -> Result<(), TrainingError> {
    let bad = |reason| Err(TrainingError::Setting { field: "training.groups.names", reason });
    for beginning in &group.names {
        let known = beginning.starts_with(OBJECTIVE)
            || tensors.iter().any(|name| name.starts_with(beginning.as_str()));
        if !known {
            let some: Vec<&str> = tensors.iter().take(3).map(String::as_str).collect();
            return bad(format!(
                "no tensor begins with `{beginning}`; the model has {}, …",
                some.join(", ")
            ));
        }
    }
    let twice = tensors.iter().find(|name| all.iter().filter(|g| names(g, name)).count() > 1);
    match twice {
        Some(name) => bad(format!("`{name}` is of two groups")),
        None => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::float_cmp, reason = "rates are powers of two")]
mod tests {
    use super::*;

    fn config() -> Config {
        let text = r#"{"model_type": "bert", "vocab_size": 100, "hidden_size": 32,
            "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64,
            "max_position_embeddings": 48,
            "isogloss": {"pooling": "cls", "max_query_length": 32, "max_passage_length": 48}}"#;
        Config::parse(text.as_bytes()).unwrap()
    }

    fn settings(change: impl FnOnce(&mut Optimisation)) -> Optimisation {
        let mut settings =
            Optimisation { learning_rate: 0.1, weight_decay: 0.01, ..Optimisation::default() };
        change(&mut settings);
        settings
    }

    fn group(names: &[&str], rate: f64) -> Group {
        let names = names.iter().map(|&name| name.to_owned()).collect();
        Group { names, learning_rate: Some(rate), weight_decay: Some(0.0) }
    }

    const LOW: &str = "encoder.layer.0.attention.self.query.weight";
    const HIGH: &str = "encoder.layer.1.output.dense.bias";

    #[test]
    fn lower_layers_have_less_of_the_rate() {
        let groups = Groups::new(&config(), &settings(|s| s.layer_decay = 0.5)).unwrap();
        let rate = |name| groups.of(parameter_id(name)).rate;
        assert_eq!([rate(HIGH), rate(LOW)], [0.5, 0.25]);
        assert_eq!(rate("embeddings.position_embeddings.weight"), 0.125);
        assert_eq!(groups.table.rate, 0.125);
    }

    #[test]
    fn frozen_layers_have_no_rate_and_the_table_goes_its_own_way() {
        let groups = Groups::new(&config(), &settings(|s| s.freeze_layers = 1)).unwrap();
        let rate = |name| groups.of(parameter_id(name)).rate;
        assert_eq!([rate(LOW), rate(HIGH)], [0.0, 1.0]);
        assert_eq!(rate("embeddings.LayerNorm.weight"), 0.0);
        assert_eq!(groups.table.rate, 1.0);
    }

    #[test]
    fn a_group_has_its_own_rate_and_decay() {
        let own = vec![group(&["encoder.layer.1."], 0.2), group(&["embeddings.word"], 0.0)];
        let groups = Groups::new(&config(), &settings(|s| s.groups = own)).unwrap();
        assert_eq!(groups.of(parameter_id(HIGH)), Treatment { rate: 2.0, decay: 0.0 });
        assert_eq!(groups.of(parameter_id(LOW)), Treatment { rate: 1.0, decay: 0.01 });
        assert_eq!(groups.table.rate, 0.0);
    }

    #[test]
    fn groups_of_nothing_and_of_the_same_are_refused() {
        let refused = |groups: Vec<Group>| {
            let settings = settings(|s| s.groups = groups);
            Groups::new(&config(), &settings).unwrap_err().to_string()
        };
        assert!(refused(vec![group(&["decoder."], 0.1)]).contains("`decoder.`"));
        let twice = vec![group(&["encoder."], 0.1), group(&["encoder.layer.1"], 0.2)];
        assert!(refused(twice).contains("of two groups"));
        let all = vec![group(&["encoder.", "embeddings."], 0.0)];
        assert!(refused(all).contains("nothing to train"));
    }
}
