//! What a training run promises: it learns, one seed decides it, and it can be stopped.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation)]

use std::ops::ControlFlow;

use burn::tensor::Device;
use isogloss_training::{Embeddings, Ended, Event, Precision, Run, RunConfig, TrainingError};
use objective::{Contrastive, MarginMse, Objective};
use serde_json::json;

mod common;

use common::{config, write_data};

fn losses(config: &RunConfig, device: &Device) -> (Vec<f32>, Vec<u8>) {
    let mut run = Run::prepare(config, device).unwrap();
    let mut losses = Vec::new();
    run.train(|event| {
        if let Event::Step(taken) = event {
            losses.push(taken.loss);
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    (losses, run.files("m", "test").unwrap().weights.to_vec())
}

#[test]
fn both_architectures_learn_by_every_composition() {
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    for architecture in ["isogloss-static", "bert"] {
        for composition in ["mono", "cross", "hybrid", "mixed"] {
            let config = config(dir.path(), architecture, composition, 60);
            let (losses, _) = losses(&config, &Device::flex());
            let mean = |range: &[f32]| range.iter().sum::<f32>() / range.len() as f32;
            let (first, last) = (mean(&losses[..5]), mean(&losses[55..]));
            assert!(last < 0.5 * first, "{architecture}, {composition}: {first} became {last}");
        }
    }
}

#[test]
fn a_seed_decides_the_weights_to_the_bit() {
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    for architecture in ["isogloss-static", "bert"] {
        let mut config = config(dir.path(), architecture, "hybrid", 10);
        let first = losses(&config, &Device::flex());
        assert_eq!(first, losses(&config, &Device::flex()), "{architecture}");
        config.seed = 5;
        assert_ne!(first.1, losses(&config, &Device::flex()).1, "{architecture}");
    }
}

#[test]
fn a_run_stops_when_asked_and_keeps_what_it_learnt() {
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    let config = config(dir.path(), "isogloss-static", "cross", 50);
    let mut run = Run::prepare(&config, &Device::flex()).unwrap();
    let outcome = run
        .train(|event| match event {
            Event::Step(taken) if taken.step == 7 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        })
        .unwrap();
    assert_eq!((outcome.ended, outcome.steps), (Ended::Interrupted, 7));
    let files = run.files("m", "test").unwrap();
    assert_eq!(files.manifest.training.unwrap().steps, 7);
}

#[test]
fn training_goes_on_from_a_written_model() {
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    for architecture in ["isogloss-static", "bert"] {
        let mut config = config(dir.path(), architecture, "cross", 40);
        let mut run = Run::prepare(&config, &Device::flex()).unwrap();
        run.train(|_| ControlFlow::Continue(())).unwrap();
        let base = dir.path().join(architecture);
        run.files("first", "test").unwrap().write(&base).unwrap();
        config.model = serde_json::from_value(json!({"base": base})).unwrap();
        let fresh = losses(&config, &Device::flex()).0[0];
        assert!(fresh < 1.5, "{architecture}: the first loss after loading is {fresh}");
    }
}

#[test]
fn a_loss_that_is_no_number_names_step_and_batch() {
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    let mut config = config(dir.path(), "isogloss-static", "mono", 50);
    config.training.learning_rate = 1e300;
    let mut run = Run::prepare(&config, &Device::flex()).unwrap();
    let error = run.train(|_| ControlFlow::Continue(())).unwrap_err();
    let TrainingError::NotANumber { step, batch, .. } = error else {
        panic!("{error}");
    };
    assert!(step > 1 && batch.starts_with("mono "), "step {step}, {batch}");
}

#[test]
fn settings_that_make_no_run_are_named() {
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    let good = config(dir.path(), "isogloss-static", "mono", 5);
    let change = |f: fn(&mut RunConfig)| {
        let mut config = good.clone();
        f(&mut config);
        Run::prepare(&config, &Device::flex()).err().unwrap().to_string()
    };
    let cold = Contrastive { temperature: 0.0, ..Contrastive::default() };
    let text = Run::prepare(
        &RunConfig { objective: Objective::Contrastive(cold), ..good.clone() },
        &Device::flex(),
    );
    assert!(text.err().unwrap().to_string().contains("contrastive.temperature"));
    assert!(change(|c| c.training.learning_rate = f64::NAN).contains("training.learning_rate"));
    assert!(change(|c| c.data.parallel.clear()).contains("`data`"));
    assert!(change(|c| c.model.fresh = None).contains("`model`"));
    assert!(change(|c| c.batches.batch = 1000).contains("1000"));
    assert!(change(|c| c.batches.code_switch.rows = 0.5).contains("data.dictionaries"));
    assert!(change(|c| c.training.accumulate = 0).contains("training.accumulate"));
    assert!(change(|c| c.training.token_budget = 9).contains("training.token_budget"));
    assert!(change(|c| c.training.layer_decay = 0.5).contains("training.layer_decay"));
    assert!(change(|c| c.training.freeze_layers = 1).contains("training.freeze_layers"));
    assert!(change(|c| c.training.embeddings = Embeddings::Frozen).contains("nothing to train"));
    assert!(change(|c| c.training.precision = Precision::F16).contains("training.precision"));
    assert!(change(|c| c.validation.patience = 3).contains("names no file"));
    assert!(
        change(|c| c.objective = Objective::MarginMse(MarginMse::default())).contains("teacher")
    );
}
