//! The small published models among the fixtures, and the texts that they are tried on.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::path::{Path, PathBuf};

use artifact::Directory;
use serde_json::Value;

pub const MODELS: [&str; 10] = [
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

pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

pub fn directory(name: &str) -> Directory {
    Directory::open(&fixture(name), false).unwrap()
}

/// Short, long, empty and in several scripts.
pub fn texts(name: &str) -> Vec<String> {
    let golden = std::fs::read(fixture(name).join("golden.json")).unwrap();
    let golden: Value = serde_json::from_slice(&golden).unwrap();
    serde_json::from_value(golden["texts"].clone()).unwrap()
}
