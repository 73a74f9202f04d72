//! Training on the CPU: operations of our own give what Burn's give, and dropout is dropout.
#![allow(clippy::unwrap_used)]

mod models;

use std::collections::BTreeMap;

use artifact::{Stored, Weights};
use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Int, Tensor, TensorData};
use isogloss_encoder::{Config, Encoder, Inputs, Model, Network, Options, Parts, fresh_weights};
use models::{MODELS, directory, fixture};
use serde_json::{Value, json};
use tokens::{TokenBatch, Tokenizer};

/// Lengths of a batch with empty rows, single tokens, and tokens enough for several parts.
const LENGTHS: [usize; 24] =
    [9, 0, 1, 31, 40, 2, 17, 33, 0, 38, 25, 12, 40, 40, 6, 29, 35, 3, 21, 40, 14, 28, 37, 0];

fn parts(config: Config, tokenizer: Tokenizer, weights: Weights, device: &Device) -> Parts {
    let options = Options::default();
    Encoder::from_weights(config, tokenizer, weights, device, options).unwrap().into_parts()
}

/// A fixture as it is but for dropout, of which it has none.
fn published(name: &str, device: &Device) -> Parts {
    let Model { config, tokenizer, weights } = Model::read(&directory(name)).unwrap();
    let mut fields: Value = serde_json::from_slice(&config.to_json()).unwrap();
    for (field, value) in fields.as_object_mut().unwrap() {
        if field.contains("dropout") {
            *value = json!(0.0);
        }
    }
    let config = Config::parse(fields.to_string().as_bytes()).unwrap();
    parts(config, Tokenizer::from_bytes(&tokenizer).unwrap(), weights, device)
}

/// Random weights, none of which is 0 or 1, for a config whose sizes are filled in here.
fn fresh(mut fields: Value, device: &Device) -> Parts {
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
        let values: Vec<f32> = values.to_f32().iter().enumerate()
            .map(|(at, x)| 4.0 * x + 0.05 * ((at * 37 % 23) as f32 - 11.0) / 11.0).collect();
        weights.insert(name, shape.to_vec(), Stored::from_f32(&values));
    }
    parts(config, tokenizer, weights, device)
}

/// A batch, its distinct table rows, and the row of every padded token.
struct Batch {
    tokens: TokenBatch,
    distinct: Vec<f32>,
    positions: Vec<i32>,
}

fn batch(parts: &Parts, lengths: &[usize]) -> Batch {
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
    gradients: &'a burn::tensor::Gradients,
    found: BTreeMap<String, Vec<f32>>,
}

impl ModuleVisitor for Collect<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = param.val().grad(self.gradients) {
            self.found.insert(param.id.to_string(), numbers(gradient));
        }
    }
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec().unwrap()
}

/// Embeddings and the gradients of everything, of a sum that weighs every value differently.
fn trained(
    parts: &Parts,
    batch: &Batch,
    device: &Device,
    forward: impl Fn(&Network, Tensor<2>) -> Tensor<2>,
) -> BTreeMap<String, Vec<f32>> {
    let dimension = parts.config.hidden_size;
    let rows = TensorData::new(batch.distinct.clone(), [batch.distinct.len() / dimension, dimension]);
    let distinct = Tensor::<2>::from_data(rows, device).require_grad();
    let embeddings = forward(&parts.network, distinct.clone());
    let weights: Vec<f32> =
        (0..embeddings.shape().num_elements()).map(|i| ((i * 31 % 17) as f32 - 8.0) / 8.0).collect();
    let weights = Tensor::<2>::from_data(TensorData::new(weights, embeddings.dims()), device);
    let gradients = (embeddings.clone() * weights).sum().backward();
    let mut collect = Collect { gradients: &gradients, found: BTreeMap::new() };
    parts.network.visit(&mut collect);
    let mut found = collect.found;
    found.insert("embeddings".to_owned(), numbers(embeddings));
    found.insert("table rows".to_owned(), numbers(distinct.grad(&gradients).unwrap()));
    found
}

fn ours(parts: &Parts, batch: &Batch, device: &Device) -> BTreeMap<String, Vec<f32>> {
    trained(parts, batch, device, |network, distinct| {
        let positions = batch.positions.clone();
        Parts::forward(&parts.config, network, distinct, positions, &batch.tokens)
    })
}

/// By Burn's operations on padded tensors.
fn burns(parts: &Parts, batch: &Batch, device: &Device) -> BTreeMap<String, Vec<f32>> {
    trained(parts, batch, device, |network, distinct| {
        let (rows, width) = (batch.tokens.rows(), batch.tokens.width);
        let [_, dimension] = distinct.dims();
        let ids = TensorData::new(batch.positions.clone(), [rows * width]);
        let ids = Tensor::<1, Int>::from_data(ids, device);
        let mask = TensorData::new(batch.tokens.mask(), [rows, width]);
        let inputs = Inputs {
            words: distinct.select(0, ids).reshape([rows, width, dimension]),
            mask: Tensor::from_data(mask, device),
            lengths: batch.tokens.lengths.as_slice().into(),
            positions: None,
        };
        network.forward(&parts.config, inputs)
    })
}

fn size(values: &[f32]) -> f32 {
    values.iter().fold(0.0, |most, x| most.max(x.abs()))
}

/// Checks one against the other, relative to the size of a gradient; of those that are 0 but for
/// rounding (of attention's key bias, say) relative to the others.
fn assert_alike(name: &str, ours: &BTreeMap<String, Vec<f32>>, burns: &BTreeMap<String, Vec<f32>>) {
    assert!(ours.keys().eq(burns.keys()), "{name}: gradients of the same parameters");
    let gradients = burns.iter().filter(|(part, _)| *part != "embeddings");
    let largest = gradients.map(|(_, values)| size(values)).fold(0.0, f32::max);
    assert!(largest > 0.0, "{name} has no gradient");
    for (part, expected) in burns {
        let found = &ours[part];
        assert_eq!(found.len(), expected.len(), "{name}, {part}");
        let scale = size(expected).max(1e-2 * largest);
        for (at, (a, b)) in found.iter().zip(expected).enumerate() {
            assert!((a - b).abs() <= 1e-5 * scale, "{name}, {part}, value {at}: {a}, Burn's {b}, size {scale}");
        }
    }
}

#[test]
fn published_models_train_as_with_burns_operations() {
    let device = Device::flex().autodiff();
    for name in MODELS {
        let parts = published(name, &device);
        // A row without tokens has no first one: Burn's operations give what padding becomes.
        let lengths: Vec<usize> = match parts.config.isogloss.pooling {
            isogloss_encoder::Pooling::Cls => LENGTHS.iter().map(|&l| l.max(1)).collect(),
            _ => LENGTHS.to_vec(),
        };
        let longest = parts.config.isogloss.max_passage_length;
        let lengths: Vec<usize> = lengths.into_iter().map(|length| length.min(longest)).collect();
        let batch = batch(&parts, &lengths);
        assert_alike(name, &ours(&parts, &batch, &device), &burns(&parts, &batch, &device));
    }
}

#[test]
fn every_part_of_a_config_trains_as_with_burns_operations() {
    let device = Device::flex().autodiff();
    for activation in ["gelu", "gelu_new", "relu", "silu", "tanh", "identity"] {
        let bert = json!({"model_type": "bert", "hidden_act": activation});
        let modern = json!({
            "model_type": "modernbert", "hidden_activation": activation, "norm_bias": true,
            "attention_bias": true, "mlp_bias": true, "local_attention": 12,
            "global_attn_every_n_layers": 2
        });
        for fields in [bert, modern] {
            let name = format!("{fields}");
            let parts = fresh(fields, &device);
            let batch = batch(&parts, &LENGTHS);
            assert_alike(&name, &ours(&parts, &batch, &device), &burns(&parts, &batch, &device));
        }
    }
}
