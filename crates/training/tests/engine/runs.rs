//! Running configs, and what came of them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use isogloss_training::{Event, Run, RunConfig, Validated};
use serde_json::{Value, json};

/// What was told of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub step: u64,
    pub loss: f32,
    pub kind: String,
    pub rows: usize,
    pub skipped: bool,
    pub loss_scale: Option<f64>,
}

/// Trains until the end, or until `stop` steps are taken; returns what was told.
pub fn train_until(run: &mut Run, stop: u64) -> (Vec<Told>, Vec<Validated>) {
    let (mut steps, mut validations) = (Vec::new(), Vec::new());
    let outcome = run.train(|event| match event {
        Event::Step(taken) => {
            steps.push(Told {
                step: taken.step,
                loss: taken.loss,
                kind: taken.kind.to_owned(),
                rows: taken.rows,
                skipped: taken.skipped,
                loss_scale: taken.loss_scale,
            });
            if taken.step >= stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        }
        Event::Validation(validated) => {
            validations.push(*validated);
            ControlFlow::Continue(())
        }
    });
    outcome.unwrap();
    (steps, validations)
}

/// Trains to the end on `device`.
pub fn trained(config: &RunConfig, device: &Device) -> (Run, Vec<Told>) {
    let mut run = Run::prepare(config, device).unwrap();
    let (steps, _) = train_until(&mut run, u64::MAX);
    (run, steps)
}

/// Losses in the order of the steps, on the CPU.
pub fn losses(config: &RunConfig) -> Vec<f32> {
    trained(config, &Device::flex()).1.iter().map(|told| told.loss).collect()
}

/// Every tensor of the model by name.
pub fn tensors(run: &Run) -> BTreeMap<String, Vec<f32>> {
    let parts = run.parts();
    let weights = parts.weights().unwrap();
    let tensors = parts.config.tensors().into_iter();
    tensors.map(|(name, shape)| (name.clone(), weights.f32(&name, &shape).unwrap())).collect()
}

/// The data of `common`, whose row number `i` also has `i % 3` hard negatives of its own.
pub fn write_negatives(dir: &Path) -> PathBuf {
    let rows = std::fs::read_to_string(dir.join("parallel.jsonl")).unwrap();
    let mut out = String::new();
    for (at, line) in rows.lines().enumerate() {
        let mut row: Value = serde_json::from_str(line).unwrap();
        let passage = row["passage"].as_str().unwrap().to_owned();
        // Words of the passage in another order, with a word that no passage has.
        let wrong = |which: usize| format!("q{at} {passage} p{which}{at}");
        row["negatives"] = json!((0..at % 3).map(wrong).collect::<Vec<_>>());
        writeln!(out, "{row}").unwrap();
    }
    let path = dir.join("negatives.jsonl");
    std::fs::write(&path, out).unwrap();
    path
}
