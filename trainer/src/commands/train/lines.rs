//! What happens in a run, as lines of its journal.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use journal::{End, Line, Step, Validation};
use training::{Ended, Event, Outcome, Run, RunConfig};

use crate::failure::Failure;

/// The revision that the program is built from.
pub const REVISION: Option<&str> = option_env!("ISOGLOSS_REVISION");

/// The first line: what is about to be trained, and on what.
pub fn run(
    run: &Run,
    config: &RunConfig,
    name: &str,
    device: &str,
) -> Result<journal::Run, Failure> {
    let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let hash = |(name, file): (&String, &artifact::FileRecord)| (name.clone(), file.sha256.clone());
    let pairs = config.batches.batch * config.training.accumulate;
    Ok(journal::Run {
        name: name.to_owned(),
        config: serde_json::to_value(config).map_err(Failure::input)?,
        revision: REVISION.map(str::to_owned),
        device: device.to_owned(),
        data: run.files_read().iter().map(hash).collect(),
        started,
        pairs_per_step: pairs as u64,
    })
}

/// A step or a validation.
pub fn event(event: &Event<'_>) -> Line {
    match event {
        Event::Step(taken) => Line::Step(Step {
            step: taken.step,
            steps: taken.steps,
            loss: taken.loss.into(),
            learning_rate: taken.rate,
            kind: taken.kind.to_owned(),
            rows: taken.rows as u64,
            seconds: taken.seconds,
            gradient_norm: taken.gradient_norm.map(f64::from),
            loss_scale: taken.loss_scale,
            temperature: taken.temperature.map(f64::from),
            device_bytes: taken.device_bytes,
        }),
        Event::Validation(validated) => Line::Validation(Validation {
            step: validated.step,
            measure: validated.measure.name().to_owned(),
            value: validated.value,
            best: validated.best,
            seconds: validated.seconds,
        }),
    }
}

/// The last line.
pub fn end(outcome: &Outcome) -> Result<Line, Failure> {
    let ended = match outcome.ended {
        Ended::Completed => journal::Ended::Completed,
        Ended::Interrupted => journal::Ended::Interrupted,
        Ended::StoppedEarly => journal::Ended::StoppedEarly,
    };
    Ok(Line::End(End {
        steps: outcome.steps,
        seconds: outcome.seconds,
        ended,
        drawn: serde_json::to_value(&outcome.tally).map_err(Failure::input)?,
    }))
}

/// Planned shares of the kinds of batches.
pub fn planned(run: &Run) -> BTreeMap<String, f64> {
    run.tally().kinds.iter().map(|(kind, share)| (kind.clone(), share.planned)).collect()
}
