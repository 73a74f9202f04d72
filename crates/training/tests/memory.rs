//! A device without enough memory ends a run with a message that helps, and loses nothing.
#![allow(clippy::unwrap_used)]

use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::Path;

use burn::tensor::Device;
use isogloss_training::{Checkpoints, Event, Run, RunConfig, TrainingError};
use serde_json::json;

mod common;

use common::{config, write_data};

const STEPS: u64 = 6;

/// Of 24 meanings one has a passage of hundreds of tokens: with it a batch takes buffers of twelve
/// kilobytes for each value of the network's width.
fn too_much(dir: &Path, width: usize) -> RunConfig {
    write_data(dir);
    let rows = std::fs::read_to_string(dir.join("parallel.jsonl")).unwrap();
    let mut long = String::new();
    for row in rows.lines() {
        let mut row: serde_json::Value = serde_json::from_str(row).unwrap();
        if row["id"] == "m5" {
            row["passage"] = row["passage"].as_str().unwrap().repeat(200).into();
        }
        writeln!(long, "{row}").unwrap();
    }
    std::fs::write(dir.join("parallel.jsonl"), long).unwrap();
    let mut config = config(dir, "bert", "mono", STEPS);
    let fields = &mut config.model.fresh.as_mut().unwrap().config;
    fields.insert("intermediate_size".to_owned(), json!(width));
    config
}

/// Trains; the steps that were told of, and how it ended.
fn train(run: &mut Run) -> (Vec<u64>, Result<u64, TrainingError>) {
    let mut told = Vec::new();
    let outcome = run.train(|event| {
        if let Event::Step(taken) = event {
            told.push(taken.step);
        }
        ControlFlow::Continue(())
    });
    (told, outcome.map(|outcome| outcome.steps))
}

#[test]
fn a_buffer_that_is_too_big_says_what_to_change_and_the_checkpoint_goes_on() {
    for (name, device) in device::for_tests() {
        if device == Device::flex() {
            // A process that the system gives no memory to is ended by the system.
            continue;
        }
        // A software adapter binds 128 MiB, a GPU up to 4 GiB: wider until it is too much.
        let (dir, mut config, error) = [14, 17, 20]
            .into_iter()
            .find_map(|power| {
                let dir = tempfile::tempdir().unwrap();
                let config = too_much(dir.path(), 1 << power);
                let kept = Checkpoints { folder: dir.path().join("kept"), every: 1, kept: 2 };
                let mut run = Run::prepare(&config, &device).unwrap();
                run.keep(kept, "test");
                train(&mut run).1.err().map(|error| (dir, config, error))
            })
            .unwrap_or_else(|| panic!("{name} has memory without end"));
        let TrainingError::Memory { step, .. } = error else { panic!("{name}: {error}") };
        let text = error.to_string();
        assert!(text.contains("`training.token_budget`") && text.contains("allocate"), "{text}");
        assert!((2..STEPS).contains(&step), "{name}: step {step}");

        // The checkpoint before it is whole, and a budget gets the run to its end.
        let kept = Checkpoints { folder: dir.path().join("kept"), every: 1, kept: 2 };
        config.training.token_budget = 300;
        let mut run = Run::resume(&config, &device, &kept).unwrap();
        let taken = run.steps();
        assert!(taken + 1 == step || taken == step, "{name}: {taken} before {step}");
        run.keep(kept, "test");
        let (told, outcome) = train(&mut run);
        assert_eq!(outcome.unwrap(), STEPS);
        assert_eq!(told, (taken + 1..=STEPS).collect::<Vec<_>>());
    }
}
