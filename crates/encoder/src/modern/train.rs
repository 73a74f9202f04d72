//! `ModernBERT`'s training on the CPU.

use burn::tensor::{DType, Tensor};

use super::{Layer, ModernBert, angles};
use crate::host::{AttentionBlock, Embedding, FeedForward, Pass, Turns};

impl ModernBert {
    /// Type of the weights of linear layers; None without layers.
    pub(crate) fn dtype(&self) -> Option<DType> {
        self.layers.first().map(|layer| layer.query_key_value.weight.dtype())
    }

    /// Contextual token vectors without padding, `[tokens, dimension]`, in training on the CPU.
    ///
    /// `distinct` are table rows, `ids` each token's; no text is longer than `width`.
    pub(crate) fn train(
        &self,
        pass: &Pass,
        distinct: Tensor<2>,
        ids: Vec<u32>,
        width: usize,
    ) -> Tensor<2> {
        let [_, dimension] = distinct.dims();
        let size = dimension / self.layers.first().map_or(1, |layer| layer.heads);
        let turns = self.thetas.map(|theta| {
            let (cosines, sines) = angles(theta, width, size);
            Turns::new(&cosines, &sines, size)
        });
        let mut hidden = pass.embed(Embedding {
            words: distinct,
            ids,
            positions: None,
            types: None,
            norm: Some(&self.norm),
            dropping: pass.dropping(&self.dropout, 0),
        });
        for (at, layer) in self.layers.iter().enumerate() {
            let (turns, reach) =
                if layer.slides { (&turns[1], Some(self.reach)) } else { (&turns[0], None) };
            hidden = layer.train(pass, hidden, turns, reach, 1 + 3 * at as u64);
        }
        pass.norm(&self.final_norm, hidden)
    }
}

impl Layer {
    /// The layer's output; `place` is the first of three of dropout's.
    fn train(
        &self,
        pass: &Pass,
        hidden: Tensor<2>,
        turns: &Turns,
        reach: Option<usize>,
        place: u64,
    ) -> Tensor<2> {
        let attention = AttentionBlock {
            before: self.attention_norm.as_ref(),
            projections: &[&self.query_key_value],
            turns: Some(turns),
            heads: self.heads,
            reach,
            shares_dropping: pass.dropping(&self.attention_dropout, place),
            output: &self.output,
            dropping: pass.dropping(&self.attention_dropout, place + 1),
            after: None,
        };
        let feed_forward = FeedForward {
            before: Some(&self.mlp_norm),
            first: &self.input,
            activation: self.activation,
            gated: true,
            inner_dropping: pass.dropping(&self.mlp_dropout, place + 2),
            second: &self.projection,
            dropping: None,
            after: None,
        };
        pass.feed_forward(&feed_forward, pass.attend(&attention, hidden))
    }
}
