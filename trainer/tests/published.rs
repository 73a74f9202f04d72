//! Models as others publish them: used as they are, or refused with what is wrong in them.

#![allow(clippy::unwrap_used, reason = "a test's panic is its failure")]

mod common;

use std::fs;
use std::path::Path;

use artifact::{Stored, Weights};
use common::{copy, done, edit, evaluate, published, refused, small_corpus};
use serde_json::json;

/// A folder with a small benchmark, and with a copy of a published model.
fn folder(name: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    small_corpus(dir.path(), "data", 6);
    copy(&published(name), &dir.path().join("model"));
    dir
}

const EVALUATE: [&str; 9] =
    ["evaluate", "--benchmark", "lareqa", "--device", "cpu", "--data", "data", "--model", "model"];

/// Changes the weights of `model` in place.
fn change(dir: &Path, change: impl FnOnce(&mut Weights)) {
    let path = dir.join("model/model.safetensors");
    let mut weights = Weights::parse("w", fs::read(&path).unwrap()).unwrap();
    change(&mut weights);
    fs::write(path, weights.to_bytes().unwrap()).unwrap();
}

#[test]
fn every_family_is_scored_and_can_be_trained_on() {
    for name in ["bert-cls", "xlmr-mean", "modernbert-mean", "static"] {
        let dir = folder(name);
        let dir = dir.path();
        let (ran, report) = evaluate(dir, "model", "data", &[]);
        let map = report["mean"]["multilingual"]["map"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&map), "{name}: {}", ran.stdout);
        if name == "bert-cls" {
            let note = "note: the weights hold tensors that the encoder does not use: ";
            assert!(ran.stderr.contains(note), "{}", ran.stderr);
        }

        let run = common::run_file(Path::new("data"));
        let (_, rest) = run.split_once("[data]").unwrap();
        fs::write(dir.join("run.toml"), format!("[model]\nbase = \"model\"\n[data]{rest}"))
            .unwrap();
        common::train(dir, "tuned", &["--steps", "2"]);
        let manifest = common::read_json(&dir.join("tuned/manifest.json"));
        assert_eq!(manifest["training"]["base"], "model", "{name}");
        evaluate(dir, "tuned", "data", &[]);
    }
}

#[test]
fn a_model_without_a_manifest_is_read_and_nothing_is_recorded_in_it() {
    let dir = common::small_run();
    let dir = dir.path();
    common::train(dir, "model", &[]);
    let (with, _) = evaluate(dir, "model", "data", &[]);
    fs::remove_file(dir.join("model/manifest.json")).unwrap();
    let (without, _) = evaluate(dir, "model", "data", &[]);
    assert_eq!(with.stdout, without.stdout);
    let record = [&EVALUATE[..], &["--record"]].concat();
    refused(dir, &record, &["--record", "model has none"]);
}

#[test]
fn configs_that_make_no_encoder_are_named() {
    let dir = folder("bert-cls");
    let dir = dir.path();
    let good = fs::read(dir.join("model/config.json")).unwrap();
    for (field, value, named) in [
        ("model_type", json!("mamba"), &["config.json", "mamba"][..]),
        ("num_attention_heads", json!(5), &["config.json", "num_attention_heads"]),
        ("num_attention_heads", json!(0), &["config.json", "num_attention_heads"]),
        ("hidden_act", json!("snake"), &["config.json", "snake"]),
        ("pad_token_id", json!(100_000), &["config.json", "pad_token_id"]),
        ("position_embedding_type", json!("relative_key"), &["config.json", "relative_key"]),
        ("vocab_size", json!(77), &["tokenizer.json has 250 pieces", "`vocab_size` 77"]),
        (
            "vocab_size",
            json!(300),
            &["embeddings.word_embeddings.weight", "[250, 32]", "[300, 32]"],
        ),
        ("intermediate_size", json!(48), &["intermediate.dense.weight", "must be [48, 32]"]),
        ("num_hidden_layers", json!(4), &["missing", "encoder.layer.3.attention"]),
        ("num_hidden_layers", json!(1_000_000_000), &["config.json", "num_hidden_layers"]),
        ("vocab_size", json!(u64::MAX), &["[18446744073709551615, 32]"]),
    ] {
        edit(&dir.join("model/config.json"), |config| config[field] = value.clone());
        refused(dir, &EVALUATE, named);
        fs::write(dir.join("model/config.json"), &good).unwrap();
    }
    fs::write(dir.join("model/config.json"), "{\n\"model_type\": \"bert\",\n").unwrap();
    refused(dir, &EVALUATE, &["config.json: line 3"]);
    fs::remove_file(dir.join("model/config.json")).unwrap();
    refused(dir, &EVALUATE, &["model is not a model directory: it has no config.json"]);
}

#[test]
fn modules_that_are_not_known_are_named_not_left_out() {
    let dir = folder("bert-cls");
    let dir = dir.path();
    let modules = dir.join("model/modules.json");
    let good = fs::read(&modules).unwrap();
    edit(&modules, |modules| modules[2]["type"] = json!("sentence_transformers.models.LSTM"));
    refused(dir, &EVALUATE, &["modules.json", "LSTM"]);
    fs::write(&modules, &good).unwrap();
    edit(&modules, |modules| modules[1]["path"] = json!("../data"));
    refused(dir, &EVALUATE, &["modules.json", "../data"]);
    fs::write(&modules, &good).unwrap();
    fs::remove_file(dir.join("model/2_Dense/model.safetensors")).unwrap();
    refused(dir, &EVALUATE, &["2_Dense", "model.safetensors"]);
    edit(&dir.join("model/1_Pooling/config.json"), |config| {
        config["pooling_mode_cls_token"] = json!(false);
        config["pooling_mode_max_tokens"] = json!(true);
    });
    refused(dir, &EVALUATE, &["1_Pooling/config.json", "max_tokens"]);
}

#[test]
fn tensors_that_do_not_fit_are_all_named_in_one_message() {
    let dir = folder("bert-cls");
    let dir = dir.path();
    change(dir, |weights| {
        let missing = "encoder.layer.0.attention.self.query.weight";
        let stored = weights.stored(missing, &[32, 32]).unwrap().clone();
        weights.retain(|name| name != missing);
        weights.insert("encoder.layer.0.attention.self.q.weight", vec![32, 32], stored);
        let wrong = "encoder.layer.1.output.LayerNorm.bias";
        weights.insert(wrong, vec![31], Stored::from_f32(&[0.0; 31]));
    });
    refused(
        dir,
        &EVALUATE,
        &[
            "missing: `encoder.layer.0.attention.self.query.weight`",
            "of another shape: `encoder.layer.1.output.LayerNorm.bias` is [31] and must be [32]",
            "not asked for: ",
            "`encoder.layer.0.attention.self.q.weight`",
        ],
    );
}

#[test]
fn weights_that_are_cut_or_incomplete_are_named() {
    let dir = folder("bert-cls");
    let weights = dir.path().join("model/model.safetensors");
    let good = fs::read(&weights).unwrap();
    fs::write(&weights, &good[..good.len() - 9]).unwrap();
    refused(dir.path(), &EVALUATE, &["model.safetensors is not a readable safetensors file"]);
    let mut lying = good.clone();
    lying[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    fs::write(&weights, lying).unwrap();
    refused(dir.path(), &EVALUATE, &["model.safetensors is not a readable safetensors file"]);
    fs::remove_file(&weights).unwrap();
    refused(dir.path(), &EVALUATE, &["model: no model.safetensors"]);

    let dir = folder("xlmr-mean");
    let shard = "model-00002-of-00003.safetensors";
    fs::remove_file(dir.path().join("model").join(shard)).unwrap();
    refused(dir.path(), &EVALUATE, &[shard]);
    let index = dir.path().join("model/model.safetensors.index.json");
    let text = fs::read_to_string(&index).unwrap().replace(shard, "../data/de.json");
    fs::write(&index, text).unwrap();
    refused(dir.path(), &EVALUATE, &["index.json", "`../data/de.json`"]);
}

#[test]
fn a_pickle_is_read_only_when_allowed_and_gives_the_same_scores() {
    let dir = folder("bert-last");
    let dir = dir.path();
    let (expected, _) = evaluate(dir, "model", "data", &[]);
    fs::remove_file(dir.join("model/model.safetensors")).unwrap();
    refused(dir, &EVALUATE, &["pytorch_model.bin", "pickle", "--allow-pickle"]);
    let (allowed, _) = evaluate(dir, "model", "data", &["--allow-pickle"]);
    assert_eq!(allowed.stdout, expected.stdout);
    let encode = ["encode", "--model", "model", "--texts", "data/de.json", "--out", "a.npy"];
    refused(dir, &encode, &["--allow-pickle"]);
    done(dir, &["trim", "--model", "model", "--allow-pickle", "--corpus", "data", "--out", "new"]);
    assert_eq!(evaluate(dir, "new", "data", &[]).0.stdout, expected.stdout);

    fs::write(dir.join("model/pytorch_model.bin"), "no pickle").unwrap();
    let allow = [&EVALUATE[..], &["--allow-pickle"]].concat();
    refused(dir, &allow, &["pytorch_model.bin is not a readable PyTorch file"]);
}
