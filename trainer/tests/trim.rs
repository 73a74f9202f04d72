//! A trimmed model is smaller and gives the texts it was trimmed to the vectors it gave before.

#![allow(clippy::unwrap_used, reason = "a test's panic is its failure")]

mod common;

use std::fs;
use std::path::Path;

use artifact::ModelFiles;
use common::{done, isogloss, listing, program, published, ran, small_run, train};

const COVERED: &str =
    "{\"id\": \"a\", \"text\": \"Cats sleep.\"}\n{\"id\": \"b\", \"text\": \"Der Mond: 7\"}\n";

/// Vectors of `texts` in both roles, to the bit.
fn vectors(dir: &Path, model: &str, texts: &str) -> Vec<Vec<f32>> {
    let mut vectors = Vec::new();
    for role in ["query", "passage"] {
        let out = format!("{role}.npy");
        let encode = ["encode", "--model", model, "--texts", texts, "--role", role, "--device"];
        done(dir, &[&encode[..], &["cpu", "--out", &out]].concat());
        let batches = store::read(&dir.join(&out)).unwrap();
        vectors.extend(batches.map(|batch| batch.unwrap().vectors));
        for file in ["npy", "ids.jsonl", "about.json"] {
            fs::remove_file(dir.join(format!("{role}.{file}"))).unwrap();
        }
    }
    vectors
}

/// The cells of the row `name` of the table of sizes.
fn row(printed: &str, name: &str) -> Vec<String> {
    let line = printed.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
    line.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn texts_of_the_corpus_keep_their_vectors_and_the_sizes_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    fs::write(dir.join("covered.jsonl"), COVERED).unwrap();
    fs::write(dir.join("more.txt"), "Cats sleep.\n").unwrap();
    for name in ["bert-cls", "xlmr-mean", "modernbert-mean", "static"] {
        let model = published(name);
        let model = model.to_str().unwrap();
        let corpus = ["--corpus", "covered.jsonl", "more.txt", "--out", "small"];
        let ran = done(dir, &[&["trim", "--model", model], &corpus[..]].concat());
        let pieces = row(&ran.stdout, "pieces");
        let [before, after] = [1, 2].map(|cell| pieces[cell].parse::<u64>().unwrap());
        assert!(after < before, "{name}: {pieces:?}");
        let config = common::read_json(&dir.join("small/config.json"));
        assert_eq!(config["vocab_size"], after, "{name}");
        for row_name in ["tokenizer.json", "table", "model"] {
            assert_eq!(row(&ran.stdout, row_name)[2], "MB", "{}", ran.stdout);
        }
        let unknown = row(&ran.stdout, "unknown tokens of the corpus:");
        assert_eq!(unknown[5], unknown[11], "{name}: as many as before: {unknown:?}");
        let expected = vectors(dir, model, "covered.jsonl");
        assert_eq!(vectors(dir, "small", "covered.jsonl"), expected, "{name}");
        ModelFiles::read(&dir.join("small")).unwrap();
    }
}

#[test]
fn a_model_of_ours_keeps_its_history_and_a_benchmark_its_scores() {
    let dir = small_run();
    let dir = dir.path();
    train(dir, "model", &[]);
    let (before, _) = common::evaluate(dir, "model", "data", &["--record"]);
    done(dir, &["trim", "--model", "model", "--corpus", "data", "--out", "small"]);
    let (after, _) = common::evaluate(dir, "small", "data", &[]);
    assert_eq!(after.stdout, before.stdout);

    let [was, is] =
        ["model", "small"].map(|model| common::read_json(&dir.join(model).join("manifest.json")));
    assert_eq!(is["name"], "small");
    assert_eq!(is["training"], was["training"]);
    assert!(was["scores"].as_object().is_some_and(|scores| !scores.is_empty()));
    assert_eq!(is["scores"], serde_json::json!({}), "measured on another model");
}

#[test]
fn languages_keep_their_scripts() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    fs::write(dir.join("covered.jsonl"), COVERED).unwrap();
    let model = published("bert-cls");
    let model = model.to_str().unwrap();
    let trim = ["trim", "--model", model, "--languages"];
    let both = done(dir, &[&trim[..], &["de,hi", "--out", "both"]].concat());
    assert!(!both.stdout.contains("unknown tokens"), "there is no corpus: {}", both.stdout);
    assert_eq!(
        vectors(dir, "both", "covered.jsonl"),
        vectors(dir, model, "covered.jsonl"),
        "German and English are in Latin letters"
    );
    // A corpus beside the languages adds its pieces.
    let hindi = ["hi", "--corpus", "covered.jsonl", "--out", "hindi"];
    done(dir, &[&trim[..], &hindi].concat());
    assert_eq!(vectors(dir, "hindi", "covered.jsonl"), vectors(dir, model, "covered.jsonl"),);
}

#[test]
fn what_cannot_be_trimmed_is_refused_and_nothing_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    fs::write(dir.join("bad.jsonl"), "{\"id\": \"a\", \"text\": \"x\"}\n{\"id\": 3}\n").unwrap();
    fs::write(dir.join("file"), "x").unwrap();
    fs::create_dir(dir.join("folder")).unwrap();
    let model = published("bert-cls");
    let trim = ["trim", "--model", model.to_str().unwrap()];
    let cases: [(&[&str], &[&str]); 7] = [
        (&["--out", "small"], &["--corpus", "--languages"]),
        (&["--languages", "de,xx", "--out", "small"], &["`xx`", "sr-Latn"]),
        (&["--corpus", "nowhere", "--out", "small"], &["nowhere: "]),
        (&["--corpus", "bad.jsonl", "--out", "small"], &["bad.jsonl:2", "`text`"]),
        (&["--corpus", "folder", "--out", "small"], &["folder", "{language}.json"]),
        (&["--corpus", "file", "--out", "file"], &["file: is a file"]),
        (&["--corpus", "file", "--out", "."], &["would be lost"]),
    ];
    let before = listing(dir);
    for (more, named) in cases {
        let refused = isogloss(dir, &[&trim[..], more].concat());
        assert_eq!(refused.code, Some(2), "{more:?}: {}", refused.stderr);
        for name in named {
            assert!(refused.stderr.contains(name), "{more:?}: no {name} in {}", refused.stderr);
        }
        assert_eq!(refused.stdout, "", "{more:?}");
        assert_eq!(listing(dir), before, "{more:?}");
    }
    // A wrong path is told before a model is looked for on the hub.
    let name = ["trim", "--model", "owner/name", "--corpus", "nowhere", "--out", "small"];
    let refused = ran(program(dir).args(name));
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
}
