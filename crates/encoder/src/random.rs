//! Fresh weights.
//!
//! Values are drawn on the host from a counter-seeded generator, one stream per tensor name, so
//! that a seed gives the same model on every platform and device.

use artifact::{Stored, Weights};
use rand::SeedableRng;
use rand::distr::Distribution;
use rand_chacha::ChaCha8Rng;

use crate::architecture::Fresh;
use crate::{Architecture, Config};

/// Standard deviation of BERT's initialisation.
const BERT_DEVIATION: f32 = 0.02;

/// Normal weights for `config`: BERT's own deviation of 0.02 for a transformer, and rows of
/// expected length 1 for a static table.
pub fn fresh_weights(config: &Config, seed: u64) -> Weights {
    let mut weights = Weights::default();
    let deviation = match config.architecture {
        Architecture::Static => (config.hidden_size as f32).sqrt().recip(),
        _ => BERT_DEVIATION,
    };
    for slot in config.layout().0 {
        let count = slot.shape.iter().product();
        let values = match slot.fresh {
            Fresh::Normal => draw(&slot.name, &slot.shape, deviation, seed),
            Fresh::Zeros => vec![0.0; count],
            Fresh::Ones => vec![1.0; count],
        };
        weights.insert(&slot.name, slot.shape, Stored::from_f32(&values));
    }
    weights
}

/// FNV-1a of `name`: the same number on every platform.
pub(crate) fn fnv(name: &str) -> u64 {
    name.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

fn draw(name: &str, shape: &[usize], deviation: f32, seed: u64) -> Vec<f32> {
    // The name separates the streams of tensors under one seed.
    let stream = fnv(name);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(stream);
    let uniform = rand::distr::StandardUniform;
    let count = shape.iter().product();
    (0..count)
        .map(|_| {
            // Irwin-Hall: the sum of twelve uniforms less six has variance 1. Unlike Box-Muller
            // it needs no logarithm or cosine, whose last bits differ between platforms.
            let sum: f32 =
                (0..12).map(|_| -> f32 { Distribution::<f32>::sample(&uniform, &mut rng) }).sum();
            (sum - 6.0) * deviation
        })
        .collect()
}

/// The number by which Burn and optimisers know the parameter of this name in the weights file.
pub fn parameter_id(name: &str) -> u64 {
    fnv(name)
}
