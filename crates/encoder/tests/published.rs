//! Models as they are published give the numbers that Python's libraries give.
#![allow(clippy::unwrap_used)]

use artifact::Directory;
use burn::tensor::DType;
use isogloss_encoder::{Encoder, Options, Role};

mod models;
mod parity;

use models::{MODELS, directory};

#[test]
fn every_hidden_state_and_embedding_is_that_of_transformers() {
    let mut failures = Vec::new();
    for (device_name, device) in device::for_tests() {
        let most = if device_name == "cpu" { 1e-4 } else { 1e-3 };
        for model in MODELS {
            let found = pollster::block_on(parity::compare(&directory(model), &device));
            println!("{model:18} {device_name:5} {found:?}");
            let worst = found.states.max(found.embeddings);
            if worst.is_nan() || worst > most {
                failures.push(format!("{model} on {device_name}: {found:?}"));
            }
            assert!(found.compared > 0 || model == "static", "{model}: states were compared");
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

/// A sparse file stands for a table that no GPU binds: 4.4 GB of f32 rows, all but three of them
/// holes that the system reads as zeros.
#[test]
fn a_table_larger_than_any_binding_runs_where_it_lies() {
    use std::io::{Seek, SeekFrom, Write};
    const ROWS: u64 = 4_300_000;
    const SIZE: u64 = 256;
    let dir = tempfile::tempdir().unwrap();
    let bytes = ROWS * SIZE * 4;
    let header = format!(
        r#"{{"embedding.weight":{{"dtype":"F32","shape":[{ROWS},{SIZE}],"data_offsets":[0,{bytes}]}}}}"#
    );
    let mut file = std::fs::File::create(dir.path().join("model.safetensors")).unwrap();
    file.write_all(&(header.len() as u64).to_le_bytes()).unwrap();
    file.write_all(header.as_bytes()).unwrap();
    let start = 8 + header.len() as u64;
    file.set_len(start + bytes).unwrap();
    let last = ROWS - 1;
    for (row, at) in [(7, 0), (last, 1)] {
        file.seek(SeekFrom::Start(start + (row * SIZE + at) * 4)).unwrap();
        file.write_all(&3.0_f32.to_le_bytes()).unwrap();
    }
    drop(file);
    let vocabulary = serde_json::json!({"<unk>": 0, "near": 7, "far": last});
    let tokenizer = serde_json::json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
        "normalizer": null, "pre_tokenizer": {"type": "WhitespaceSplit"},
        "post_processor": null, "decoder": null,
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "<unk>"},
    });
    std::fs::write(dir.path().join("tokenizer.json"), tokenizer.to_string()).unwrap();
    let modules = r#"[{"idx": 0, "name": "0", "path": "",
        "type": "sentence_transformers.models.StaticEmbedding"}]"#;
    std::fs::write(dir.path().join("modules.json"), modules).unwrap();

    for (name, device) in device::for_tests() {
        let source = Directory::open(dir.path(), false).unwrap();
        let encoder = Encoder::open(&source, &device, Options::default()).unwrap();
        let vectors = pollster::block_on(encoder.encode(&["near far"], Role::Query)).unwrap();
        assert_eq!(&vectors[..3], [1.5, 1.5, 0.0], "{name}");
    }
}

/// Products in f16 lose digits, not the direction: the same texts stay the same texts.
///
/// Every backend computes in f16, the CPU's by imitating it; what a real GPU adds is speed.
#[test]
fn products_in_f16_keep_the_direction() {
    const TEXTS: [&str; 3] = ["Der Mond: 7", "月亮 القمر", "Кошки спят, а луна обходит землю."];
    for (name, device) in device::for_tests() {
        if name != "cpu" && !device.supports_dtype(DType::F16) {
            // This adapter has no f16 shaders: `--compute f16` is refused on it.
            continue;
        }
        for model in ["bert-cls", "xlmr-mean", "modernbert-mean"] {
            let encode = |dtype| {
                let options = Options { dtype, ..Options::default() };
                let encoder = Encoder::open(&directory(model), &device, options).unwrap();
                pollster::block_on(encoder.encode(&TEXTS, Role::Query)).unwrap()
            };
            let (exact, half) = (encode(DType::F32), encode(DType::F16));
            let size = exact.len() / TEXTS.len();
            for (a, b) in exact.chunks(size).zip(half.chunks(size)) {
                let cosine: f32 = a.iter().zip(b).map(|(x, y)| x * y).sum();
                println!("{model} {name} {cosine}");
                assert!(cosine > 0.999, "{model} on {name}: cosine {cosine}");
                assert_ne!(a, b, "{model} on {name}: nothing was computed in f16");
            }
        }
    }
}
