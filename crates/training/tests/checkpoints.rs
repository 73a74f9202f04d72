//! A run that was cut ends in the same weights as one that was not, bit for bit.
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;
use std::path::Path;

use burn::tensor::Device;
use isogloss_training::{Checkpoints, Ended, Event, Run, RunConfig, TrainingError};
use serde_json::{Value, json};

mod common;
#[path = "common/fields.rs"]
mod fields;

use common::{config, write_data};
use fields::with;

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

/// Everything that a step can be made of, in combinations.
fn everything(dir: &Path) -> Vec<(&'static str, RunConfig)> {
    let held_out = dir.join("parallel.jsonl");
    let learned = json!({"kind": "contrastive", "learn_temperature": true, "softmax": "per-direction",
        "directions": ["query-to-passage", "passage-to-query", "passage-to-passage"]});
    let lexicon = dir.join("lexicon.tsv");
    std::fs::write(&lexicon, "de\ten\tes\nwode\twoen\twoes\ndade\tdaen\tdaes\n").unwrap();
    let all = json!({
        "training": {"steps": 16, "accumulate": 2, "clip_norm": 0.5, "weight_decay": 0.01,
            "decay": "cosine", "layer_decay": 1.0, "checkpoint_every": 3},
        "batches": {"composition": "hybrid:0.9..0.1"},
        "objective": learned,
        "validation": {"parallel": [held_out], "every": 4, "pairs_at_most": 20},
    });
    let dropout = json!({"hidden_dropout_prob": 0.2, "attention_probs_dropout_prob": 0.2,
        "embedding_dropout": 0.2, "mlp_dropout": 0.2, "attention_dropout": 0.2});
    let case = |architecture: &str, fields: &Value| {
        let config = with(&config(dir, architecture, "hybrid", 16), &all);
        let config = with(&config, &json!({"model": {"fresh": {"config": dropout}}}));
        with(&config, fields)
    };
    let budget = json!({"training": {"token_budget": 40}});
    let full = json!({"training": {"token_budget": 60, "embeddings": "full", "layer_decay": 0.8}});
    let frozen = json!({"training": {"embeddings": "frozen", "freeze_layers": 1, "accumulate": 1,
        "groups": [{"names": ["objective."], "learning_rate": 0.05}]},
        "model": {"fresh": {"config": {"num_hidden_layers": 2}}}});
    let half = json!({"training": {"precision": "f16", "loss_scale": 1e6, "token_budget": 90}});
    let matryoshka = json!({"objective": {"kind": "matryoshka", "dimensions": [16, 4], "of": learned},
        "training": {"embeddings": "full"}});
    let switched = json!({"data": {"dictionaries": [lexicon]},
        "batches": {"code_switch": {"rows": 0.5, "words": 1.0}},
        "objective": {"kind": "lakda"}});
    vec![
        ("passes, sparse rows", case("bert", &budget)),
        ("passes, all rows", case("modernbert", &full)),
        ("frozen, own rate of the temperature", case("bert", &frozen)),
        ("f16", case("bert", &half)),
        ("static, all rows, matryoshka", case("isogloss-static", &matryoshka)),
        ("switched words, translations", case("isogloss-static", &switched)),
    ]
}

/// Trains until the end or `stop`; what was told, less the time it took.
fn told(run: &mut Run, stop: u64) -> Vec<String> {
    let mut told = Vec::new();
    run.train(|event| {
        let step = match event {
            Event::Step(t) => {
                let numbers = (t.step, t.loss, t.rate, t.rows, t.gradient_norm, t.loss_scale);
                told.push(format!("{numbers:?} {} {:?} {}", t.kind, t.temperature, t.skipped));
                t.step
            }
            Event::Validation(v) => {
                told.push(format!("{} {} {}", v.step, v.value, v.best));
                v.step
            }
        };
        if step >= stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .unwrap();
    told
}

#[test]
fn whatever_a_step_is_made_of_a_resumed_run_takes_the_same_steps() {
    let _turn = TURN.lock();
    for at in 0..6 {
        let (dir, whole_dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        write_data(dir.path());
        let (name, config) = everything(dir.path()).swap_remove(at);
        let device = Device::flex();
        let kept = Checkpoints { folder: dir.path().join("kept"), every: 3, kept: 1 };
        let mut whole = Run::prepare(&config, &device).unwrap();
        let all_kept = Checkpoints { folder: whole_dir.path().join("kept"), ..kept.clone() };
        whole.keep(all_kept, "test");
        let expected = told(&mut whole, u64::MAX);
        let of_step = |line: &String| -> u64 {
            let digits = line.trim_start_matches('(');
            digits[..digits.find([',', ' ']).unwrap()].parse().unwrap()
        };
        for (stop, taken) in [(5, 0), (11, 3), (u64::MAX, 9)] {
            let mut run = Run::resume(&config, &device, &kept).unwrap();
            assert_eq!(run.steps(), taken, "{name}");
            run.keep(kept.clone(), "test");
            let got = told(&mut run, stop);
            let rest: Vec<&String> = expected.iter().filter(|line| of_step(line) > taken).collect();
            assert!(got.iter().zip(&rest).all(|(got, rest)| got == *rest), "{name}: {got:#?}");
            if stop == u64::MAX {
                assert_eq!(got.len(), rest.len(), "{name}");
                assert!(weights(&run) == weights(&whole), "{name}: other weights");
                let result = |run: &Run| run.result("m", "test").unwrap().weights.to_vec();
                assert!(result(&run) == result(&whole), "{name}: another best model");
                assert_eq!(run.best(), whole.best());
            }
        }
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
