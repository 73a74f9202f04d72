//! Training on the CPU: operations of our own give what Burn's give.
#![allow(clippy::unwrap_used)]

mod batches;
mod models;

use batches::{Batch, LENGTHS, Trained, batch, fresh, numbers, ours, published, trained};
use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Int, Tensor, TensorData};
use isogloss_encoder::{Encoder, Inputs, Options, Parts, Pooling};
use models::{MODELS, directory};
use serde_json::json;
use tokens::TokenBatch;

/// By Burn's operations on padded tensors.
fn burns(parts: &Parts, batch: &Batch, device: &Device) -> Trained {
    trained(parts, &parts.network, batch, device, |distinct| {
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
        parts.network.forward(&parts.config, inputs)
    })
}

fn size(values: &[f32]) -> f32 {
    values.iter().fold(0.0, |most, x| most.max(x.abs()))
}

/// Checks one against the other, relative to the size of a gradient; of those that are 0 but for
/// rounding (of attention's key bias, say) relative to the others.
fn assert_alike(name: &str, ours: &Trained, burns: &Trained) {
    assert!(ours.keys().eq(burns.keys()), "{name}: gradients of the same parameters");
    let gradients = burns.iter().filter(|(part, _)| *part != "embeddings");
    let largest = gradients.map(|(_, values)| size(values)).fold(0.0, f32::max);
    assert!(largest > 0.0, "{name} has no gradient");
    for (part, expected) in burns {
        let found = &ours[part];
        assert_eq!(found.len(), expected.len(), "{name}, {part}");
        let scale = size(expected).max(1e-2 * largest);
        for (at, (a, b)) in found.iter().zip(expected).enumerate() {
            assert!(
                (a - b).abs() <= 1e-5 * scale,
                "{name}, {part}, value {at}: {a}, Burn's {b}, size {scale}"
            );
        }
    }
}

#[test]
fn published_models_train_as_with_burns_operations() {
    let device = Device::flex().autodiff();
    for name in MODELS {
        let parts = published(name, 0.0, &device);
        // A row without tokens has no first one: Burn's operations give what padding becomes.
        let lengths: Vec<usize> = match parts.config.isogloss.pooling {
            Pooling::Cls => LENGTHS.iter().map(|&l| l.max(1)).collect(),
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

/// Parameters whose gradients are not wanted: every other one.
struct Freeze {
    next: bool,
}

impl ModuleMapper for Freeze {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        self.next = !self.next;
        param.set_require_grad(self.next)
    }
}

#[test]
fn frozen_parameters_have_no_gradient_and_change_no_other() {
    let device = Device::flex().autodiff();
    for name in ["bert-cls", "modernbert-cls"] {
        let mut parts = published(name, 0.0, &device);
        let batch = batch(&parts, &LENGTHS.map(|length| length.max(1)));
        let all = ours(&parts, &batch, &device);
        parts.network = parts.network.map(&mut Freeze { next: false });
        let some = ours(&parts, &batch, &device);
        assert!(
            some.len() < all.len() * 2 / 3,
            "{name}: {} gradients of {}",
            some.len(),
            all.len()
        );
        assert!(some.iter().all(|(part, values)| all[part] == *values), "{name}");
        assert_alike(name, &some, &burns(&parts, &batch, &device));
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let device = Device::flex().autodiff();
    for name in ["minilm-mean", "modernbert-mean"] {
        let parts = published(name, 0.0, &device);
        let batch = batch(&parts, &LENGTHS);
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| ours(&parts, &batch, &device))
        };
        assert_eq!(on(1), on(5), "{name}");
    }
}

#[test]
fn positions_skip_the_padding_token_within_a_text() {
    let device = Device::flex().autodiff();
    let name = "xlmr-mean";
    let parts = published(name, 0.0, &device);
    let pad = parts.config.pad_token_id;
    let tokens = TokenBatch::new(&[vec![5, pad, 9, 7], vec![8, 6], vec![4, 4, pad]], pad);
    let mut ids = tokens.ids.clone();
    ids.sort_unstable();
    ids.dedup();
    let positions = tokens.ids.iter().map(|id| ids.partition_point(|x| x < id) as i32).collect();
    let batch = Batch { distinct: parts.table.gather(&ids), tokens, positions };
    let encoder = Encoder::open(&directory(name), &Device::flex(), Options::default()).unwrap();
    let expected = numbers(encoder.forward(&batch.tokens));
    for (a, b) in ours(&parts, &batch, &device)["embeddings"].iter().zip(expected) {
        assert!((a - b).abs() < 1e-5, "{a} in training, {b} in encoding");
    }
}

#[test]
fn weights_may_be_constants_and_burn_may_recompute() {
    let device = Device::flex().autodiff();
    let name = "bert-last";
    let parts = published(name, 0.0, &device);
    let batch = batch(&parts, &LENGTHS);
    let expected = burns(&parts, &batch, &device);

    let constant = published(name, 0.0, &Device::flex());
    let found = ours(&constant, &batch, &device);
    assert_eq!(found.keys().collect::<Vec<_>>(), ["embeddings", "table rows"]);
    let of_rows = expected.iter().filter(|(part, _)| found.contains_key(*part));
    assert_alike(name, &found, &of_rows.map(|(k, v)| (k.clone(), v.clone())).collect());

    let recomputing = Device::flex().autodiff().gradient_checkpointing();
    let parts = published(name, 0.0, &recomputing);
    assert_alike(name, &ours(&parts, &batch, &recomputing), &expected);
}
