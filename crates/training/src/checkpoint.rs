//! Checkpoints: a run that was cut goes on as if it had not been.
//!
//! A checkpoint is a folder `step-00000500` with the model as it was (a model directory like any
//! other, in f32, which can be evaluated), what the optimisers keep, and what the run was: its
//! config and the hashes of its data. Everything random is drawn from the seed and the number of
//! the step, so the step is all that is kept of it; batches up to it are drawn again, not stored.
//! On the CPU the run then ends in the same weights, bit for bit.
//!
//! A checkpoint is written under another name and renamed: one that is there is whole.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use artifact::{
    ArtifactError, Directory, FileRecord, ModelFiles, Stored, Weights, stage_directory,
};
use serde::{Deserialize, Serialize};

use crate::adam::AdamState;
use crate::learner::LearnerState;
use crate::scale::LossScale;
use crate::sparse::SparseState;
use crate::validation::Best;
use crate::{RunConfig, TrainingError};

/// The format of checkpoints that this version writes and reads.
const FORMAT: u32 = 2;

const MODEL: &str = "model";
const STATE: &str = "state.json";
const MOMENTS: &str = "moments.safetensors";
/// Before the names of the network's moments.
const NETWORK: &str = "network.";
/// Before the names of what the objective learned.
const OBJECTIVE: &str = "objective.";
const STEP: &str = "step-";
/// The weights of the best validation.
const BEST: &str = "best";

/// Where checkpoints of a run lie, and how many.
#[derive(Clone, Debug)]
pub struct Checkpoints {
    /// The folder of all of them.
    pub folder: PathBuf,
    /// Steps between two.
    pub every: u64,
    /// Newest ones that are kept.
    pub kept: usize,
}

/// What is kept of a run beside model and moments.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct State {
    format: u32,
    pub step: u64,
    pub seconds: f64,
    pub config: RunConfig,
    pub data: BTreeMap<String, FileRecord>,
    pub base: Option<String>,
    /// Rows of the table that have moments, and how often each was updated.
    rows: Vec<u32>,
    updates: Vec<u32>,
    /// How often each parameter of the network was updated.
    network: BTreeMap<String, u32>,
    /// The scale of the loss, in mixed precision.
    scale: Option<LossScale>,
    /// The best validation so far.
    pub best: Option<Best>,
}

/// A checkpoint that was read.
pub(crate) struct Loaded {
    pub path: PathBuf,
    pub model: Directory,
    pub state: State,
    pub learner: LearnerState,
}

/// What a run is, beside what it has learned.
#[derive(Clone, Debug)]
pub(crate) struct About {
    pub step: u64,
    pub seconds: f64,
    pub config: RunConfig,
    pub data: BTreeMap<String, FileRecord>,
    pub base: Option<String>,
    pub best: Option<Best>,
}

impl State {
    fn new(about: About, learner: &LearnerState) -> Self {
        let About { step, seconds, config, data, base, best } = about;
        let (rows, updates) = (learner.rows.rows.clone(), learner.rows.updates.clone());
        let (network, scale) = (learner.network.updates.clone(), learner.scale);
        let format = FORMAT;
        Self { format, step, seconds, config, data, base, rows, updates, network, scale, best }
    }
}

impl Checkpoints {
    /// Whether one is due after `step` of `steps`; the last step writes the model itself.
    pub(crate) fn due(&self, step: u64, steps: u64) -> bool {
        self.every > 0 && step.is_multiple_of(self.every) && step < steps
    }

    /// Writes a checkpoint, then takes away the oldest beyond those kept.
    pub(crate) fn write(
        &self,
        model: &ModelFiles,
        about: About,
        learner: &LearnerState,
    ) -> Result<(), TrainingError> {
        let state = State::new(about, learner);
        let path = self.folder.join(format!("{STEP}{:08}", state.step));
        let mut moments = Weights::default();
        let table = &learner.rows;
        let shape = vec![table.rows.len(), table.first.len() / table.rows.len().max(1)];
        moments.extend(NETWORK, learner.network.moments.clone());
        moments.extend(OBJECTIVE, learner.parameters.clone());
        moments.insert("first", shape.clone(), Stored::from_f32(&table.first));
        moments.insert("second", shape, Stored::from_f32(&table.second));
        stage_directory(&path, |staging| {
            model.write(&staging.join(MODEL))?;
            let put = |name: &str, bytes: &[u8]| {
                let path = staging.join(name);
                fs::write(&path, bytes).map_err(|source| ArtifactError::Io {
                    path: path.display().to_string(),
                    source,
                })
            };
            put(MOMENTS, &moments.to_bytes()?)?;
            // Serialising these types cannot fail: no map has keys other than strings.
            put(STATE, &serde_json::to_vec(&state).unwrap_or_default())
        })?;
        for (_, old) in self.all()?.iter().rev().skip(self.kept) {
            fs::remove_dir_all(old).map_err(|source| io(old, source))?;
        }
        Ok(())
    }

    /// Writes the model of the best validation so far, in the place of the one before.
    pub(crate) fn write_best(&self, model: &ModelFiles) -> Result<(), TrainingError> {
        Ok(model.write(&self.folder.join(BEST))?)
    }

    /// The model of the best validation.
    pub(crate) fn best(&self) -> Result<ModelFiles, TrainingError> {
        Ok(ModelFiles::read(&self.folder.join(BEST))?)
    }

    /// Every checkpoint with its step, oldest first.
    fn all(&self) -> Result<BTreeMap<u64, PathBuf>, TrainingError> {
        let mut found = BTreeMap::new();
        if !self.folder.is_dir() {
            return Ok(found);
        }
        for entry in fs::read_dir(&self.folder).map_err(|source| io(&self.folder, source))? {
            let path = entry.map_err(|source| io(&self.folder, source))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if let Some(step) = name.strip_prefix(STEP).and_then(|step| step.parse().ok()) {
                found.insert(step, path);
            }
        }
        Ok(found)
    }

    /// The newest checkpoint, if there is any.
    pub(crate) fn newest(&self) -> Result<Option<Loaded>, TrainingError> {
        let Some((_, path)) = self.all()?.pop_last() else { return Ok(None) };
        read(&path).map(Some)
    }
}

fn io(path: &Path, source: std::io::Error) -> TrainingError {
    ArtifactError::Io { path: path.display().to_string(), source }.into()
}

fn read(path: &Path) -> Result<Loaded, TrainingError> {
    let bad =
        |reason: String| TrainingError::Checkpoint { path: path.display().to_string(), reason };
    let bytes = |name: &str| {
        let path = path.join(name);
        fs::read(&path).map_err(|source| io(&path, source))
    };
    let state: State = serde_json::from_slice(&bytes(STATE)?)
        .map_err(|error| bad(format!("{STATE} is not of a checkpoint of this version: {error}")))?;
    if state.format != FORMAT {
        let found = state.format;
        return Err(bad(format!("its format is {found}, this program reads format {FORMAT}")));
    }
    let moments = Weights::parse(MOMENTS, bytes(MOMENTS)?)?;
    let values =
        |name: &str| moments.get(name).map(|(_, stored)| stored.to_f32()).unwrap_or_default();
    let rows = SparseState {
        rows: state.rows.clone(),
        updates: state.updates.clone(),
        first: values("first"),
        second: values("second"),
    };
    let part = |prefix: &str| {
        let mut part = moments.clone();
        part.retain(|name| name.starts_with(prefix));
        part.without_prefix(prefix)
    };
    let network = AdamState { moments: part(NETWORK), updates: state.network.clone() };
    let learner = LearnerState { rows, network, parameters: part(OBJECTIVE), scale: state.scale };
    let model = Directory::open(&path.join(MODEL), false)?;
    Ok(Loaded { path: path.to_owned(), model, state, learner })
}

impl Loaded {
    /// Checks that the run that goes on is the run that was cut.
    pub fn check(
        &self,
        config: &RunConfig,
        data: &BTreeMap<String, FileRecord>,
    ) -> Result<(), TrainingError> {
        let bad = |reason: String| TrainingError::Checkpoint {
            path: self.path.display().to_string(),
            reason,
        };
        // Where the result goes and how often it is kept changes nothing that is trained. What is
        // encoded at once changes it by rounding alone, and who ran out of memory must change it.
        let alike = |config: &RunConfig| {
            let mut config = config.clone();
            (config.out, config.name) = (None, None);
            config.training.checkpoint_every = 0;
            config.training.checkpoints_kept = 1;
            config.training.token_budget = 0;
            config
        };
        let (then, now) = (alike(&self.state.config), alike(config));
        if then != now {
            let text = |config: &RunConfig| serde_json::to_value(config).unwrap_or_default();
            let names = differing("", &text(&then), &text(&now)).join(", ");
            return Err(bad(format!(
                "it is of a run with other settings ({names}); give the same ones, or start anew \
                 without --resume"
            )));
        }
        if let Some(name) = data.keys().find(|name| self.state.data.get(*name) != data.get(*name)) {
            return Err(bad(format!(
                "the training file {name} has changed since; the run would not be the same"
            )));
        }
        Ok(())
    }
}

/// Names of the settings that differ, as run files have them.
fn differing(at: &str, a: &serde_json::Value, b: &serde_json::Value) -> Vec<String> {
    use serde_json::Value::Object;
    let (Object(a), Object(b)) = (a, b) else {
        return if a == b { Vec::new() } else { vec![at.to_owned()] };
    };
    let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let null = serde_json::Value::Null;
    keys.into_iter()
        .flat_map(|key| {
            let name = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
            differing(&name, a.get(key).unwrap_or(&null), b.get(key).unwrap_or(&null))
        })
        .collect()
}
