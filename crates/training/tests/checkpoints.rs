//! A run that was cut ends in the same weights as one that was not, bit for bit.
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;
use std::path::Path;

use burn::tensor::Device;
use isogloss_training::{Checkpoints, Ended, Event, Run, RunConfig, TrainingError};

mod common;

use common::{config, write_data};

fn dropping_out(dir: &Path, architecture: &str) -> RunConfig {
    let mut config = config(dir, architecture, "hybrid", 40);
    let fields = &mut config.model.fresh.as_mut().unwrap().config;
    fields.insert("hidden_dropout_prob".to_owned(), 0.2.into());
    fields.insert("attention_probs_dropout_prob".to_owned(), 0.2.into());
    config.training.weight_decay = 0.01;
    config.training.checkpoint_every = 7;
    config
}

fn checkpoints(dir: &Path) -> Checkpoints {
    Checkpoints { folder: dir.join("checkpoints"), every: 7, kept: 2 }
}

/// Trains until the run ends or `stop` steps of it are taken.
fn train(run: &mut Run, stop: u64) -> Ended {
    let outcome = run.train(|event| match event {
        Event::Step(taken) if taken.step >= stop => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    outcome.unwrap().ended
}

fn weights(run: &Run) -> Vec<u8> {
    run.files("m", "test").unwrap().weights.to_vec()
}

#[test]
fn a_resumed_run_ends_in_the_weights_of_an_uninterrupted_one() {
    let _turn = TURN.lock();
    for architecture in ["isogloss-static", "bert"] {
        let dir = tempfile::tempdir().unwrap();
        write_data(dir.path());
        let config = dropping_out(dir.path(), architecture);
        let device = Device::flex();
        let mut whole = Run::prepare(&config, &device).unwrap();
        train(&mut whole, 40);

        // Cut three times, each time some steps after the last checkpoint.
        let checkpoints = checkpoints(dir.path());
        for (stop, taken) in [(10, 0), (16, 7), (36, 14), (40, 35)] {
            let mut run = Run::resume(&config, &device, &checkpoints).unwrap();
            assert_eq!(run.steps(), taken, "{architecture}: from the newest checkpoint");
            run.keep(checkpoints.clone(), "test");
            train(&mut run, stop);
            if stop == 40 {
                assert!(weights(&run) == weights(&whole), "{architecture}: other weights");
            }
        }
        let left = std::fs::read_dir(dir.path().join("checkpoints")).unwrap().count();
        assert_eq!(left, 2, "only the newest are kept");
    }
}

/// Dropout draws from one generator a process: tests that train take turns.
static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());

#[test]
fn what_is_not_the_same_run_is_refused_by_name() {
    let _turn = TURN.lock();
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    let config = dropping_out(dir.path(), "isogloss-static");
    let device = Device::flex();
    let checkpoints = checkpoints(dir.path());
    let mut run = Run::prepare(&config, &device).unwrap();
    run.keep(checkpoints.clone(), "test");
    train(&mut run, 10);
    let refused = |config: &RunConfig| -> String {
        match Run::resume(config, &device, &checkpoints) {
            Err(error @ TrainingError::Checkpoint { .. }) => error.to_string(),
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("resumed"),
        }
    };

    let mut other = config.clone();
    (other.training.learning_rate, other.seed) = (0.02, 5);
    let error = refused(&other);
    assert!(error.contains("(seed, training.learning_rate)"), "{error}");
    // More checkpoints, or another place for the model, make no other run.
    let mut same = config.clone();
    (same.out, same.training.checkpoint_every) = (Some("elsewhere".into()), 3);
    assert!(Run::resume(&same, &device, &checkpoints).is_ok());

    let state = dir.path().join("checkpoints/step-00000007/state.json");
    let text = std::fs::read_to_string(&state).unwrap();
    std::fs::write(&state, text.replacen("\"format\":2", "\"format\":9", 1)).unwrap();
    assert!(refused(&config).contains("format is 9"));
    std::fs::write(&state, &text[..100]).unwrap();
    assert!(refused(&config).contains("state.json"));
    std::fs::write(&state, &text).unwrap();

    let data = dir.path().join("parallel.jsonl");
    let rows = std::fs::read_to_string(&data).unwrap();
    std::fs::write(&data, rows.replacen("deq0", "deq9", 1)).unwrap();
    assert!(refused(&config).contains("parallel.jsonl has changed"));
}
