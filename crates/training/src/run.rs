//! A run from data to a trained model.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use artifact::{Directory, FileRecord, ModelFiles, Provenance};
use burn::tensor::Device;
use corpora::Split;
use corpora::training::{Builder, TrainingSet};
use encoder::{Encoder, Options, Parts, Role, fresh_weights};
use objective::Contrastive;
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sampling::{Batch, BatchKind, Sampler, Tally};
use tokens::Tokenizer;

use crate::checkpoint::{Checkpoints, Loaded, State};
use crate::{DataSettings, Learner, Rows, RunConfig, Schedule, Start, TrainingError};

/// A prepared run.
pub struct Run {
    config: RunConfig,
    learner: Learner,
    sampler: Sampler,
    set: TrainingSet,
    queries: Vec<Vec<u32>>,
    passages: Vec<Vec<u32>>,
    unknown: (u64, u64),
    files: BTreeMap<String, FileRecord>,
    licences: BTreeMap<String, String>,
    base: Option<String>,
    device: Device,
    checkpoints: Option<(Checkpoints, String)>,
    seconds: f64,
    steps: u64,
}

/// What the observer is told after each step.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// Steps taken, this one included.
    pub step: u64,
    /// Steps in all.
    pub steps: u64,
    /// Loss of the batch.
    pub loss: f32,
    /// Learning rate of the step.
    pub rate: f64,
    /// The batch.
    pub batch: &'a Batch,
    /// Its kind, with its language: `mono de`, `cross`, `mixed`.
    pub kind: String,
    /// Seconds since training began.
    pub seconds: f64,
}

/// How training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All steps were taken.
    Completed,
    /// The observer asked to stop.
    Interrupted,
}

/// What a run did.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How it ended.
    pub ended: Ended,
    /// Steps taken.
    pub steps: u64,
    /// Seconds of training.
    pub seconds: f64,
    /// What was planned and what was drawn.
    pub tally: Tally,
}

impl Run {
    /// Reads data and model, and checks that they make a run.
    pub fn prepare(config: &RunConfig, device: &Device) -> Result<Self, TrainingError> {
        Self::begin(config, device, None)
    }

    /// Goes on from the newest of `checkpoints`, or begins where there is none.
    pub fn resume(
        config: &RunConfig,
        device: &Device,
        checkpoints: &Checkpoints,
    ) -> Result<Self, TrainingError> {
        Self::begin(config, device, checkpoints.newest()?)
    }

    fn begin(
        config: &RunConfig,
        device: &Device,
        checkpoint: Option<Loaded>,
    ) -> Result<Self, TrainingError> {
        config.check()?;
        let (set, files) = read_data(config)?;
        if let Some(checkpoint) = &checkpoint {
            checkpoint.check(config, &files)?;
        }
        let licences = licences(&config.data, &files)?;
        let plan = sampling::Plan {
            seed: config.seed,
            steps: Some(config.training.steps),
            ..config.batches.clone()
        };
        let mut sampler = Sampler::new(&set, &plan)?;
        let training = device.clone().autodiff();
        let (encoder, base) = match &checkpoint {
            Some(checkpoint) => {
                let model = &checkpoint.model;
                let encoder = Encoder::open(model, &training, Options::default())?;
                (encoder, checkpoint.state.base.clone())
            }
            None => start(config, &training)?,
        };
        let (queries, passages, unknown) = tokenise(&set, &encoder)?;
        let t = &config.training;
        let directions =
            if t.symmetric { Contrastive::symmetric() } else { Contrastive::default() };
        let objective = Contrastive { temperature: t.temperature, margin: t.margin, ..directions };
        let mut learner = Learner::new(encoder, objective, t.weight_decay, device);
        let (mut steps, mut seconds) = (0, 0.0);
        if let Some(Loaded { path, state, table, network, .. }) = checkpoint {
            if !learner.restore(table, &network) {
                let reason = "its moments are not of its model".to_owned();
                let path = path.display().to_string();
                return Err(TrainingError::Checkpoint { path, reason });
            }
            (steps, seconds) = (state.step, state.seconds);
            for _ in 0..steps {
                sampler.next_batch();
            }
        }
        Ok(Self {
            config: config.clone(),
            learner,
            sampler,
            set,
            queries,
            passages,
            unknown,
            files,
            licences,
            base,
            device: device.clone(),
            checkpoints: None,
            seconds,
            steps,
        })
    }

    /// Has checkpoints written while training; `device` is what they say trained them.
    pub fn keep(&mut self, checkpoints: Checkpoints, device: &str) {
        self.checkpoints = Some((checkpoints, device.to_owned()));
    }

    /// Steps taken, those before a checkpoint included.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    fn checkpoint(&self) -> Result<(), TrainingError> {
        let Some((checkpoints, device)) = &self.checkpoints else { return Ok(()) };
        if !checkpoints.due(self.steps, self.config.training.steps) {
            return Ok(());
        }
        let (table, network) = self.learner.state()?;
        let (config, data) = (self.config.clone(), self.files.clone());
        let state =
            State::new(self.steps, self.seconds, config, data, self.base.clone(), &table, &network);
        let model = self.learner.parts().files("checkpoint", Some(self.provenance(device)))?;
        checkpoints.write(&model, &state, &table, &network)
    }

    /// The training data.
    pub fn data(&self) -> &TrainingSet {
        &self.set
    }

    /// Tokens of the training data that the tokenizer does not know, and tokens in all.
    pub fn unknown(&self) -> (u64, u64) {
        self.unknown
    }

    /// Takes the steps; `observe` is told of each and may end training.
    pub fn train(
        &mut self,
        mut observe: impl FnMut(&Event<'_>) -> ControlFlow<()>,
    ) -> Result<Outcome, TrainingError> {
        let t = self.config.training.clone();
        let schedule = Schedule {
            peak: t.learning_rate,
            warmup: (t.steps as f64 * t.warmup).round() as u64,
            steps: t.steps,
            decay: t.decay,
        };
        let (began, before) = (Instant::now(), self.seconds);
        let mut ended = Ended::Completed;
        for step in self.steps..t.steps {
            // Only dropout draws on the device. A seed a step makes it the same after a restart.
            self.device.seed(self.config.seed ^ (step + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let batch = self.sampler.next_batch();
            let mut rng = ChaCha8Rng::seed_from_u64(self.config.seed);
            rng.set_stream(step + 1);
            let mut rows = |ids: &[u32], tokens: &[Vec<u32>]| -> Vec<Vec<u32>> {
                ids.iter()
                    .map(|&id| thin(&tokens[id as usize], t.token_dropout, &mut rng))
                    .collect()
            };
            let queries = rows(&batch.queries, &self.queries);
            let passages = rows(&batch.passages, &self.passages);
            let rate = schedule.rate(step);
            let loss = self.learner.step(&queries, &passages, rate)?.loss;
            if !loss.is_finite() {
                let batch = self.describe(&batch);
                return Err(TrainingError::NotANumber { loss, step: step + 1, batch });
            }
            self.steps = step + 1;
            self.seconds = before + began.elapsed().as_secs_f64();
            let event = Event {
                step: step + 1,
                steps: t.steps,
                loss,
                rate,
                kind: self.kind(&batch),
                batch: &batch,
                seconds: self.seconds,
            };
            if observe(&event).is_break() {
                ended = Ended::Interrupted;
                break;
            }
            self.checkpoint()?;
        }
        Ok(Outcome {
            ended,
            steps: self.steps,
            seconds: self.seconds,
            tally: self.sampler.tally().clone(),
        })
    }

    fn kind(&self, batch: &Batch) -> String {
        match batch.kind {
            BatchKind::Mono(language) => {
                format!("mono {}", self.set.languages[language as usize])
            }
            BatchKind::Cross => "cross".to_owned(),
            BatchKind::Mixed => "mixed".to_owned(),
        }
    }

    fn describe(&self, batch: &Batch) -> String {
        let first = batch.queries.first().map_or("", |&id| &self.set.texts[id as usize]);
        let first: String = first.chars().take(60).collect();
        format!("{} batch whose first query is `{first}`", self.kind(batch))
    }

    /// The encoder as it is now.
    pub fn parts(&self) -> Parts {
        let mut parts = self.learner.parts();
        parts.table = match self.config.model.rows {
            Rows::F32 => parts.table,
            Rows::F16 => parts.table.to_f16(),
            Rows::Int8 => parts.table.to_int8(),
        };
        parts
    }

    /// The files of the model as it is now.
    pub fn files(&self, name: &str, device: &str) -> Result<ModelFiles, TrainingError> {
        Ok(self.parts().files(name, Some(self.provenance(device)))?)
    }

    fn provenance(&self, device: &str) -> Provenance {
        Provenance {
            strategy: self.config.batches.composition.to_string(),
            seed: self.config.seed,
            steps: self.steps,
            batch: self.config.batches.batch,
            base: self.base.clone(),
            data: self.files.clone(),
            licences: self.licences.clone(),
            languages: self.set.languages.clone(),
            device: device.to_owned(),
            seconds: self.seconds,
        }
    }
}

/// Leaves out a share of the tokens, but never all of them.
fn thin(tokens: &[u32], share: f64, rng: &mut ChaCha8Rng) -> Vec<u32> {
    if share == 0.0 || tokens.len() < 2 {
        return tokens.to_vec();
    }
    let limit = (share * f64::from(u32::MAX)) as u32;
    let kept: Vec<u32> = tokens.iter().copied().filter(|_| rng.next_u32() >= limit).collect();
    if kept.is_empty() { tokens.to_vec() } else { kept }
}

fn start(config: &RunConfig, device: &Device) -> Result<(Encoder, Option<String>), TrainingError> {
    match config.model.start()? {
        Start::Base(dir) => {
            let dir = Directory::open(dir, config.model.allow_pickle)?;
            let encoder = Encoder::open(&dir, device, Options::default())?;
            Ok((encoder, Some(dir.name())))
        }
        Start::Fresh(fresh) => {
            let path = &fresh.tokenizer;
            let bytes = read_file(path)?;
            let tokenizer = Tokenizer::from_bytes(&bytes).map_err(encoder::EncoderError::from)?;
            let encoder_config = fresh.config(tokenizer.vocabulary())?;
            let weights = fresh_weights(&encoder_config, config.seed);
            let options = Options::default();
            let encoder =
                Encoder::from_weights(encoder_config, tokenizer, weights, device, options)?;
            Ok((encoder, None))
        }
    }
}

fn read_file(path: &PathBuf) -> Result<Vec<u8>, TrainingError> {
    std::fs::read(path).map_err(|source| {
        TrainingError::Artifact(artifact::ArtifactError::Io {
            path: path.display().to_string(),
            source,
        })
    })
}

/// What a manifest calls a training file.
fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// The files of a folder in LAReQA's layout, in the order of their names.
fn inside(dir: &Path) -> Result<Vec<PathBuf>, TrainingError> {
    let mut inside: Vec<PathBuf> = std::fs::read_dir(dir)
        .map_err(|source| artifact::ArtifactError::Io { path: dir.display().to_string(), source })?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    inside.sort();
    Ok(inside)
}

fn read_data(
    config: &RunConfig,
) -> Result<(TrainingSet, BTreeMap<String, FileRecord>), TrainingError> {
    let data = &config.data;
    let mut builder = Builder::new();
    let mut files = BTreeMap::new();
    let mut record = |path: &PathBuf| -> Result<(), TrainingError> {
        files.insert(file_name(path), FileRecord::of(&read_file(path)?));
        Ok(())
    };
    for path in &data.pairs {
        builder.pairs(path)?;
        record(path)?;
    }
    for path in &data.parallel {
        builder.parallel(path)?;
        record(path)?;
    }
    for path in &data.bitext {
        builder.bitext(path)?;
        record(path)?;
    }
    for path in &data.lexicon {
        builder.lexicon(path)?;
        record(path)?;
    }
    for dir in &data.lareqa {
        builder.lareqa(dir, None, Split::Train)?;
        inside(dir)?.iter().try_for_each(&mut record)?;
    }
    Ok((builder.finish()?, files))
}

/// The licences of the run file, by training file: one of a folder is that of all its files.
fn licences(
    data: &DataSettings,
    files: &BTreeMap<String, FileRecord>,
) -> Result<BTreeMap<String, String>, TrainingError> {
    let mut licences = BTreeMap::new();
    for (named, licence) in &data.licences {
        let mut state = |file: String| licences.insert(file, licence.clone());
        let dir = data.lareqa.iter().find(|dir| dir.file_name() == Some(named.as_ref()));
        if let Some(dir) = dir {
            inside(dir)?.iter().for_each(|path| drop(state(file_name(path))));
        } else if files.contains_key(named) {
            state(named.clone());
        } else {
            return Err(TrainingError::Setting {
                field: "data.licences",
                reason: format!("`{named}` is no file or folder of the data"),
            });
        }
    }
    Ok(licences)
}

type Tokenised = (Vec<Vec<u32>>, Vec<Vec<u32>>, (u64, u64));

/// Tokens of every text in the roles it plays; empty where it plays none.
fn tokenise(set: &TrainingSet, encoder: &Encoder) -> Result<Tokenised, TrainingError> {
    let unknown_id = encoder.tokenizer().unknown();
    let mut unknown = (0, 0);
    let mut role = |role: Role, of: fn(&corpora::training::Entry) -> u32| {
        let mut ids: Vec<u32> = set.entries.iter().map(of).collect();
        ids.sort_unstable();
        ids.dedup();
        let texts: Vec<&str> = ids.iter().map(|&id| set.texts[id as usize].as_str()).collect();
        let mut all = vec![Vec::new(); set.texts.len()];
        for (id, tokens) in ids.iter().zip(encoder.tokenise(&texts, role)?) {
            unknown.0 += tokens.iter().filter(|&&t| Some(t) == unknown_id).count() as u64;
            unknown.1 += tokens.len() as u64;
            all[*id as usize] = tokens;
        }
        Ok::<_, TrainingError>(all)
    };
    let queries = role(Role::Query, |entry| entry.query)?;
    let passages = role(Role::Passage, |entry| entry.passage)?;
    Ok((queries, passages, unknown))
}
