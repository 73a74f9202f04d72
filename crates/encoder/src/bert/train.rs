//! BERT's training on the CPU.

use burn::tensor::{DType, Tensor};

use super::{Bert, Layer};
use crate::host::{AttentionBlock, Embedding, FeedForward, Pass};

impl Bert {
    /// Type of the weights of linear layers; None without layers.
    pub(crate) fn dtype(&self) -> Option<DType> {
        self.layers.first().map(|layer| layer.query.weight.dtype())
    }

    /// Contextual token vectors without padding, `[tokens, dimension]`, in training on the CPU.
    ///
    /// `distinct` are table rows, `ids` each token's; `positions` are [`Inputs::positions`] without
    /// padding.
    pub(crate) fn train(
        &self,
        pass: &Pass,
        distinct: Tensor<2>,
        ids: Vec<u32>,
        positions: Option<Vec<u32>>,
    ) -> Tensor<2> {
        let positions = positions.unwrap_or_else(|| pass.positions(self.first));
        let mut hidden = pass.embed(Embedding {
            words: distinct,
            ids,
            positions: Some((self.positions.val(), positions)),
            types: Some(self.types.val()),
            norm: Some(&self.norm),
            dropping: pass.dropping(&self.dropout, 0),
        });
        for (at, layer) in self.layers.iter().enumerate() {
            hidden = layer.train(pass, hidden, 1 + 3 * at as u64);
        }
        hidden
    }
}

impl Layer {
    /// The layer's output; `place` is the first of three of dropout's.
    fn train(&self, pass: &Pass, hidden: Tensor<2>, place: u64) -> Tensor<2> {
        let attention = AttentionBlock {
            before: None,
            projections: &[&self.query, &self.key, &self.value],
            turns: None,
            heads: self.heads,
            reach: None,
            shares_dropping: pass.dropping(&self.attention_dropout, place),
            output: &self.output,
            dropping: pass.dropping(&self.dropout, place + 1),
            after: Some(&self.attention_norm),
        };
        let feed_forward = FeedForward {
            before: None,
            first: &self.intermediate,
            activation: self.activation,
            gated: false,
            inner_dropping: None,
            second: &self.projection,
            dropping: pass.dropping(&self.dropout, place + 2),
            after: Some(&self.output_norm),
        };
        pass.feed_forward(&feed_forward, pass.attend(&attention, hidden))
    }
}
