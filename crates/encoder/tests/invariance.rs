//! Published models of every shape: what must not change an embedding does not.
#![allow(clippy::unwrap_used)]

mod models;

use artifact::{Directory, Weights};
use burn::tensor::Device;
use isogloss_encoder::{Encoder, Model, Options, Role};
use models::{MODELS, directory, fixture, texts};
use tokens::{TokenBatch, Tokenizer};

fn open(name: &str, device: &Device) -> Encoder {
    Encoder::open(&directory(name), device, Options::default()).unwrap()
}

fn encode(encoder: &Encoder, texts: &[String]) -> Vec<Vec<f32>> {
    let values = pollster::block_on(encoder.encode(texts, Role::Passage)).unwrap();
    values.chunks(encoder.dimension()).map(<[f32]>::to_vec).collect()
}

/// The largest difference; NaN where there is one.
fn difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let apart = a.iter().zip(b).map(|(x, y)| (x - y).abs());
    apart.fold(0.0, |most, d| if d > most || d.is_nan() { d } else { most })
}

#[test]
fn neither_padding_nor_order_nor_company_changes_an_embedding() {
    for (device_name, device) in device::for_tests() {
        for name in MODELS {
            let encoder = open(name, &device);
            let texts = texts(name);
            let mut reversed = texts.clone();
            reversed.reverse();
            let together = encode(&encoder, &texts);
            let mut back = encode(&encoder, &reversed);
            back.reverse();
            let sequences = encoder.tokenise(&texts, Role::Passage).unwrap();
            for (at, text) in texts.iter().enumerate() {
                let alone = &encode(&encoder, std::slice::from_ref(text))[0];
                // Beside each other text in one batch: padded to the longer of the two.
                let mut apart = difference(alone, &together[at]).max(difference(alone, &back[at]));
                for other in &sequences {
                    let batch =
                        TokenBatch::new(&[other, &sequences[at]], encoder.config().pad_token_id);
                    let rows = encoder.forward(&batch).into_data().try_to_vec::<f32>().unwrap();
                    let row = &rows[encoder.dimension()..];
                    if !sequences[at].is_empty() {
                        apart = apart.max(difference(alone, row));
                    }
                    assert!(!apart.is_nan(), "{device_name}, {name}, `{text}`");
                }
                assert!(apart < 1e-5, "{device_name}, {name}, `{text}`: {apart}");
            }
        }
    }
}

#[test]
fn a_pickle_gives_the_embeddings_of_the_same_weights_as_safetensors() {
    let from = fixture("bert-last");
    let folder = tempfile::tempdir().unwrap();
    for name in ["config.json", "tokenizer.json", "modules.json", "pytorch_model.bin"] {
        std::fs::copy(from.join(name), folder.path().join(name)).unwrap();
    }
    std::fs::create_dir(folder.path().join("1_Pooling")).unwrap();
    let pooling = "1_Pooling/config.json";
    std::fs::copy(from.join(pooling), folder.path().join(pooling)).unwrap();

    let device = Device::flex();
    let refused = Directory::open(folder.path(), false).unwrap();
    let error = Encoder::open(&refused, &device, Options::default()).unwrap_err().to_string();
    assert!(error.contains("pytorch_model.bin") && error.contains("--allow-pickle"), "{error}");

    let allowed = Directory::open(folder.path(), true).unwrap();
    let pickled = Encoder::open(&allowed, &device, Options::default()).unwrap();
    let texts = texts("bert-last");
    assert_eq!(encode(&pickled, &texts), encode(&open("bert-last", &device), &texts));
}

#[test]
fn norms_may_have_the_names_that_they_had_in_old_files() {
    for name in ["bert-cls", "xlmr-mean"] {
        let dir = directory(name);
        let Model { config, tokenizer, weights } = Model::read(&dir).unwrap();
        let mut old = Weights::default();
        let mut renamed = 0;
        for (name, shape, values) in weights.iter() {
            let before = name.replace("LayerNorm.weight", "LayerNorm.gamma");
            let before = before.replace("LayerNorm.bias", "LayerNorm.beta");
            renamed += usize::from(before != name);
            old.insert(&format!("bert.{before}"), shape.to_vec(), values.clone());
        }
        assert!(renamed >= 10, "{name}: {renamed}");
        let tokenizer = Tokenizer::from_bytes(&tokenizer).unwrap();
        let device = Device::flex();
        let encoder =
            Encoder::from_weights(config, tokenizer, old, &device, Options::default()).unwrap();
        assert!(encoder.unused().is_empty(), "{name}: {:?}", encoder.unused());
        let texts = texts(name);
        assert_eq!(encode(&encoder, &texts), encode(&open(name, &device), &texts), "{name}");
    }
}
