//! Models as they are published give, in the browser, the numbers that Python's libraries give.
//!
//! The comparison is that of the native test; the files are compiled in.

#![allow(clippy::unwrap_used)]

use artifact::{ArtifactError, Source, Weights};
use burn::tensor::Device;
use device::browser::{self, Kind, Preference};
use encoder::{Encoder, Options, Role};
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

#[path = "../../crates/encoder/tests/parity/mod.rs"]
mod parity;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// The files of a model by their path in it.
struct Files(&'static str, &'static [(&'static str, &'static [u8])]);

macro_rules! files {
    ($model:literal, $($name:literal),+ $(,)?) => {
        Files($model, &[$((
            $name,
            include_bytes!(concat!("../../crates/encoder/tests/fixtures/", $model, "/", $name)),
        )),+])
    };
}

impl Source for Files {
    fn place(&self) -> String {
        self.0.to_owned()
    }

    fn file(&self, name: &str) -> Result<Option<Vec<u8>>, ArtifactError> {
        Ok(self.1.iter().find(|(path, _)| *path == name).map(|(_, bytes)| bytes.to_vec()))
    }

    fn weights(&self, folder: &str) -> Result<Weights, ArtifactError> {
        let mut whole = Weights::default();
        for (path, bytes) in self.1 {
            let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
            if dir == folder && name.starts_with("model") && name.ends_with(".safetensors") {
                whole.extend("", Weights::parse(path, *bytes)?);
            }
        }
        Ok(whole)
    }
}

const MODELS: [Files; 10] = [
    files!(
        "bert-cls",
        "1_Pooling/config.json",
        "2_Dense/config.json",
        "2_Dense/model.safetensors",
        "config.json",
        "config_sentence_transformers.json",
        "golden.json",
        "golden.safetensors",
        "model.safetensors",
        "modules.json",
        "sentence_bert_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
    ),
    files!(
        "bert-last",
        "1_Pooling/config.json",
        "config.json",
        "config_sentence_transformers.json",
        "golden.json",
        "golden.safetensors",
        "model.safetensors",
        "modules.json",
        "sentence_bert_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
    ),
    files!(
        "minilm-mean",
        "1_Pooling/config.json",
        "config.json",
        "config_sentence_transformers.json",
        "golden.json",
        "golden.safetensors",
        "model.safetensors",
        "modules.json",
        "sentence_bert_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
    ),
    files!(
        "xlmr-mean",
        "1_Pooling/config.json",
        "config.json",
        "config_sentence_transformers.json",
        "golden.json",
        "golden.safetensors",
        "model-00001-of-00003.safetensors",
        "model-00002-of-00003.safetensors",
        "model-00003-of-00003.safetensors",
        "model.safetensors.index.json",
        "modules.json",
        "sentence_bert_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
    ),
    files!(
        "xlmr-cls",
        "1_Pooling/config.json",
        "config.json",
        "config_sentence_transformers.json",
        "golden.json",
        "golden.safetensors",
        "model.safetensors",
        "modules.json",
        "sentence_bert_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
    ),
    files!(
        "xlmr-plain",
        "config.json",
        "golden.json",
        "golden.safetensors",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    ),
    files!(
        "modernbert-mean",
        "1_Pooling/config.json",
        "config.json",
        "config_sentence_transformers.json",
        "golden.json",
        "golden.safetensors",
        "model.safetensors",
        "modules.json",
        "sentence_bert_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
    ),
    files!(
        "modernbert-cls",
        "1_Pooling/config.json",
        "2_Normalize/config.json",
        "config.json",
        "config_sentence_transformers.json",
        "golden.json",
        "golden.safetensors",
        "model.safetensors",
        "modules.json",
        "sentence_bert_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
    ),
    files!(
        "modernbert-plain",
        "config.json",
        "golden.json",
        "golden.safetensors",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    ),
    files!(
        "static",
        "config_sentence_transformers.json",
        "golden.json",
        "golden.safetensors",
        "model.safetensors",
        "modules.json",
        "tokenizer.json",
    ),
];

async fn compare(device: &Device, name: &str, most: f32) {
    for model in &MODELS {
        let found = parity::compare(model, device).await;
        console_log!("{:18} {name:8} {found:?}", model.0);
        assert!(found.states <= most, "{} on {name}: {found:?}", model.0);
        assert!(found.embeddings <= most, "{} on {name}: {found:?}", model.0);
        assert!(found.compared > 0 || model.0 == "static");
    }
}

#[wasm_bindgen_test]
async fn every_hidden_state_and_embedding_on_webgpu() {
    let opened = browser::open(Preference::Auto).await;
    assert_eq!(opened.kind, Kind::WebGpu, "{:?}", opened.note);
    compare(&opened.device, "webgpu", 1e-3).await;
}

#[wasm_bindgen_test]
async fn every_hidden_state_and_embedding_on_the_cpu() {
    compare(&Device::flex(), "cpu", 1e-4).await;
}
