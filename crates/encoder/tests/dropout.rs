//! Dropout in training on the CPU.
#![allow(clippy::unwrap_used)]

mod batches;
mod models;

use std::sync::Mutex;

use batches::{Batch, LENGTHS, Trained, batch, ours, published};
use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Tensor, TensorData};
use isogloss_encoder::Parts;

/// The CPU backend has one generator for all threads.
static GENERATOR: Mutex<()> = Mutex::new(());

const MODELS: [&str; 3] = ["minilm-mean", "bert-last", "modernbert-mean"];

/// A step after which the generator was set to `seed`.
fn seeded(parts: &Parts, batch: &Batch, device: &Device, seed: u64) -> Trained {
    device.seed(seed);
    ours(parts, batch, device)
}

#[test]
fn a_seed_drops_the_same_values_on_any_number_of_threads() {
    let _alone = GENERATOR.lock();
    let device = Device::flex().autodiff();
    for name in MODELS {
        let parts = published(name, 0.2, &device);
        let batch = batch(&parts, &LENGTHS);
        let first = seeded(&parts, &batch, &device, 5);
        assert_eq!(first, seeded(&parts, &batch, &device, 5), "{name}");
        let pool = rayon::ThreadPoolBuilder::new().num_threads(5).build().unwrap();
        assert_eq!(first, pool.install(|| seeded(&parts, &batch, &device, 5)), "{name}");
        assert_ne!(first, seeded(&parts, &batch, &device, 6), "{name}");
        // Without a new seed, the next pass draws others.
        assert_ne!(first, ours(&parts, &batch, &device), "{name}");
        let without = published(name, 0.0, &device);
        assert_ne!(first["embeddings"], ours(&without, &batch, &device)["embeddings"], "{name}");
    }
}

/// Moves every parameter along a direction that its id and size decide.
struct Move(f32);

fn direction(count: usize) -> Vec<f32> {
    (0..count).map(|at| ((at * 29 % 31) as f32 - 15.0) / 15.0).collect()
}

impl ModuleMapper for Move {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, tensor, mapper) = param.consume();
        let (device, shape) = (tensor.device(), tensor.dims());
        let moved = TensorData::new(direction(tensor.shape().num_elements()), shape);
        let moved = Tensor::<D>::from_data(moved, &device.clone().inner()) * self.0;
        let moved = Tensor::from_inner(tensor.inner() + moved).require_grad();
        Param::from_mapped_value(id, moved, mapper)
    }
}

#[test]
fn gradients_go_through_the_values_that_were_kept() {
    let _alone = GENERATOR.lock();
    let device = Device::flex().autodiff();
    for name in MODELS {
        let parts = published(name, 0.3, &device);
        let batch = batch(&parts, &LENGTHS);
        let weighed = |found: &Trained| -> f64 {
            let weights = (0..).map(|i| f64::from((i * 31 % 17) - 8) / 8.0);
            found["embeddings"].iter().zip(weights).map(|(&x, weight)| f64::from(x) * weight).sum()
        };
        let at = |step: f32| {
            let network = parts.network.clone().map(&mut Move(step));
            weighed(&seeded(&Parts { network, ..parts.clone() }, &batch, &device, 9))
        };
        let step = 2e-4;
        let slope = (at(step) - at(-step)) / (2.0 * f64::from(step));
        let gradients = seeded(&parts, &batch, &device, 9);
        let along: f64 = gradients
            .iter()
            .filter(|(part, _)| *part != "embeddings" && *part != "table rows")
            .map(|(_, values)| {
                let pairs = values.iter().zip(direction(values.len()));
                pairs.map(|(&g, d)| f64::from(g) * f64::from(d)).sum::<f64>()
            })
            .sum();
        assert!(
            (slope - along).abs() < 0.01 * slope.abs().max(along.abs()),
            "{name}: a slope of {slope}, by the gradients {along}"
        );
    }
}
