//! What a training run promises: it learns, one seed decides it, and it can be stopped.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation)]

use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::Path;

use burn::tensor::Device;
use isogloss_training::{Ended, Run, RunConfig, TrainingError};
use serde_json::json;
use tokens::{Unigram, train_unigram};

const LANGUAGES: [&str; 3] = ["de", "en", "es"];

/// Twenty-four meanings in three made-up languages: a word of its own for each meaning.
fn write_data(dir: &Path) {
    let mut rows = String::new();
    let mut texts = Vec::new();
    for id in 0..24 {
        for lang in LANGUAGES {
            let query = format!("{lang}q{id} wo{lang}");
            let passage = format!("{lang}p{id} da{lang} und{}", id % 5);
            let row =
                json!({"id": format!("m{id}"), "lang": lang, "query": query, "passage": passage});
            writeln!(rows, "{row}").unwrap();
            texts.extend([query, passage]);
        }
    }
    std::fs::write(dir.join("parallel.jsonl"), rows).unwrap();
    let options = Unigram { vocabulary: 400, cased: false, max_piece_length: 8 };
    let tokenizer = train_unigram(&texts, &options).unwrap();
    std::fs::write(dir.join("tokenizer.json"), tokenizer.to_json().unwrap()).unwrap();
}

fn config(dir: &Path, architecture: &str, composition: &str, steps: u64) -> RunConfig {
    let config = json!({
        "seed": 4,
        "model": {"fresh": {
            "tokenizer": dir.join("tokenizer.json"),
            "config": {"model_type": architecture, "hidden_size": 16, "num_hidden_layers": 1,
                "num_attention_heads": 2, "intermediate_size": 32, "max_position_embeddings": 256},
        }},
        "data": {"parallel": [dir.join("parallel.jsonl")]},
        "batches": {"composition": composition, "batch": 12},
        "training": {"steps": steps, "learning_rate": 0.01, "token_dropout": 0.1},
    });
    serde_json::from_value(config).unwrap()
}

fn losses(config: &RunConfig, device: &Device) -> (Vec<f32>, Vec<u8>) {
    let mut run = Run::prepare(config, device).unwrap();
    let mut losses = Vec::new();
    run.train(|event| {
        losses.push(event.loss);
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
fn devices_give_the_same_losses() {
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    for architecture in ["isogloss-static", "bert"] {
        let config = config(dir.path(), architecture, "hybrid", 20);
        let (expected, _) = losses(&config, &Device::flex());
        for (name, device) in device::for_tests() {
            let (got, _) = losses(&config, &device);
            for (step, (g, e)) in got.iter().zip(&expected).enumerate() {
                let apart = (g - e).abs();
                assert!(apart < 1e-3, "{name}, {architecture}, step {step}: {g}, cpu {e}");
            }
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
        .train(
            |event| {
                if event.step == 7 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        )
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
    assert!(change(|c| c.training.temperature = 0.0).contains("training.temperature"));
    assert!(change(|c| c.training.learning_rate = f64::NAN).contains("training.learning_rate"));
    assert!(change(|c| c.data.parallel.clear()).contains("`data`"));
    assert!(change(|c| c.model.fresh = None).contains("`model`"));
    assert!(change(|c| c.batches.batch = 1000).contains("1000"));
}
