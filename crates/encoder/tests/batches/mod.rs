//! Models in training, batches for them, and what a step gives.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::collections::BTreeMap;

use artifact::{Stored, Weights};
use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Gradients, Tensor, TensorData};
use isogloss_encoder::{Config, Encoder, Model, Network, Options, Parts, fresh_weights};
use serde_json::{Value, json};
use tokens::{TokenBatch, Tokenizer};

use crate::models::{directory, fixture};

/// Embeddings, and gradients by the ids of parameters.
pub type Trained = BTreeMap<String, Vec<f32>>;

/// Lengths of a batch with empty rows, single tokens, and tokens enough for several parts.
pub const LENGTHS: [usize; 24] =
    [9, 0, 1, 31, 40, 2, 17, 33, 0, 38, 25, 12, 40, 40, 6, 29, 35, 3, 21, 40, 14, 28, 37, 0];

pub fn parts(config: Config, tokenizer: Tokenizer, weights: Weights, device: &Device) -> Parts {
    let options = Options::default();
    Encoder::from_weights(config, tokenizer, weights, device, options).unwrap().into_parts()
}

/// A fixture as it is but for its rates of dropout.
pub fn published(name: &str, dropout: f64, device: &Device) -> Parts {
    let Model { config, tokenizer, weights } = Model::read(&directory(name)).unwrap();
    let mut fields: Value = serde_json::from_slice(&config.to_json()).unwrap();
    for (field, value) in fields.as_object_mut().unwrap() {
        if field.contains("dropout") && value.is_number() {
            *value = json!(dropout);
        }
    }
    let config = Config::parse(fields.to_string().as_bytes()).unwrap();
    parts(config, Tokenizer::from_bytes(&tokenizer).unwrap(), weights, device)
}

/// Random weights, none of which is 0 or 1, for a config whose sizes are filled in here.
pub fn fresh(mut fields: Value, device: &Device) -> Parts {
    let tokenizer = std::fs::read(fixture("bert-cls").join("tokenizer.json")).unwrap();
    let tokenizer = Tokenizer::from_bytes(&tokenizer).unwrap();
    let sizes = json!({
        "vocab_size": tokenizer.vocabulary(), "hidden_size": 32, "num_hidden_layers": 3,
        "num_attention_heads": 4, "intermediate_size": 48, "max_position_embeddings": 64,
        "isogloss": {"pooling": "mean", "max_query_length": 40, "max_passage_length": 40}
    });
    for (field, value) in sizes.as_object().unwrap() {
        fields.as_object_mut().unwrap().entry(field).or_insert(value.clone());
    }
    let config = Config::parse(fields.to_string().as_bytes()).unwrap();
    let mut weights = Weights::default();
    for (name, shape, values) in fresh_weights(&config, 3).iter() {
        let values: Vec<f32> = values
            .to_f32()
            .iter()
            .enumerate()
            .map(|(at, x)| 4.0 * x + 0.05 * ((at * 37 % 23) as f32 - 11.0) / 11.0)
            .collect();
        weights.insert(name, shape.to_vec(), Stored::from_f32(&values));
    }
    parts(config, tokenizer, weights, device)
}

/// A batch, its distinct table rows, and the row of every padded token.
pub struct Batch {
    pub tokens: TokenBatch,
    pub distinct: Vec<f32>,
    pub positions: Vec<i32>,
}

pub fn batch(parts: &Parts, lengths: &[usize]) -> Batch {
    let vocabulary = parts.config.vocab_size;
    let mut next = 7_usize;
    let sequences: Vec<Vec<u32>> = lengths
        .iter()
        .map(|&length| {
            let mut id = || {
                next = (next * 1_103_515_245 + 12_345) % (1 << 31);
                (next / 64 % vocabulary) as u32
            };
            (0..length).map(|_| id()).collect()
        })
        .collect();
    let tokens = TokenBatch::new(&sequences, parts.config.pad_token_id);
    let mut ids = tokens.ids.clone();
    ids.sort_unstable();
    ids.dedup();
    let positions = tokens.ids.iter().map(|id| ids.partition_point(|x| x < id) as i32).collect();
    Batch { distinct: parts.table.gather(&ids), tokens, positions }
}

/// Gradients of all parameters by their ids.
struct Collect<'a> {
    gradients: &'a Gradients,
    found: Trained,
}

impl ModuleVisitor for Collect<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = param.val().grad(self.gradients) {
            self.found.insert(param.id.to_string(), numbers(gradient));
        }
    }
}

pub fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec().unwrap()
}

/// Embeddings and the gradients of everything, of a sum that weighs every value differently.
pub fn trained(
    parts: &Parts,
    network: &Network,
    batch: &Batch,
    device: &Device,
    forward: impl FnOnce(Tensor<2>) -> Tensor<2>,
) -> Trained {
    let dimension = parts.config.hidden_size;
    let rows =
        TensorData::new(batch.distinct.clone(), [batch.distinct.len() / dimension, dimension]);
    let distinct = Tensor::<2>::from_data(rows, device).require_grad();
    let embeddings = forward(distinct.clone());
    let weights: Vec<f32> = (0..embeddings.shape().num_elements())
        .map(|i| ((i * 31 % 17) as f32 - 8.0) / 8.0)
        .collect();
    let weights = Tensor::<2>::from_data(TensorData::new(weights, embeddings.dims()), device);
    let gradients = (embeddings.clone() * weights).sum().backward();
    let mut collect = Collect { gradients: &gradients, found: BTreeMap::new() };
    network.visit(&mut collect);
    let mut found = collect.found;
    found.insert("embeddings".to_owned(), numbers(embeddings));
    found.insert("table rows".to_owned(), numbers(distinct.grad(&gradients).unwrap()));
    found
}

/// By [`Parts::forward`], which on the CPU has operations of its own.
pub fn ours(parts: &Parts, batch: &Batch, device: &Device) -> Trained {
    trained(parts, &parts.network, batch, device, |distinct| {
        let positions = batch.positions.clone();
        Parts::forward(&parts.config, &parts.network, distinct, positions, &batch.tokens)
    })
}
