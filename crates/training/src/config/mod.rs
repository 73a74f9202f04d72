//! A run, as data.
//!
//! Every field has a name that a person types in a run file; what is left out has the default
//! given here. Fields that a run cannot do without have none, and are missed when the config is
//! checked, not when it is read: they may come from the command line.

mod checks;
mod data;
mod model;
mod optimisation;
mod validation;

use std::path::PathBuf;

use objective::Objective;
use sampling::Plan;
use serde::{Deserialize, Serialize};

pub use data::DataSettings;
pub use model::{ContractSettings, Fresh, ModelSettings, Rows, Start};
pub use optimisation::{Embeddings, Group, Optimisation, Precision};
pub use validation::{Keep, Measure, Validation};

/// A training run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RunConfig {
    /// Name of the model that comes out; default the output folder's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Directory that the model is written to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out: Option<PathBuf>,
    /// Decides everything that is drawn.
    pub seed: u64,
    /// What is trained.
    pub model: ModelSettings,
    /// On what.
    pub data: DataSettings,
    /// How batches are made up.
    pub batches: Plan,
    /// What for.
    pub objective: Objective,
    /// A model that is learnt from, if the objective takes one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub teacher: Option<Teacher>,
    /// Optimiser, schedule, and how a step is computed.
    pub training: Optimisation,
    /// How the run is judged while it trains.
    #[serde(skip_serializing_if = "Validation::is_default")]
    pub validation: Validation,
}

/// A model that is learnt from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Teacher {
    /// Its directory.
    pub model: PathBuf,
}

impl Validation {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
