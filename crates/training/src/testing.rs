//! Small models and batches for the tests of this crate.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use burn::tensor::Device;
use encoder::{Config, Encoder, Options, fresh_weights};
use objective::Objective;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use tokens::{Tokenizer, Unigram, train_unigram};

use crate::backward::Backward;
use crate::sparse::RowGradients;
use crate::{Learner, Lesson, Optimisation, TokenRows};

const VOCABULARY: u32 = 60;

/// Values of the embeddings of the teacher in [`rows`].
pub const TEACHER: usize = 10;

/// Dropout draws from one generator a process: tests that draw take turns.
pub fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Two layers of sixteen dimensions; `ModernBERT`'s second layer sees a window.
pub fn config(architecture: &str, dropout: f64) -> Config {
    let config = json!({
        "model_type": architecture, "vocab_size": VOCABULARY, "hidden_size": 16,
        "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
        "max_position_embeddings": 40, "hidden_dropout_prob": dropout,
        "attention_probs_dropout_prob": dropout, "embedding_dropout": dropout,
        "mlp_dropout": dropout, "attention_dropout": dropout, "norm_bias": true,
        "local_attention": 4, "global_attn_every_n_layers": 2,
        "isogloss": {"pooling": "mean", "max_query_length": 32, "max_passage_length": 32},
    });
    Config::parse(config.to_string().as_bytes()).unwrap()
}

/// Pieces of at most two letters.
pub fn tokenizer() -> Tokenizer {
    let pieces = Unigram { vocabulary: 20, cased: false, max_piece_length: 2 };
    train_unigram(&["ab cd", "ac bd"], &pieces).unwrap()
}

/// A learner over fresh weights, wide enough apart that attention does something.
pub fn learner(
    config: &Config,
    objective: &Objective,
    settings: &Optimisation,
    device: &Device,
) -> Learner {
    let weights = fresh_weights(config, 3);
    let encoder = Encoder::from_weights(
        config.clone(),
        tokenizer(),
        weights,
        &device.clone().autodiff(),
        Options::default(),
    );
    device.seed(7);
    Learner::new(encoder.unwrap(), objective.clone(), settings, Some(TEACHER), device).unwrap()
}

/// A batch with everything a batch can have: texts of 1 to 12 tokens, up to two hard negatives a
/// row, translations, and a teacher's embeddings and scores.
pub fn rows(count: usize, seed: u64) -> TokenRows {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut text = || -> Vec<u32> {
        let length = rng.random_range(1..=12);
        (0..length).map(|_| rng.random_range(4..VOCABULARY)).collect()
    };
    let mut texts = |count: usize| -> Vec<Vec<u32>> { (0..count).map(|_| text()).collect() };
    let (queries, passages) = (texts(count), texts(count));
    let negatives = (0..count).map(|row| texts((row + 1) % 3)).collect();
    let translations = Some(texts(count));
    let mut values =
        |count: usize| -> Vec<f32> { (0..count).map(|_| rng.random_range(-1.0..1.0)).collect() };
    let teacher = Some(Lesson {
        dimension: TEACHER,
        queries: values(count * TEACHER),
        passages: values(count * TEACHER),
        scores: values(count * 3),
    });
    TokenRows { queries, passages, negatives, translations, teacher }
}

/// The gradients of a step, on the host.
#[derive(Clone, Debug)]
pub struct Found {
    pub loss: f32,
    /// By parameter of the network and of the objective.
    pub of: BTreeMap<u64, Vec<f32>>,
    pub rows: RowGradients,
}

impl Found {
    pub fn of(backward: Backward<'_>, learner: &Learner) -> Self {
        let Backward { gradients, leaves, losses, .. } = backward;
        let read = |tensor| crate::learner::read::<1>(tensor).unwrap()[0];
        let losses: Vec<f32> = losses.into_iter().map(read).collect();
        let rows = leaves.into_iter().map(|leaf| {
            let values = crate::learner::read(leaf.gradient).unwrap();
            leaf.uses.rows(&learner.table, values)
        });
        let rows = RowGradients::sum(&rows.collect::<Vec<_>>());
        let of = gradients.of.iter().map(|(&id, values)| (id, values.read().unwrap())).collect();
        Self { loss: losses.iter().sum::<f32>() / losses.len() as f32, of, rows }
    }

    /// The gradients of `batches`, averaged, as one step computes them.
    pub fn in_step(learner: &Learner, batches: &[TokenRows], seed: u64) -> Self {
        let mut backward = Backward::new(learner, 1.0 / batches.len() as f64);
        for (at, rows) in (0..).zip(batches) {
            backward.pass(rows, crate::learner::mixed(seed, at)).unwrap();
        }
        Self::of(backward, learner)
    }

    /// The norm of everything together.
    pub fn norm(&self) -> f64 {
        let all = self.of.values().flatten().chain(&self.rows.values);
        all.map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt()
    }

    /// The largest distance of a parameter's gradient from `other`'s, in lengths of it. What is
    /// shorter than a hundredth of everything together counts as that long: some parameters have
    /// no gradient but rounding, such as the bias of keys, which a softmax does not see.
    pub fn distance(&self, other: &Self) -> f64 {
        assert_eq!(self.rows.ids, other.rows.ids);
        assert!(self.of.keys().eq(other.of.keys()));
        let least = self.norm() / 100.0;
        let norm =
            |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>().sqrt();
        let apart = |a: &[f32], b: &[f32]| {
            let difference = norm(&mut a.iter().zip(b).map(|(a, b)| f64::from(a - b)));
            difference / norm(&mut a.iter().map(|&a| f64::from(a))).max(least)
        };
        let network = self.of.iter().map(|(id, values)| apart(values, &other.of[id]));
        network.fold(apart(&self.rows.values, &other.rows.values), f64::max)
    }
}
