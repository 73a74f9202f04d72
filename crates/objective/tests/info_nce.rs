//! `InfoNCE` and its gradients against golden values (`info_nce.py`), on every test device.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation)]

use burn::tensor::{Device, Tensor, TensorData};
use isogloss_objective::InfoNce;
use serde_json::Value;

fn floats(value: &Value) -> Vec<f32> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap() as f32).collect()
}

fn close(name: &str, got: &[f32], expected: &[f32]) {
    assert_eq!(got.len(), expected.len());
    for (i, (g, e)) in got.iter().zip(expected).enumerate() {
        assert!((g - e).abs() <= 1e-5 * e.abs().max(1.0), "{name}[{i}]: {g}, expected {e}");
    }
}

#[test]
fn losses_and_gradients_are_the_golden_ones() {
    let golden: Value = serde_json::from_str(include_str!("info_nce.json")).unwrap();
    let shape = [
        golden["batch"].as_u64().unwrap() as usize,
        golden["dimension"].as_u64().unwrap() as usize,
    ];
    for (name, device) in device::for_tests() {
        let device: Device = device.autodiff();
        for case in golden["cases"].as_array().unwrap() {
            let side = |key: &str| {
                let data = TensorData::new(floats(&golden[key]), shape);
                Tensor::<2>::from_data(data, &device).require_grad()
            };
            let (queries, passages) = (side("queries"), side("passages"));
            let objective = InfoNce {
                temperature: case["temperature"].as_f64().unwrap(),
                symmetric: case["symmetric"].as_bool().unwrap(),
                margin: case["margin"].as_f64().unwrap(),
            };
            let loss = objective.loss(queries.clone(), passages.clone());
            let gradients = loss.backward();
            let of = |x: &Tensor<2>| {
                x.grad(&gradients).unwrap().into_data().try_to_vec::<f32>().unwrap()
            };
            let loss = loss.into_data().try_to_vec::<f32>().unwrap();
            close(&format!("{name}: loss"), &loss, &[case["loss"].as_f64().unwrap() as f32]);
            close(&format!("{name}: queries"), &of(&queries), &floats(&case["query_gradient"]));
            close(&format!("{name}: passages"), &of(&passages), &floats(&case["passage_gradient"]));
        }
    }
}

#[test]
fn equal_vectors_have_the_loss_of_chance() {
    for (name, device) in device::for_tests() {
        let ones = Tensor::<2>::from_data(TensorData::new(vec![0.5_f32; 32], [8, 4]), &device);
        let objective = InfoNce { temperature: 0.05, symmetric: true, margin: 0.0 };
        let loss = objective.loss(ones.clone(), ones).into_data().try_to_vec::<f32>().unwrap()[0];
        assert!((loss - 8_f32.ln()).abs() < 1e-5, "{name}: {loss}");
    }
}
