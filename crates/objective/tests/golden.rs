//! Every loss, and its gradient with respect to everything that is learned, against `PyTorch` and
//! sentence-transformers (`golden.py`), on every test device.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData};
use isogloss_objective::{Negatives, Objective, Parameters, Sides, Teacher};
use serde::Deserialize;

mod support;
use support::{DEVICES, difference, gradient, mask, matrix, values};

#[derive(Deserialize)]
struct Golden {
    rows: usize,
    dimension: usize,
    n: usize,
    wide: usize,
    inputs: BTreeMap<String, Vec<f32>>,
    masks: BTreeMap<String, Vec<bool>>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    objective: Objective,
    with: Vec<String>,
    loss: f32,
    gradients: BTreeMap<String, Vec<f32>>,
}

impl Case {
    fn has(&self, what: &str) -> bool {
        self.with.iter().any(|with| with == what)
    }
}

impl Golden {
    fn input(&self, name: &str, shape: [usize; 2], device: &Device) -> Tensor<2> {
        matrix(self.inputs[name].clone(), shape, device)
    }

    /// Leaves by name, and the batch made of them.
    fn batch(&self, case: &Case, device: &Device) -> (BTreeMap<&'static str, Tensor<2>>, Sides) {
        let (rows, dimension, n) = (self.rows, self.dimension, self.n);
        let leaf = |name: &str, count: usize| {
            let name = if case.has("raw") { format!("raw_{name}") } else { name.to_owned() };
            self.input(&name, [count, dimension], device).require_grad()
        };
        let flags = |name: &str| case.has(name).then(|| self.masks[name].clone());
        let mut leaves = BTreeMap::new();
        leaves.insert("queries", leaf("queries", rows));
        leaves.insert("passages", leaf("passages", rows));
        let mut sides = Sides::new(leaves["queries"].clone(), leaves["passages"].clone());
        if case.has("negatives") {
            leaves.insert("negatives", leaf("negatives", rows * n));
            sides.negatives = Some(Negatives {
                embeddings: leaves["negatives"].clone(),
                absent: flags("absent").map(|f| mask(f, [rows * n], device)),
                same: flags("same_negatives").map(|f| mask(f, [rows, rows * n], device)),
            });
        }
        if case.has("translations") {
            leaves.insert("translations", leaf("translations", rows));
            sides.translations = Some(leaves["translations"].clone());
        }
        sides.same = flags("same").map(|f| mask(f, [rows, rows], device));
        let (prefix, width) =
            if case.has("wide") { ("wide", self.wide) } else { ("teacher", dimension) };
        let teacher = |side: &str| self.input(&format!("{prefix}_{side}"), [rows, width], device);
        sides.teacher = Some(Teacher {
            queries: Some(teacher("queries")),
            passages: (!case.has("one-side")).then(|| teacher("passages")),
            scores: case
                .has("negatives")
                .then(|| self.input("teacher_scores", [rows, 1 + n], device)),
        });
        (leaves, if case.has("raw") { sides.normalised() } else { sides })
    }

    fn parameters(&self, case: &Case, device: &Device) -> Parameters {
        let teacher = case.has("wide").then_some(self.wide);
        let mut parameters = case.objective.parameters(self.dimension, teacher, device).unwrap();
        assert_eq!(parameters.projection.is_some(), case.has("wide"));
        assert_eq!(parameters.temperature.is_some(), case.has("log_scale"));
        if case.has("wide") {
            let weight = self.input("projection", [self.dimension, self.wide], device);
            let bias = TensorData::new(self.inputs["bias"].clone(), [self.wide]);
            let bias = Tensor::<1>::from_data(bias, device);
            parameters.projection = Some(Linear {
                weight: Param::from_tensor(weight),
                bias: Some(Param::from_tensor(bias)),
            });
        }
        parameters
    }
}

#[test]
fn losses_and_gradients_are_those_of_pytorch_and_sentence_transformers() {
    let golden: Golden = serde_json::from_str(include_str!("golden.json")).unwrap();
    let mut failures = Vec::new();
    for (device_name, device) in DEVICES.iter() {
        let mut worst = BTreeMap::<&str, f32>::new();
        for case in &golden.cases {
            let (leaves, sides) = golden.batch(case, device);
            let parameters = golden.parameters(case, device);
            let loss = case.objective.loss(&sides, &parameters).unwrap();
            let gradients = loss.backward();
            let mut found = BTreeMap::new();
            for (name, leaf) in &leaves {
                found.insert(*name, gradient(leaf, &gradients));
            }
            if let Some(linear) = &parameters.projection {
                found.insert("projection", gradient(&linear.weight.val(), &gradients));
                let bias = linear.bias.as_ref().unwrap();
                found.insert("bias", gradient(&bias.val(), &gradients));
            }
            if let Some(temperature) = &parameters.temperature {
                found.insert("log_scale", gradient(&temperature.log_scale(), &gradients));
            }
            let names: Vec<&str> = found.keys().copied().collect();
            assert_eq!(names, case.gradients.keys().collect::<Vec<_>>(), "{:?}", case.objective);
            let mut note = |what: &'static str, found: &[f32], expected: &[f32]| {
                let by = difference(found, expected);
                let most = worst.entry(what).or_default();
                *most = most.max(by);
                if by > 1e-5 {
                    let (objective, with) = (&case.objective, &case.with);
                    failures.push(format!("{device_name} {what} {by}: {objective:?} {with:?}"));
                }
            };
            note("loss", &values(&loss), &[case.loss]);
            for (name, found) in found {
                note(name, &found, &case.gradients[name]);
            }
        }
        println!("{device_name}: {} cases, largest differences {worst:?}", golden.cases.len());
    }
    assert!(failures.is_empty(), "{failures:#?}");
}
