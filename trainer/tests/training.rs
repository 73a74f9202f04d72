//! What `train` and `report` offer around the training loop.
#![allow(clippy::unwrap_used, reason = "a test's panic is its failure")]

use std::fs;
use std::path::Path;

use artifact::ModelFiles;
use common::{done, read_json, read_lines, run_file, small_run, train};
use serde_json::{Value, json};

mod common;

fn weights(dir: &Path) -> Vec<u8> {
    ModelFiles::read(dir).unwrap().weights.to_vec()
}

fn events<'a>(lines: &'a [Value], event: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["event"] == event).collect()
}

#[test]
fn options_alone_make_the_run_that_a_file_makes() {
    let dir = small_run();
    let dir = dir.path();
    train(dir, "filed", &["--weight-decay", "0.01", "--warmup", "0.2"]);
    let options = "train --tokenizer tokenizer.json --lareqa data --composition hybrid --batch 8 \
        --steps 20 --learning-rate 1e-2 --weight-decay 0.01 --warmup 0.2 --device cpu --out given";
    let mut options: Vec<&str> = options.split_whitespace().collect();
    options.extend(["--model-config", "{ model_type = 'isogloss-static', hidden_size = 16 }"]);
    done(dir, &options);
    assert!(weights(&dir.join("filed")) == weights(&dir.join("given")), "other weights");
}

#[test]
fn the_run_file_beside_a_model_makes_it_again() {
    let dir = small_run();
    let dir = dir.path();
    train(dir, "first", &["--steps", "7", "--set", "batches.source_power=0.5", "--seed", "3"]);
    let recorded = fs::read_to_string(dir.join("first.run.toml")).unwrap();
    assert!(recorded.starts_with("# isogloss "), "{recorded}");
    let hash = artifact::sha256_hex(&fs::read(dir.join("data/de.json")).unwrap());
    assert!(recorded.contains(&format!("# {hash} de.json\n")), "{recorded}");
    let again = ["train", "--config", "first.run.toml", "--device", "cpu", "--out", "second"];
    done(dir, &again);
    assert!(weights(&dir.join("first")) == weights(&dir.join("second")), "other weights");
}

#[test]
fn prefixes_and_lengths_of_a_run_become_the_models() {
    let dir = small_run();
    let dir = dir.path();
    train(dir, "base", &[]);
    let contract = "--base base --query-prefix query: --passage-prefix passage: \
        --max-query-length 12 --max-passage-length 40 --steps 3";
    train(dir, "tuned", &contract.split_whitespace().collect::<Vec<_>>());
    let config = read_json(&dir.join("tuned/config.json"));
    let contract = &config["isogloss"];
    assert_eq!(contract["query_prefix"], "query:");
    assert_eq!(contract["passage_prefix"], "passage:");
    assert_eq!(
        (&contract["max_query_length"], &contract["max_passage_length"]),
        (&json!(12), &json!(40))
    );
    common::refused(
        dir,
        &["train", "--config", "run.toml", "--out", "x", "--max-query-length", "0"],
        &["max_query_length"],
    );
}

/// The run file of a transformer.
fn transformer(dir: &Path) {
    let bert = "model_type = \"bert\"\nnum_hidden_layers = 1\nnum_attention_heads = 2\n\
        intermediate_size = 32\nmax_position_embeddings = 256";
    let text = run_file(Path::new("data")).replace("model_type = \"isogloss-static\"", bert);
    fs::write(dir.join("run.toml"), text).unwrap();
}

#[test]
fn a_large_batch_fits_a_small_budget() {
    let dir = small_run();
    let dir = dir.path();
    transformer(dir);
    let batch = ["--batch", "24", "--steps", "3", "--clip-norm", "0.5"];
    train(dir, "whole", &batch);
    train(dir, "budget", &[&batch[..], &["--token-budget", "128"]].concat());
    let losses = |out: &str| -> Vec<f64> {
        let lines = read_lines(&dir.join(format!("{out}.metrics.jsonl")));
        let steps = events(&lines, "step");
        assert!(steps.iter().all(|step| step["gradient_norm"].as_f64().unwrap() > 0.0));
        steps.iter().map(|step| step["loss"].as_f64().unwrap()).collect()
    };
    for (a, b) in losses("whole").iter().zip(losses("budget")) {
        assert!((a - b).abs() < 1e-4, "{a} and {b}");
    }
}

#[test]
fn the_best_weights_are_kept_and_a_run_that_gets_no_better_stops() {
    let dir = small_run();
    let dir = dir.path();
    let valid = "--valid-lareqa data --valid-every 5 --patience 2 --steps 1000 --learning-rate 3";
    let ran = train(dir, "model", &valid.split_whitespace().collect::<Vec<_>>());
    assert!(ran.stderr.contains("stopped early: "), "{}", ran.stderr);
    let lines = read_lines(&dir.join("model.metrics.jsonl"));
    let validations = events(&lines, "validation");
    let best = validations.iter().rev().find(|line| line["best"] == true).unwrap();
    let end = lines.last().unwrap();
    assert_eq!(end["ended"], "stopped-early");
    assert_eq!(end["steps"], best["step"].as_u64().unwrap() + 10);
    let manifest = read_json(&dir.join("model/manifest.json"));
    assert_eq!(
        (&manifest["training"]["steps"], &manifest["name"]),
        (&best["step"], &json!("model"))
    );
}

#[test]
fn negatives_and_switched_words_are_trained_with() {
    let dir = small_run();
    let dir = dir.path();
    let mut rows = String::new();
    for id in 0..20 {
        for (lang, word) in [("de", "Katze"), ("en", "cat")] {
            let row = json!({
                "id": id, "lang": lang, "query": format!("{word} {id} {lang}"),
                "passage": format!("{word} number {id} {lang}"),
                "negatives": (0..id % 3).map(|n| format!("no {word} {id} {n}")).collect::<Vec<_>>(),
            });
            rows.extend([row.to_string().as_str(), "\n"]);
        }
    }
    fs::write(dir.join("rows.jsonl"), rows).unwrap();
    fs::write(dir.join("words.tsv"), "de\ten\nKatze\tcat\n").unwrap();
    let more = "--parallel rows.jsonl --negatives-per-query 2 --dictionaries words.tsv \
        --switch-rows 0.5 --switch-words 1 --batch 6";
    let ran = train(dir, "model", &more.split_whitespace().collect::<Vec<_>>());
    assert!(ran.stderr.contains("hard negatives: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("code-switched"), "{}", ran.stderr);
    let lines = read_lines(&dir.join("model.metrics.jsonl"));
    let drawn = &lines.last().unwrap()["drawn"];
    assert!(drawn["negatives"]["drawn"].as_u64().unwrap() > 0, "{drawn}");
    assert!(drawn["switched"]["count"].as_u64().unwrap() > 0, "{drawn}");
}

#[test]
fn a_model_learns_from_a_teacher() {
    let dir = small_run();
    let dir = dir.path();
    train(dir, "teacher", &[]);
    let more = ["--objective", "mimo", "--teacher", "teacher", "--steps", "30", "--seed", "9"];
    train(dir, "student", &more);
    let lines = read_lines(&dir.join("student.metrics.jsonl"));
    let steps = events(&lines, "step");
    let loss = |step: usize| steps[step]["loss"].as_f64().unwrap();
    assert!(loss(29) < loss(0), "{} became {}", loss(0), loss(29));
}

#[test]
fn a_report_shows_runs_side_by_side() {
    let dir = small_run();
    let dir = dir.path();
    train(dir, "a", &["--valid-lareqa", "data", "--valid-every", "10"]);
    train(dir, "b", &["--learning-rate", "0.03"]);
    let ran = done(dir, &["report", "a", "b.metrics.jsonl", "--out", "page.html"]);
    assert!(ran.stdout.contains('a') && ran.stdout.contains('b'), "{}", ran.stdout);
    let page = fs::read_to_string(dir.join("page.html")).unwrap();
    for part in ["<svg", "learning_rate", "mAP", "</html>"] {
        assert!(page.contains(part), "no {part}");
    }
    assert!(!page.contains("http://") || !page.contains("src=\"http"), "nothing is fetched");
    common::refused(dir, &["report", "c"], &["c: No such file"]);
    fs::write(dir.join("d"), "{}\n").unwrap();
    common::refused(dir, &["report", "d"], &["d, line 1", "not a line of a journal"]);
}
