//! How weights are changed: steps, rates, memory, precision.

use serde::{Deserialize, Serialize};

use crate::Decay;

/// Optimiser, schedule, and how a step is computed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Optimisation {
    /// Optimiser steps; no default.
    pub steps: u64,
    /// Highest learning rate; no default.
    pub learning_rate: f64,
    /// Share of the steps over which the rate rises.
    pub warmup: f64,
    /// What the rate does then.
    pub decay: Decay,
    /// `AdamW`'s weight decay; biases and norms are not decayed.
    pub weight_decay: f64,
    /// Share of the rate that each layer keeps of the one above it (ELECTRA's layer-wise decay,
    /// arXiv 2003.10555): 1 for one rate everywhere. The vocabulary table stands below layer 0.
    pub layer_decay: f64,
    /// Layers that are not trained, from the lowest on, and with them positions and the norm of the
    /// embeddings. The vocabulary table has a setting of its own.
    pub freeze_layers: usize,
    /// How the vocabulary table is trained.
    pub embeddings: Embeddings,
    /// Tensors with a rate or decay of their own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// Norm that the gradients of all parameters together are shortened to where they are longer; 0
    /// for any length.
    pub clip_norm: f64,
    /// Batches whose gradients are averaged in a step. Each has its own negatives: for more of
    /// them raise `batches.batch` and set `token_budget`.
    pub accumulate: usize,
    /// Padded tokens that are encoded at once at most; 0 for the whole batch. With a budget the
    /// batch is encoded in passes (`GradCache`, arXiv 2101.06983): memory does not grow with it.
    pub token_budget: usize,
    /// What products are computed in.
    pub precision: Precision,
    /// What the loss is multiplied by at first where products are in f16.
    pub loss_scale: f64,
    /// Share of tokens left out of each text in training.
    pub token_dropout: f64,
    /// Steps between checkpoints; 0 for none.
    pub checkpoint_every: u64,
    /// Checkpoints kept, the newest ones.
    pub checkpoints_kept: usize,
}

impl Default for Optimisation {
    fn default() -> Self {
        Self {
            steps: 0,
            learning_rate: 0.0,
            warmup: 0.1,
            decay: Decay::default(),
            weight_decay: 0.0,
            layer_decay: 1.0,
            freeze_layers: 0,
            embeddings: Embeddings::default(),
            groups: Vec::new(),
            clip_norm: 0.0,
            accumulate: 1,
            token_budget: 0,
            precision: Precision::default(),
            loss_scale: 65536.0,
            token_dropout: 0.0,
            checkpoint_every: 0,
            checkpoints_kept: 2,
        }
    }
}

/// Training of the vocabulary table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Embeddings {
    /// Rows of the batch; a row takes memory for its optimiser state from its first use on.
    #[default]
    Sparse,
    /// All rows at every step, as a dense layer does: moments and weight decay act on rows that
    /// the batch does not use. Three copies of the table in host memory.
    Full,
    /// Not at all.
    Frozen,
}

/// What products are computed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 32 bits.
    #[default]
    F32,
    /// Products of linear layers in 16 bits, weights and all else in 32; the loss is scaled so
    /// that small gradients survive (arXiv 1710.03740).
    F16,
}

/// Tensors with a rate or decay of their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Beginnings of their names in the weights file, such as `head.` or `encoder.layer.11.`;
    /// `objective.` for what the objective learns.
    pub names: Vec<String>,
    /// Highest learning rate; 0 freezes them; by default that of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learning_rate: Option<f64>,
    /// Weight decay; by default that of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_decay: Option<f64>,
}
