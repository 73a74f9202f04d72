//! A forward pass of a batch in training.

use std::sync::OnceLock;

use burn::nn::Dropout;
use burn::tensor::{Device, GradientCheckpointingStrategy, Tensor};

use crate::{Pooling, blocks};

use super::block_attention::AttentionBlock;
use super::block_feed_forward::FeedForward;
use super::dropping::{Dropping, Seed};
use super::embedding::Embedding;
use super::rows::Rows;

/// The rows of a batch, and the source of what is drawn for them.
#[derive(Clone, Debug)]
pub(crate) struct Pass {
    rows: Rows,
    /// Drawn when it is first needed.
    seed: OnceLock<Seed>,
}

impl Pass {
    /// A pass over rows of these lengths. None where there is no token, and where Burn's own
    /// operations must do: on devices other than the CPU, without gradients, or when Burn is to
    /// recompute instead of to keep.
    pub fn new(lengths: &[usize], device: &Device) -> Option<Self> {
        let ours = *device == Device::flex()
            && device.gradient_checkpointing_strategy()
                == Some(GradientCheckpointingStrategy::Disabled);
        let any = lengths.iter().any(|&length| length > 0);
        (ours && any).then(|| Self { rows: Rows::new(lengths), seed: OnceLock::new() })
    }

    /// What `dropout` does at place `place` of the network: no two may have the same number.
    ///
    /// The first that drops anything draws a seed from the device's generator.
    pub fn dropping(&self, dropout: &Dropout, place: u64) -> Option<Dropping> {
        let rate = if dropout.training.is_enabled() { dropout.prob } else { 0.0 };
        if rate == 0.0 {
            return None;
        }
        self.seed.get_or_init(Seed::draw).dropping(rate, place)
    }

    /// `values` of a padded batch of rows of `width`, without those of padding.
    pub fn without_padding<T: Copy>(&self, values: &[T], width: usize) -> Vec<T> {
        let rows = values.chunks_exact(width).zip(&self.rows.lengths);
        rows.flat_map(|(row, &length)| &row[..length]).copied().collect()
    }

    /// The position of each token in its text, counted from `first`.
    pub fn positions(&self, first: usize) -> Vec<u32> {
        let rows = self.rows.lengths.iter();
        rows.flat_map(|&length| first as u32..(first + length) as u32).collect()
    }

    /// Token vectors, `[tokens, width]`.
    pub fn embed(&self, embedding: Embedding<'_>) -> Tensor<2> {
        embedding.forward(&self.rows)
    }

    /// `x` after an attention block.
    pub fn attend(&self, block: &AttentionBlock<'_>, x: Tensor<2>) -> Tensor<2> {
        block.forward(&self.rows, x)
    }

    /// `x` after a feed-forward block.
    pub fn feed_forward(&self, block: &FeedForward<'_>, x: Tensor<2>) -> Tensor<2> {
        block.forward(&self.rows, x)
    }

    /// `x` normed.
    pub fn norm(&self, norm: &blocks::Norm, x: Tensor<2>) -> Tensor<2> {
        super::norming::norm(&self.rows, norm, x)
    }

    /// One vector a row.
    pub fn pool(&self, pooling: Pooling, x: Tensor<2>) -> Tensor<2> {
        super::pooling::pool(&self.rows, pooling, x)
    }
}
