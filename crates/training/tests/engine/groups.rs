//! Which parameters move, and how far: one step of Adam moves a value by the rate.

use std::collections::BTreeMap;

use burn::tensor::Device;
use isogloss_training::{Run, RunConfig};
use serde_json::{Value, json};

use crate::common::{config, write_data};
use crate::fields::with;
use crate::runs::{tensors, train_until};

const RATE: f64 = 0.01;
const TABLE: &str = "embeddings.word_embeddings.weight";

/// Names with their values before and after one step.
type Moved = BTreeMap<String, (Vec<f32>, Vec<f32>)>;

fn one_step(training: &Value) -> Moved {
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    let fields = json!({
        "model": {"fresh": {"config": {"num_hidden_layers": 2}}},
        "training": {"warmup": 0.0, "token_dropout": 0.0},
    });
    let config: RunConfig = with(&config(dir.path(), "bert", "mixed", 10), &fields);
    let config = with(&config, &json!({"training": training}));
    let mut run = Run::prepare(&config, &Device::flex()).unwrap();
    let before = tensors(&run);
    train_until(&mut run, 1);
    let mut after = tensors(&run);
    before
        .into_iter()
        .map(|(name, old)| {
            let new = after.remove(&name).unwrap();
            (name, (old, new))
        })
        .collect()
}

/// How far the value that moved most has moved, in rates.
fn furthest((before, after): &(Vec<f32>, Vec<f32>)) -> f64 {
    let moved = before.iter().zip(after).map(|(a, b)| f64::from((a - b).abs()));
    moved.fold(0.0, f64::max) / RATE
}

/// A weight and a bias of each height.
const HEIGHTS: [(&str, i32); 6] = [
    ("encoder.layer.1.output.dense.weight", 1),
    ("encoder.layer.1.attention.self.value.bias", 1),
    ("encoder.layer.0.intermediate.dense.weight", 2),
    ("encoder.layer.0.attention.output.LayerNorm.weight", 2),
    ("embeddings.position_embeddings.weight", 3),
    (TABLE, 3),
];

#[test]
fn all_move_by_the_rate_and_lower_layers_by_their_share_of_it() {
    for share in [1.0, 0.5] {
        let moved = one_step(&json!({"layer_decay": share}));
        for (name, height) in HEIGHTS {
            let (got, expected) = (furthest(&moved[name]), f64::powi(share, height));
            assert!((got - expected).abs() < 0.02 * expected, "{name}: {got} of {expected} rates");
        }
    }
}

#[test]
fn what_is_frozen_does_not_change_a_bit() {
    let still = |training: Value| -> Vec<String> {
        let moved = one_step(&training).into_iter();
        moved.filter(|(_, (a, b))| a == b).map(|(name, _)| name).collect()
    };
    assert_eq!(still(json!({})), Vec::<String>::new());
    assert_eq!(still(json!({"embeddings": "frozen"})), [TABLE]);

    let low = still(json!({"freeze_layers": 1}));
    let expected = |name: &str| {
        name.starts_with("encoder.layer.0.") || name.starts_with("embeddings.") && name != TABLE
    };
    assert!(low.len() > 10 && low.iter().all(|name| expected(name)), "{low:?}");
    // Decay is no way around it.
    let decay = json!({"freeze_layers": 1, "weight_decay": 0.5, "embeddings": "frozen"});
    assert_eq!(still(decay).len(), low.len() + 1);

    let group = json!([{"names": ["encoder.layer.1.attention."], "learning_rate": 0.0}]);
    let group = still(json!({"groups": group}));
    assert!(group.len() > 5 && group.iter().all(|name| name.contains("layer.1.attention")));
}

#[test]
fn a_group_moves_by_its_own_rate() {
    let groups = json!([
        {"names": ["encoder.layer.1."], "learning_rate": 0.03},
        {"names": ["embeddings.word"], "learning_rate": 0.001},
    ]);
    let moved = one_step(&json!({"groups": groups}));
    for (name, expected) in [
        ("encoder.layer.1.output.dense.weight", 3.0),
        ("encoder.layer.0.output.dense.weight", 1.0),
        (TABLE, 0.1),
    ] {
        let got = furthest(&moved[name]);
        assert!((got - expected).abs() < 0.02 * expected, "{name}: {got} of {expected} rates");
    }
}

#[test]
fn weights_decay_and_biases_and_norms_do_not() {
    let plain = one_step(&json!({}));
    let own = json!([{"names": ["encoder.layer.1.output.dense."], "weight_decay": 0.0}]);
    let decayed = one_step(&json!({"weight_decay": 0.5, "groups": own}));
    for (name, (before, after)) in &decayed {
        let without = &plain[name].1;
        if name.contains("bias") || name.contains("Norm") || name.contains("layer.1.output.dense") {
            assert_eq!(after, without, "{name} was decayed");
            continue;
        }
        let mut some = false;
        for ((old, new), without) in before.iter().zip(after).zip(without) {
            // A row of the table that the batch does not use stays as it is.
            let used = name != TABLE || old.to_bits() != without.to_bits();
            let gone = if used { f64::from(*old) * RATE * 0.5 } else { 0.0 };
            let got = f64::from(without - new);
            assert!((got - gone).abs() < 1e-7, "{name}: {got} is not {gone}");
            some |= used;
        }
        assert!(some, "{name}");
    }
}

#[test]
fn a_full_table_moves_where_no_batch_was() {
    let unused = |embeddings: &str| {
        let moved = one_step(&json!({"embeddings": embeddings, "weight_decay": 0.5}));
        let (before, after) = moved[TABLE].clone();
        before.chunks(16).zip(after.chunks(16)).filter(|(a, b)| a == b).count()
    };
    assert!(unused("sparse") > 10);
    assert_eq!(unused("full"), 0);
}
