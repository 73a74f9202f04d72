//! Corpora become files of vectors: the model's own numbers, whole, resumable, by shard.

#![allow(clippy::unwrap_used, reason = "a test's panic is its failure")]

mod common;

use std::fs;
use std::path::Path;

use artifact::Weights;
use common::{done, published, read_json, refused};
use serde_json::json;
use store::{About, Batch};

/// Writes texts of a fixture as `texts.jsonl`, every other one with a language.
fn texts(dir: &Path, texts: &[&str]) {
    let rows = texts.iter().enumerate().map(|(at, text)| match at % 2 {
        0 => json!({"id": format!("t{at}"), "text": text, "lang": "en"}).to_string() + "\n",
        _ => json!({"_id": at, "text": text}).to_string() + "\n",
    });
    fs::write(dir.join("texts.jsonl"), rows.collect::<String>()).unwrap();
}

const TEXTS: [&str; 7] = [
    "Cats sleep.",
    "Der Mond: 7",
    "",
    "月亮 القمر",
    "The moon moves around the earth in about one month.",
    "Cats sleep for most of the day and hunt at night.",
    "Кошки спят.",
];

fn command<'a>(model: &'a str, out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let encode = ["encode", "--model", model, "--texts", "texts.jsonl", "--device", "cpu"];
    [&encode[..], &["--out", out], more].concat()
}

/// All rows of a file as one batch, and what the file says about itself.
fn read(path: &Path) -> (Batch, About) {
    let reader = store::read(path).unwrap();
    let about = reader.about().clone();
    let mut all = Batch::default();
    for batch in reader {
        let Batch { ids, langs, vectors } = batch.unwrap();
        all.ids.extend(ids);
        all.langs.extend(langs);
        all.vectors.extend(vectors);
    }
    (all, about)
}

fn difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(x, y)| (x - y).abs()).fold(0.0, f32::max)
}

#[test]
fn vectors_are_those_of_sentence_transformers_with_the_prompt_of_their_role() {
    for (name, roles) in [
        ("xlmr-mean", [("query", "embeddings.query"), ("passage", "embeddings.passage")]),
        ("bert-cls", [("query", "embeddings"), ("passage", "embeddings")]),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        let model = published(name);
        let golden = read_json(&model.join("golden.json"));
        let given: Vec<&str> =
            golden["texts"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
        texts(dir, &given);
        let numbers = fs::read(model.join("golden.safetensors")).unwrap();
        let numbers = Weights::parse("golden.safetensors", numbers).unwrap();
        for (role, tensor) in roles {
            let out = format!("{role}.parquet");
            done(dir, &command(model.to_str().unwrap(), &out, &["--role", role]));
            let (batch, about) = read(&dir.join(&out));
            let shape = [given.len(), about.origin.dimension];
            let expected = numbers.f32(tensor, &shape).unwrap();
            let apart = difference(&batch.vectors, &expected);
            assert!(apart < 1e-4, "{name} {role}: {apart}");
        }
    }
}

#[test]
fn parquet_and_npy_hold_the_same_rows_in_the_order_of_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    texts(dir, &TEXTS);
    let model = published("bert-cls");
    let model = model.to_str().unwrap();
    let said = done(dir, &command(model, "a.parquet", &[])).stderr;
    assert!(said.contains("a.parquet: 7 texts in "), "{said}");
    done(dir, &command(model, "new/a.npy", &[]));
    let (parquet, about) = read(&dir.join("a.parquet"));
    assert_eq!(parquet.ids, ["t0", "1", "t2", "3", "t4", "5", "t6"]);
    let en = || Some("en".to_owned());
    assert_eq!(parquet.langs, [en(), None, en(), None, en(), None, en()]);
    assert_eq!(about.texts, 7);
    assert_eq!(about.origin.dimension, 24, "after the dense layer");
    assert_eq!(about.origin.model, "bert-cls");
    assert_eq!(read(&dir.join("new/a.npy")).0, parquet);

    // Half precision rounds, and a language can be given to texts that name none.
    let more = ["--precision", "f16", "--lang", "de"];
    done(dir, &command(model, "half.npy", &more));
    let (half, about) = read(&dir.join("half.npy"));
    assert_eq!(half.langs[..2], [en(), Some("de".to_owned())]);
    assert_eq!(about.origin.precision, store::Precision::F16);
    let apart = difference(&half.vectors, &parquet.vectors);
    assert!(apart > 0.0 && apart < 1e-3, "{apart}");
}

#[test]
fn vectors_are_as_long_as_the_model_makes_them_unless_asked_otherwise() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    texts(dir, &TEXTS[..2]);
    let model = published("minilm-mean");
    let model = model.to_str().unwrap();
    let lengths = |out: &str, more: &[&str]| -> Vec<f32> {
        done(dir, &command(model, out, more));
        let (batch, about) = read(&dir.join(out));
        assert_eq!(about.origin.normalised, more.contains(&"--normalise"));
        let rows = batch.vectors.chunks(about.origin.dimension);
        rows.map(|row| row.iter().map(|x| x * x).sum::<f32>().sqrt()).collect()
    };
    assert!(lengths("own.npy", &[]).iter().all(|length| (length - 1.0).abs() > 1e-3));
    assert!(lengths("unit.npy", &["--normalise"]).iter().all(|l| (l - 1.0).abs() < 1e-5));
}

#[test]
fn shards_make_up_the_whole_and_a_cut_run_goes_on_where_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    texts(dir, &TEXTS);
    let model = published("xlmr-mean");
    let model = model.to_str().unwrap();
    done(dir, &command(model, "whole.parquet", &[]));
    let (whole, about) = read(&dir.join("whole.parquet"));
    let width = about.origin.dimension;

    // One of three by itself, as one machine of several would, then all.
    done(dir, &command(model, "parts", &["--shard", "2/3"]));
    let shards = command(model, "parts", &["--shards", "3"]);
    let said = done(dir, &shards).stderr;
    assert_eq!(said.matches("complete already").count(), 1, "{said}");
    let files = store::files(&dir.join("parts")).unwrap();
    assert_eq!(files.len(), 3);
    for (shard, file) in files.iter().enumerate() {
        let (part, _) = read(file);
        for (row, id) in part.ids.iter().enumerate() {
            let at = row * 3 + shard;
            assert_eq!(*id, whole.ids[at]);
            let range = |row: usize| row * width..(row + 1) * width;
            let apart = difference(&part.vectors[range(row)], &whole.vectors[range(at)]);
            assert!(apart < 1e-5, "{id}: {apart}");
        }
    }

    // A shard that is not there is encoded again, and no other.
    let kept = fs::read(&files[2]).unwrap();
    fs::remove_file(&files[0]).unwrap();
    let said = done(dir, &shards).stderr;
    assert_eq!(said.matches("complete already").count(), 2, "{said}");
    assert_eq!(said.matches("texts/s").count(), 1, "{said}");
    assert_eq!(fs::read(&files[2]).unwrap(), kept);
    assert_eq!(store::files(&dir.join("parts")).unwrap(), files);
}

#[test]
fn vectors_of_another_model_role_or_corpus_are_not_written_over() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    texts(dir, &TEXTS);
    let [first, second] = ["xlmr-mean", "bert-cls"].map(published);
    let [first, second] = [&first, &second].map(|path| path.to_str().unwrap());
    let shards = ["--shards", "2"];
    done(dir, &command(first, "parts", &shards));
    let folder = "parts/shard-00001-of-00002.parquet has other embeddings: ";
    let other = command(second, "parts", &shards);
    refused(dir, &other, &[folder, "model xlmr-mean", "not bert-cls", "remove it"]);
    let query = command(first, "parts", &["--shards", "2", "--role", "query"]);
    refused(dir, &query, &[folder, "role passage, not query"]);
    // A part that is not there yet may not join the parts of another model, or of another whole.
    fs::remove_file(dir.join("parts/shard-00002-of-00002.parquet")).unwrap();
    refused(dir, &command(second, "parts", &["--shard", "2/2"]), &[folder, "model"]);
    refused(dir, &command(first, "parts", &["--shard", "2/3"]), &["shard 1/2", "2/3"]);
    done(dir, &command(first, "parts", &shards));
    let half = command(first, "parts", &["--shards", "2", "--precision", "f16"]);
    refused(dir, &half, &[folder, "precision f32, not f16"]);
    texts(dir, &TEXTS[..5]);
    refused(dir, &command(first, "parts", &shards), &[folder, "corpus texts.jsonl"]);
}

#[test]
fn what_cannot_be_encoded_is_refused_and_nothing_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    texts(dir, &TEXTS);
    fs::write(dir.join("file"), "x").unwrap();
    let model = published("bert-cls");
    let model = model.to_str().unwrap();
    let cases: [(&str, &[&str], &[&str]); 9] = [
        ("a.bin", &[], &["a.bin: ", "`.parquet`", "`.npy`"]),
        ("a.parquet", &["--format", "npy"], &["a.parquet: ", "`.npy`"]),
        ("a.parquet", &["--shard", "1/2"], &["a.parquet: ", "folder"]),
        ("a", &["--shard", "3/2"], &["no shard 3 of 2"]),
        ("a", &["--shards", "0"], &["--shards 0"]),
        ("a.npy", &["--texts-format", "xml"], &["xml"]),
        ("a.npy", &["--texts-format", "tsv"], &["texts.jsonl:1", "`text`"]),
        ("a.npy", &["--compute", "f16"], &["f16"]),
        ("file/a.npy", &[], &["file"]),
    ];
    for (out, more, named) in cases {
        let before = common::listing(dir);
        let ran = common::isogloss(dir, &command(model, out, more));
        assert_eq!(ran.code, Some(2), "{out} {more:?}: {}", ran.stderr);
        for name in named {
            assert!(ran.stderr.contains(name), "{more:?}: no {name} in {}", ran.stderr);
        }
        assert_eq!(common::listing(dir), before, "{out} {more:?} left something");
    }
    let good = fs::read_to_string(dir.join("texts.jsonl")).unwrap();
    for (bad, named) in [("{\"id\": \"x\"}", "`text`"), ("{\"text\": \"x\"}", "id"), ("{", "JSON")]
    {
        fs::write(dir.join("texts.jsonl"), format!("{good}{bad}\n")).unwrap();
        refused(dir, &command(model, "a.parquet", &[]), &["texts.jsonl:8", named]);
        refused(dir, &command(model, "a.npy", &[]), &["texts.jsonl:8", named]);
    }
    fs::write(dir.join("texts.jsonl"), "").unwrap();
    refused(dir, &command(model, "a.npy", &[]), &["texts.jsonl", "no texts"]);
    fs::remove_file(dir.join("texts.jsonl")).unwrap();
    refused(dir, &command(model, "a.npy", &[]), &["texts.jsonl", "No such file"]);
}
