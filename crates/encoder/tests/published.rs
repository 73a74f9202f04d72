//! Models as they are published give the numbers that Python's libraries give.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use artifact::Directory;
use isogloss_encoder::{Encoder, Options, Role};

mod parity;

const MODELS: [&str; 10] = [
    "bert-cls",
    "bert-last",
    "minilm-mean",
    "xlmr-mean",
    "xlmr-cls",
    "xlmr-plain",
    "modernbert-mean",
    "modernbert-cls",
    "modernbert-plain",
    "static",
];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn open(name: &str) -> Directory {
    Directory::open(&fixture(name), false).unwrap()
}

#[test]
fn every_hidden_state_and_embedding_is_that_of_transformers() {
    let mut failures = Vec::new();
    for (device_name, device) in device::for_tests() {
        let most = if device_name == "cpu" { 1e-4 } else { 1e-3 };
        for model in MODELS {
            let found = pollster::block_on(parity::compare(&open(model), &device));
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
