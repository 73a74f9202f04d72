//! What users rely on: an embedding depends on its text alone, and is the right one.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation)]

use artifact::{ArtifactError, Stored, Weights};
use burn::tensor::Device;
use isogloss_encoder::{Config, Encoder, EncoderError, Options, Pooling, Role, fresh_weights};
use serde_json::{Value, json};
use tokens::{Tokenizer, Unigram, train_unigram};

const TEXTS: [&str; 6] = [
    "The river runs to the sea.",
    "der fluss",
    "",
    "नदी समुद्र की ओर बहती है।",
    "The sea is deep and the river is not, as far as anybody who lives by it can tell.",
    "river",
];

fn tokenizer() -> Tokenizer {
    let options = Unigram { vocabulary: 90, cased: false, max_piece_length: 8 };
    train_unigram(&TEXTS, &options).unwrap()
}

fn config(architecture: &str, pooling: Pooling, rows: usize) -> Config {
    let config = json!({
        "model_type": architecture, "vocab_size": rows, "hidden_size": 16,
        "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
        "max_position_embeddings": 64,
        "isogloss": {"pooling": pooling, "query_prefix": "query: ", "passage_prefix": "passage: ",
            "max_query_length": 24, "max_passage_length": 64}
    });
    Config::parse(config.to_string().as_bytes()).unwrap()
}

fn assemble(
    config: &Config,
    tokenizer: &Tokenizer,
    weights: &Weights,
    device: &Device,
) -> Result<Encoder, EncoderError> {
    let (config, tokenizer, weights) = (config.clone(), tokenizer.clone(), weights.clone());
    Encoder::from_weights(config, tokenizer, weights, device, Options::default())
}

fn encoders(device: &Device) -> Vec<(String, Encoder)> {
    let tokenizer = tokenizer();
    [("isogloss-static", Pooling::Mean), ("bert", Pooling::Mean), ("bert", Pooling::Cls)]
        .into_iter()
        .map(|(architecture, pooling)| {
            let config = config(architecture, pooling, tokenizer.vocabulary());
            let weights = fresh_weights(&config, 3);
            let encoder = Encoder::from_weights(
                config,
                tokenizer.clone(),
                weights,
                device,
                Options::default(),
            );
            (format!("{architecture} {pooling:?}"), encoder.unwrap())
        })
        .collect()
}

fn encode(encoder: &Encoder, texts: &[&str], role: Role) -> Vec<Vec<f32>> {
    let values = pollster::block_on(encoder.encode(texts, role)).unwrap();
    values.chunks(encoder.dimension()).map(<[f32]>::to_vec).collect()
}

fn difference(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| (x - y).abs()).fold(0.0, f32::max)
}

#[test]
fn neither_padding_nor_order_nor_company_changes_an_embedding() {
    for (device_name, device) in device::for_tests() {
        for (name, encoder) in encoders(&device) {
            let together = encode(&encoder, &TEXTS, Role::Passage);
            let mut reversed = TEXTS;
            reversed.reverse();
            let mut back = encode(&encoder, &reversed, Role::Passage);
            back.reverse();
            for (i, text) in TEXTS.iter().enumerate() {
                let alone = &encode(&encoder, &[text], Role::Passage)[0];
                let apart = difference(alone, &together[i]).max(difference(alone, &back[i]));
                assert!(apart < 1e-5, "{device_name}, {name}, `{text}`: {apart}");
            }
        }
    }
}

#[test]
fn embeddings_have_unit_length_and_roles_have_their_prefix() {
    for (device_name, device) in device::for_tests() {
        for (name, encoder) in encoders(&device) {
            let passages = encode(&encoder, &TEXTS, Role::Passage);
            for (text, row) in TEXTS.iter().zip(&passages) {
                let length = row.iter().map(|x| x * x).sum::<f32>().sqrt();
                assert!((length - 1.0).abs() < 1e-5, "{device_name}, {name}, `{text}`: {length}");
            }
            // By its last text, the word alone: the prefix is most of it.
            let queries = encode(&encoder, &TEXTS, Role::Query);
            let apart = difference(&queries[5], &passages[5]);
            assert!(apart > 1e-4, "{device_name}, {name}: {apart}");
        }
    }
}

#[test]
fn devices_agree() {
    let reference: Vec<_> = encoders(&Device::flex())
        .iter()
        .map(|(_, encoder)| encode(encoder, &TEXTS, Role::Query))
        .collect();
    for (device_name, device) in device::for_tests() {
        for ((name, encoder), expected) in encoders(&device).iter().zip(&reference) {
            for (got, expected) in encode(encoder, &TEXTS, Role::Query).iter().zip(expected) {
                let apart = difference(got, expected);
                assert!(apart < 1e-4, "{device_name}, {name}: {apart}");
            }
        }
    }
}

#[test]
fn a_static_embedding_is_the_unit_mean_of_its_rows() {
    let tokenizer = tokenizer();
    let config = config("isogloss-static", Pooling::Mean, tokenizer.vocabulary());
    let weights = fresh_weights(&config, 5);
    let table = weights.f32("embeddings.weight", &[tokenizer.vocabulary(), 16]).unwrap();
    let ids = tokenizer.encode("passage: The river runs to the sea.", 64, false).unwrap();
    let mut mean = [0.0_f32; 16];
    for &id in &ids {
        for (m, x) in mean.iter_mut().zip(&table[id as usize * 16..]) {
            *m += x / ids.len() as f32;
        }
    }
    let length = mean.iter().map(|x| x * x).sum::<f32>().sqrt();
    let expected: Vec<f32> = mean.iter().map(|x| x / length).collect();
    for (name, device) in device::for_tests() {
        let encoder = assemble(&config, &tokenizer, &weights, &device).unwrap();
        let got = &encode(&encoder, &TEXTS[..1], Role::Passage)[0];
        assert!(difference(got, &expected) < 1e-5, "{name}");
    }
}

/// A tokenizer whose ids are written in the text: `t3 t7`.
fn numbered(count: usize) -> Tokenizer {
    let vocab: serde_json::Map<String, Value> =
        (0..count).map(|i| (format!("t{i}"), i.into())).collect();
    let json = json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
        "normalizer": null, "pre_tokenizer": {"type": "WhitespaceSplit"},
        "post_processor": null, "decoder": null,
        "model": {"type": "WordLevel", "vocab": vocab, "unk_token": "t0"}
    });
    Tokenizer::from_bytes(json.to_string().as_bytes()).unwrap()
}

#[test]
fn a_bert_gives_the_golden_embeddings_padded_or_not() {
    let golden: Value = serde_json::from_str(include_str!("bert.json")).unwrap();
    let floats = |v: &Value| -> Vec<f32> {
        v.as_array().unwrap().iter().map(|x| x.as_f64().unwrap() as f32).collect()
    };
    for prefix in ["", "bert."] {
        let mut weights = Weights::default();
        for (name, tensor) in golden["weights"].as_object().unwrap() {
            let shape = floats(&tensor["shape"]).iter().map(|&x| x as usize).collect();
            let values = Stored::from_f32(&floats(&tensor["values"]));
            weights.insert(&format!("{prefix}{name}"), shape, values);
        }
        let texts: Vec<String> = golden["sequences"]
            .as_array()
            .unwrap()
            .iter()
            .map(|ids| {
                let words: Vec<String> = floats(ids).iter().map(|id| format!("t{id}")).collect();
                words.join(" ")
            })
            .collect();
        for (pooling, key) in [("mean", "mean"), ("cls", "cls")] {
            let config = json!({
                "model_type": "bert", "vocab_size": 12, "hidden_size": 8, "num_hidden_layers": 2,
                "num_attention_heads": 2, "intermediate_size": 16, "max_position_embeddings": 10,
                "isogloss": {"pooling": pooling, "max_query_length": 10, "max_passage_length": 10}
            });
            let config = Config::parse(config.to_string().as_bytes()).unwrap();
            for (name, device) in device::for_tests() {
                let encoder = assemble(&config, &numbered(12), &weights, &device).unwrap();
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                // One batch: the shorter sequences are padded to the longest.
                for (got, expected) in encode(&encoder, &texts, Role::Query)
                    .iter()
                    .zip(golden[key].as_array().unwrap())
                {
                    let apart = difference(got, &floats(expected));
                    assert!(apart < 1e-4, "{name}, {pooling}, `{prefix}`: {apart}");
                }
            }
        }
    }
}

#[test]
fn a_model_survives_its_files() {
    for (name, encoder) in encoders(&Device::flex()) {
        let expected = encode(&encoder, &TEXTS, Role::Query);
        let files = encoder.into_parts().files("m", None).unwrap();
        let read = Encoder::open(&files, &Device::flex(), Options::default()).unwrap();
        for (got, expected) in encode(&read, &TEXTS, Role::Query).iter().zip(&expected) {
            assert!(difference(got, expected) < 1e-6, "{name}");
        }
    }
}

#[test]
fn parts_that_are_not_of_one_model_are_refused_by_name() {
    let device = Device::flex();
    let tokenizer = tokenizer();
    let small = config("isogloss-static", Pooling::Mean, tokenizer.vocabulary() - 1);
    let weights = fresh_weights(&small, 1);
    let error = assemble(&small, &tokenizer, &weights, &device).unwrap_err();
    assert!(matches!(error, EncoderError::Vocabulary { .. }), "{error}");

    let wide = config("isogloss-static", Pooling::Mean, tokenizer.vocabulary() + 1);
    let error = assemble(&wide, &tokenizer, &weights, &device).unwrap_err();
    assert!(matches!(error, EncoderError::Artifact(ArtifactError::Mismatch { .. })), "{error}");

    let bert = config("bert", Pooling::Mean, tokenizer.vocabulary());
    let error = assemble(&bert, &tokenizer, &weights, &device).unwrap_err();
    assert!(error.to_string().contains("embeddings.word_embeddings.weight"), "{error}");
}

#[test]
fn a_seed_decides_fresh_weights() {
    let config = config("bert", Pooling::Mean, 30);
    let bytes = |seed| fresh_weights(&config, seed).to_bytes().unwrap();
    assert_eq!(bytes(1), bytes(1));
    assert_ne!(bytes(1), bytes(2));
}
