//! Validation says what is so, keeps the best weights, and stops a run that gets no better.

use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use artifact::{Directory, Weights};
use burn::tensor::Device;
use encoder::{Encoder, Options, Role};
use isogloss_training::{Checkpoints, Ended, Event, Run, RunConfig, Validated};
use serde_json::{Value, json};

use crate::common::{config, write_data};
use crate::fields::with;
use crate::runs::train_until;

/// Every fourth meaning of the training data in `languages`; with the passage of the meaning that
/// is `shift` further on.
fn write_held_out(dir: &Path, languages: &[&str], shift: usize) -> PathBuf {
    let rows = std::fs::read_to_string(dir.join("parallel.jsonl")).unwrap();
    let rows: Vec<Value> = rows.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    let mut out = String::new();
    for (at, row) in rows.iter().enumerate() {
        if at / 3 % 4 != 0 || !languages.contains(&row["lang"].as_str().unwrap()) {
            continue;
        }
        let mut row = row.clone();
        row["passage"] = rows[(at + 3 * shift) % rows.len()]["passage"].clone();
        writeln!(out, "{row}").unwrap();
    }
    let path = dir.join("held-out.jsonl");
    std::fs::write(&path, out).unwrap();
    path
}

fn validating(dir: &Path, architecture: &str, fields: &Value) -> RunConfig {
    let config = config(dir, architecture, "hybrid", 24);
    with(&config, &json!({"validation": fields}))
}

fn checkpoints(dir: &Path, every: u64) -> Checkpoints {
    Checkpoints { folder: dir.join("checkpoints"), every, kept: 2 }
}

/// A held-out pair: id, query, passage, and their embeddings by the trained model.
struct Judged {
    id: String,
    passage: String,
    query_vector: Vec<f32>,
    passage_vector: Vec<f32>,
}

fn judged(run: &Run, dir: &Path, held_out: &Path) -> Vec<Judged> {
    let model = dir.join("model");
    run.files("m", "test").unwrap().write(&model).unwrap();
    let device = Device::flex();
    let directory = Directory::open(&model, false).unwrap();
    let encoder = Encoder::open(&directory, &device, Options::default()).unwrap();
    let rows = std::fs::read_to_string(held_out).unwrap();
    let embed = |text: &str, role| pollster::block_on(encoder.encode(&[text], role)).unwrap();
    rows.lines()
        .map(|row| {
            let row: Value = serde_json::from_str(row).unwrap();
            let text = |name: &str| row[name].as_str().unwrap().to_owned();
            let (query, passage) = (text("query"), text("passage"));
            let query_vector = embed(&query, Role::Query);
            let passage_vector = embed(&passage, Role::Passage);
            Judged { id: text("id"), passage, query_vector, passage_vector }
        })
        .collect()
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum()
}

/// Ranks of the right passages of each query, from 1.
fn ranks(all: &[Judged]) -> Vec<Vec<usize>> {
    let rank_all = |query: &Judged| {
        let mut pool: Vec<(f64, &str, bool)> = all
            .iter()
            .map(|p| (dot(&query.query_vector, &p.passage_vector), &*p.passage, p.id == query.id))
            .collect();
        pool.sort_by(|a, b| b.0.total_cmp(&a.0));
        pool.dedup_by(|a, b| a.1 == b.1);
        (1..).zip(&pool).filter(|(_, p)| p.2).map(|(rank, _)| rank).collect()
    };
    all.iter().map(rank_all).collect()
}

fn last(validations: &[Validated]) -> f64 {
    validations.last().unwrap().value
}

#[test]
fn measures_are_those_computed_by_hand() {
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    for architecture in ["isogloss-static", "bert"] {
        for measure in ["mAP", "nDCG@10"] {
            // Shifted, so that the values are not simply 1.
            let held_out = write_held_out(dir.path(), &["de", "en", "es"], 1);
            let fields = json!({"parallel": [held_out], "measure": measure, "every": 10});
            let config = validating(dir.path(), architecture, &fields);
            let mut run = Run::prepare(&config, &Device::flex()).unwrap();
            let (_, validations) = train_until(&mut run, u64::MAX);
            let steps: Vec<u64> = validations.iter().map(|v| v.step).collect();
            assert_eq!(steps, [10, 20, 24], "every tenth step and the last");
            let ranks = ranks(&judged(&run, dir.path(), &held_out));
            assert!(ranks.len() == 18 && ranks.iter().all(|ranks| ranks.len() == 3));
            let gain = |rank: usize| 1.0 / (rank as f64 + 1.0).log2();
            let of_query = |ranks: &Vec<usize>| -> f64 {
                let found = (1..).zip(ranks);
                if measure == "mAP" {
                    return found.map(|(n, &rank)| f64::from(n) / rank as f64).sum::<f64>() / 3.0;
                }
                let found = found.filter(|(_, rank)| **rank <= 10).map(|(_, &rank)| gain(rank));
                found.sum::<f64>() / (gain(1) + gain(2) + gain(3))
            };
            let by_hand = ranks.iter().map(of_query).sum::<f64>() / 18.0;
            let told = last(&validations);
            assert!((told - by_hand).abs() < 1e-6, "{architecture}, {measure}: {told}, {by_hand}");
            assert!((0.02..0.95).contains(&told), "{told} tells nothing");
        }
    }
}

#[test]
fn the_loss_is_that_of_the_held_out_pairs() {
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    // One language and six meanings: one batch holds them all, in whatever order.
    let held_out = write_held_out(dir.path(), &["de"], 0);
    for architecture in ["isogloss-static", "bert"] {
        let fields = json!({"parallel": [held_out], "measure": "loss", "every": 30});
        let fields = validating(dir.path(), architecture, &fields);
        let config = with(&fields, &json!({"training": {"steps": 6}}));
        let mut run = Run::prepare(&config, &Device::flex()).unwrap();
        let (_, validations) = train_until(&mut run, u64::MAX);
        let all = judged(&run, dir.path(), &held_out);
        let loss_of = |at: usize| -> f64 {
            let scores = all.iter().map(|p| dot(&all[at].query_vector, &p.passage_vector) / 0.05);
            let scores: Vec<f64> = scores.collect();
            scores.iter().map(|score| score.exp()).sum::<f64>().ln() - scores[at]
        };
        let by_hand = (0..6).map(loss_of).sum::<f64>() / 6.0;
        let told = last(&validations);
        assert!((told - by_hand).abs() < 1e-4 * by_hand, "{architecture}: {told}, {by_hand}");
    }
}

/// A run whose held-out pairs are wrong: the better it learns, the worse it does.
fn worsening(dir: &Path, fields: &Value) -> RunConfig {
    write_data(dir);
    let held_out = write_held_out(dir, &["de", "en", "es"], 2);
    let wrong = json!({"parallel": [held_out], "every": 3, "measure": "loss"});
    let fields = with(&validating(dir, "bert", &wrong), &json!({"validation": fields}));
    with(&fields, &json!({"training": {"warmup": 0.5}}))
}

fn weights(run: &Run) -> Vec<u8> {
    run.files("m", "test").unwrap().weights.to_vec()
}

#[test]
fn the_best_weights_are_the_result() {
    let dir = tempfile::tempdir().unwrap();
    let config = worsening(dir.path(), &json!({}));
    let mut run = Run::prepare(&config, &Device::flex()).unwrap();
    run.keep(checkpoints(dir.path(), 0), "test");
    let (_, validations) = train_until(&mut run, u64::MAX);
    let lowest = validations.iter().min_by(|a, b| a.value.total_cmp(&b.value)).unwrap();
    let best = run.best().unwrap();
    assert_eq!((best.step, best.value), (lowest.step, lowest.value));
    assert!(best.step < 24 && lowest.best, "{validations:?}");

    let result = run.result("chosen", "test").unwrap();
    assert_eq!(result.manifest.training.as_ref().unwrap().steps, best.step);
    assert_eq!(result.manifest.name, "chosen");
    let mut again = Run::prepare(&config, &Device::flex()).unwrap();
    train_until(&mut again, best.step);
    assert!(result.weights.to_vec() == weights(&again), "not the weights of step {}", best.step);
    assert!(result.weights.to_vec() != weights(&run));
    Weights::parse("the result", result.weights.to_vec()).unwrap();

    let last = with(&config, &json!({"validation": {"keep": "last"}}));
    let mut last = Run::prepare(&last, &Device::flex()).unwrap();
    last.keep(checkpoints(dir.path(), 0), "test");
    train_until(&mut last, u64::MAX);
    assert!(last.result("m", "test").unwrap().weights.to_vec() == weights(&run));
}

fn ends(run: &mut Run, stop: u64) -> (Ended, u64) {
    let outcome = run.train(|event| match event {
        Event::Step(taken) if taken.step >= stop => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    let outcome = outcome.unwrap();
    (outcome.ended, outcome.steps)
}

#[test]
fn a_run_that_gets_no_better_stops_and_a_resumed_one_goes_on_counting() {
    let dir = tempfile::tempdir().unwrap();
    let config = worsening(dir.path(), &json!({"patience": 3}));
    let device = Device::flex();
    let whole_dir = tempfile::tempdir().unwrap();
    let mut whole = Run::prepare(&config, &device).unwrap();
    whole.keep(checkpoints(whole_dir.path(), 0), "test");
    let (ended, steps) = ends(&mut whole, u64::MAX);
    let best = whole.best().unwrap();
    assert_eq!((ended, steps), (Ended::StoppedEarly, best.step + 3 * 3));
    assert!(steps < 24 && best.since == 3);

    // Cut between the second and the third validation that was no better.
    let cut = best.step + 8;
    let kept = checkpoints(dir.path(), 1);
    let mut run = Run::prepare(&config, &device).unwrap();
    run.keep(kept.clone(), "test");
    assert_eq!(ends(&mut run, cut).0, Ended::Interrupted);
    let mut run = Run::resume(&config, &device, &kept).unwrap();
    run.keep(kept, "test");
    assert_eq!(run.steps(), cut - 1);
    assert_eq!(run.best().map(|best| (best.step, best.since)), Some((best.step, 2)));
    assert_eq!(ends(&mut run, u64::MAX), (Ended::StoppedEarly, steps));
    assert_eq!(run.best(), Some(best));
    let of = |run: &Run| run.result("m", "test").unwrap().weights.to_vec();
    assert!(of(&run) == of(&whole), "another best model");
}

#[test]
fn little_gains_are_none() {
    let dir = tempfile::tempdir().unwrap();
    let config = worsening(dir.path(), &json!({"least_gain": 100.0, "patience": 2}));
    let mut run = Run::prepare(&config, &Device::flex()).unwrap();
    // The first is the best there is; two that are not a hundred better end it.
    assert_eq!(ends(&mut run, u64::MAX), (Ended::StoppedEarly, 9));
}

#[test]
fn held_out_files_that_have_changed_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let config = worsening(dir.path(), &json!({}));
    let kept = checkpoints(dir.path(), 2);
    let mut run = Run::prepare(&config, &Device::flex()).unwrap();
    run.keep(kept.clone(), "test");
    ends(&mut run, 5);
    assert!(Run::resume(&config, &Device::flex(), &kept).is_ok());
    let path = dir.path().join("held-out.jsonl");
    let rows = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, rows.replacen("deq0", "deq9", 1)).unwrap();
    let error = Run::resume(&config, &Device::flex(), &kept).err().unwrap().to_string();
    assert!(error.contains("validation: held-out.jsonl has changed"), "{error}");
}

#[test]
fn a_run_that_is_interrupted_keeps_no_checkpoint_of_that_step() {
    let dir = tempfile::tempdir().unwrap();
    let config = worsening(dir.path(), &json!({}));
    let kept = checkpoints(dir.path(), 2);
    let mut run = Run::prepare(&config, &Device::flex()).unwrap();
    run.keep(kept.clone(), "test");
    ends(&mut run, 6);
    // The validation of step 6 was not made: a run resumed after it would lack it.
    assert_eq!(Run::resume(&config, &Device::flex(), &kept).unwrap().steps(), 4);
}
