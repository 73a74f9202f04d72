//! A model trimmed to some texts gives them the embeddings that it gave before, to the bit.
#![allow(clippy::unwrap_used)]

mod models;

use artifact::{Kind, ModelFiles};
use burn::tensor::Device;
use isogloss_encoder::{Encoder, EncoderError, Model, Options, Role};
use models::{MODELS, directory, texts};
use tokens::{TokenError, Tokenizer, Usage};

fn read(name: &str) -> Model {
    Model::read(&directory(name)).unwrap()
}

fn used(model: &Model, texts: &[String]) -> Result<Vec<u32>, TokenError> {
    let contract = &model.config.isogloss;
    let read = [Role::Query, Role::Passage]
        .into_iter()
        .flat_map(|role| texts.iter().map(move |text| format!("{}{text}", contract.prefix(role))));
    Ok(Usage::of(&Tokenizer::from_bytes(&model.tokenizer)?, read)?.ids())
}

/// The bits of the embeddings of `texts` as queries and as passages.
fn bits(files: &ModelFiles, texts: &[String]) -> Vec<u32> {
    let encoder = Encoder::open(files, &Device::flex(), Options::default()).unwrap();
    let mut bits = Vec::new();
    for role in [Role::Query, Role::Passage] {
        let values = pollster::block_on(encoder.encode(texts, role)).unwrap();
        assert!(values.iter().all(|value| value.is_finite()));
        bits.extend(values.iter().map(|value| value.to_bits()));
    }
    bits
}

#[test]
fn covered_texts_keep_their_embeddings_to_the_bit() {
    for name in MODELS {
        let (model, all) = (read(name), texts(name));
        let covered = &all[..3];
        let (small, trimmed) = model.trim(used(&model, covered).unwrap()).unwrap();
        assert!(trimmed.after.pieces < trimmed.before.pieces, "{name}: nothing was left out");
        assert_eq!(small.config.vocab_size, trimmed.after.pieces, "{name}");
        let width = model.table_bytes() / model.config.vocab_size as u64;
        assert_eq!(small.table_bytes(), width * trimmed.after.pieces as u64, "{name}");
        assert!(small.bytes() < model.bytes(), "{name}");

        let [before, after] = [&model, &small].map(|model| model.files("m", None).unwrap());
        assert_eq!(bits(&after, covered), bits(&before, covered), "{name}");
        // What is not covered is still a text with an embedding.
        bits(&after, &all);
    }
}

#[test]
fn the_files_read_first_give_the_embeddings_of_the_directory() {
    for name in MODELS {
        let dir = directory(name);
        let encoder = Encoder::open(&dir, &Device::flex(), Options::default()).unwrap();
        let texts = texts(name);
        let files = read(name).files("m", None).unwrap();
        let rows = bits(&files, &texts);
        let values = pollster::block_on(encoder.encode(&texts, Role::Query)).unwrap();
        let expected: Vec<u32> = values.iter().map(|value| value.to_bits()).collect();
        assert_eq!(rows[..expected.len()], expected, "{name}");
    }
}

#[test]
fn rows_stay_in_the_type_they_are_stored_in() {
    for kind in [Kind::F16, Kind::I8] {
        let mut model = read("xlmr-mean");
        model.weights = model.weights.compressed(|_| kind);
        let covered = &texts("xlmr-mean")[..3];
        let (small, _) = model.trim(used(&model, covered).unwrap()).unwrap();
        let table = small.config.table_name();
        let shape = [small.config.vocab_size, small.config.hidden_size];
        assert_eq!(small.weights.stored(table, &shape).unwrap().kind(), kind);
        let [before, after] = [&model, &small].map(|model| model.files("m", None).unwrap());
        assert_eq!(bits(&after, covered), bits(&before, covered), "{kind}");
    }
}

#[test]
fn weights_that_nothing_reads_are_left_out() {
    let dir = directory("xlmr-plain");
    let encoder = Encoder::open(&dir, &Device::flex(), Options::default()).unwrap();
    assert!(!encoder.unused().is_empty());
    let expected: Vec<String> = encoder.config().tensors().into_iter().map(|(n, _)| n).collect();
    let model = read("xlmr-plain");
    assert!(model.weights.names().all(|name| expected.iter().any(|e| e == name)));
    assert_eq!(model.weights.names().count(), expected.len());
}

#[test]
fn a_tokenizer_of_more_pieces_than_rows_is_refused() {
    let mut model = read("bert-cls");
    let rows = model.config.vocab_size - 1;
    let error = {
        model.config.vocab_size = rows;
        model.trim([rows as u32]).unwrap_err()
    };
    assert!(matches!(error, EncoderError::Vocabulary { config, .. } if config == rows), "{error}");
}
