//! A run as TensorBoard sees it.
//!
//! Every time of writing is that of the run's own clock (its start plus its seconds of training),
//! so the hours in which a killed run lay still do not show, and the same lines give the same
//! bytes. Files carry no host name: it says nothing about a run.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::tfevents::{What, record};
use crate::{Journal, JournalError, Line, Run, Step};

/// Appends scalars to a new `events.out.tfevents.<seconds>.isogloss`.
#[derive(Debug)]
pub struct Events {
    path: PathBuf,
    file: File,
    started: f64,
    /// Of the step before, for the throughput of the next.
    seconds: f64,
}

impl Events {
    /// Events of a run that begins, in `folder`. What earlier files there say is taken back.
    pub fn fresh(folder: impl AsRef<Path>, run: &Run) -> Result<Self, JournalError> {
        Self::begin(folder.as_ref(), run.started, 0, 0.0)
    }

    /// Events of a run that goes on after `step`: a new file in `folder`, which takes back what
    /// earlier ones say of later steps. `kept` is the journal up to there.
    pub fn resume(
        folder: impl AsRef<Path>,
        kept: &Journal,
        step: u64,
    ) -> Result<Self, JournalError> {
        let started = kept.run().map_or(0, |run| run.started);
        let seconds = kept.steps().last().map_or(0.0, |step| step.seconds);
        Self::begin(folder.as_ref(), started, step + 1, seconds)
    }

    fn begin(folder: &Path, started: u64, first: u64, seconds: f64) -> Result<Self, JournalError> {
        fs::create_dir_all(folder).map_err(JournalError::io(folder))?;
        let (path, file) = create(folder)?;
        let mut events = Self { path, file, started: started as f64, seconds };
        events.append(&record(events.started + seconds, 0, &What::FileVersion))?;
        events.append(&record(events.started + seconds, first, &What::Start))?;
        Ok(events)
    }

    /// Where they are written.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes what `line` says in numbers.
    pub fn observe(&mut self, line: &Line) -> Result<(), JournalError> {
        let (step, seconds, scalars) = match line {
            Line::Step(step) => (step.step, step.seconds, self.scalars(step)),
            Line::Validation(validation) => {
                let tag = format!("validation/{}", validation.measure);
                (validation.step, validation.seconds, vec![(tag, validation.value)])
            }
            Line::Run(_) | Line::End(_) => return Ok(()),
        };
        self.append(&record(self.started + seconds, step, &What::Scalars(&scalars)))
    }

    fn scalars(&mut self, step: &Step) -> Vec<(String, f64)> {
        let elapsed = step.seconds - self.seconds;
        self.seconds = step.seconds;
        let throughput = (elapsed > 0.0).then(|| step.rows as f64 / elapsed);
        [
            ("train/loss", Some(step.loss)),
            ("train/learning_rate", Some(step.learning_rate)),
            ("train/pairs_per_second", throughput),
            ("train/gradient_norm", step.gradient_norm),
            ("train/loss_scale", step.loss_scale),
            ("train/temperature", step.temperature),
            ("train/device_bytes", step.device_bytes.map(|bytes| bytes as f64)),
        ]
        .into_iter()
        .filter_map(|(tag, value)| value.map(|value| (tag.to_owned(), value)))
        .collect()
    }

    /// One write a record: a killed run leaves whole ones.
    fn append(&mut self, record: &[u8]) -> Result<(), JournalError> {
        self.file.write_all(record).map_err(JournalError::io(&self.path))
    }
}

/// A new file whose name sorts after those of the folder, as TensorBoard reads them by name.
fn create(folder: &Path) -> Result<(PathBuf, File), JournalError> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
    let mut seconds = now;
    for entry in fs::read_dir(folder).map_err(JournalError::io(folder))? {
        let name = entry.map_err(JournalError::io(folder))?.file_name();
        let name = name.to_string_lossy();
        let other =
            name.strip_prefix("events.out.tfevents.").and_then(|rest| rest.split('.').next());
        if let Some(other) = other.and_then(|digits| digits.parse::<u64>().ok()) {
            seconds = seconds.max(other.saturating_add(1));
        }
    }
    loop {
        let path = folder.join(format!("events.out.tfevents.{seconds}.isogloss"));
        match OpenOptions::new().append(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => seconds += 1,
            Err(error) => return Err(JournalError::io(&path)(error)),
        }
    }
}
