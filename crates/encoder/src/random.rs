//! Fresh weights.
//!
//! Values are drawn on the host from a counter-seeded generator, one stream per tensor name, so
//! that a seed gives the same model on every platform and device.

use artifact::{Stored, Weights};
use rand::SeedableRng;
use rand::distr::Distribution;
use rand_chacha::ChaCha8Rng;

use crate::{Architecture, Body, Config};

/// Standard deviation of BERT's initialisation.
const BERT_DEVIATION: f32 = 0.02;

/// Normal weights for `config`: BERT's own deviation of 0.02 for a transformer, and rows of
/// expected length 1 for a static table.
pub fn fresh_weights(config: &Config, seed: u64) -> Weights {
    let mut weights = Weights::default();
    let dimension = config.hidden_size;
    let mut normal = |name: &str, shape: &[usize], deviation: f32| {
        weights.insert(name, shape.to_vec(), Stored::F32(draw(name, shape, deviation, seed)));
    };
    let table = [config.vocab_size, dimension];
    let Architecture::Bert(sizes) = &config.architecture else {
        normal(Body::table_name(config), &table, (dimension as f32).sqrt().recip());
        return weights;
    };
    normal(Body::table_name(config), &table, BERT_DEVIATION);
    let positions = [sizes.max_position_embeddings, dimension];
    normal("embeddings.position_embeddings.weight", &positions, BERT_DEVIATION);
    let types = [sizes.type_vocab_size, dimension];
    normal("embeddings.token_type_embeddings.weight", &types, BERT_DEVIATION);
    let mut linears = Vec::new();
    let mut norms = vec!["embeddings.LayerNorm".to_owned()];
    for i in 0..sizes.num_hidden_layers {
        let at = |part: &str| format!("encoder.layer.{i}.{part}");
        for part in ["self.query", "self.key", "self.value", "output.dense"] {
            linears.push((at(&format!("attention.{part}")), dimension, dimension));
        }
        linears.push((at("intermediate.dense"), dimension, sizes.intermediate_size));
        linears.push((at("output.dense"), sizes.intermediate_size, dimension));
        norms.extend([at("attention.output.LayerNorm"), at("output.LayerNorm")]);
    }
    for (name, from, to) in &linears {
        normal(&format!("{name}.weight"), &[*to, *from], BERT_DEVIATION);
    }
    for (name, _, to) in &linears {
        weights.insert(&format!("{name}.bias"), vec![*to], Stored::F32(vec![0.0; *to]));
    }
    for name in &norms {
        let (ones, zeros) = (vec![1.0; dimension], vec![0.0; dimension]);
        weights.insert(&format!("{name}.weight"), vec![dimension], Stored::F32(ones));
        weights.insert(&format!("{name}.bias"), vec![dimension], Stored::F32(zeros));
    }
    weights
}

fn draw(name: &str, shape: &[usize], deviation: f32, seed: u64) -> Vec<f32> {
    // FNV-1a of the name separates the streams of tensors under one seed.
    let stream = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
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
