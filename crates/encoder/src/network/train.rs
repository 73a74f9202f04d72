//! Training on the CPU, by operations of our own.

use burn::tensor::{DType, Tensor};
use tokens::TokenBatch;

use super::{Body, Network};
use crate::Config;
use crate::encoder::skipping_positions;
use crate::host::{Embedding, Pass};

impl Network {
    /// Embeddings of a batch whose word vectors are rows `positions` of `distinct`, by operations
    /// of our own: in training on the CPU. None where Burn's must do.
    pub(crate) fn train(
        &self,
        config: &Config,
        distinct: &Tensor<2>,
        positions: &[i32],
        batch: &TokenBatch,
    ) -> Option<Tensor<2>> {
        if self.dtype() != DType::F32 || distinct.dtype() != DType::F32 {
            return None;
        }
        let pass = Pass::new(&batch.lengths, &distinct.device())?;
        let kept = |values: &[i32]| -> Vec<u32> {
            pass.without_padding(values, batch.width).into_iter().map(i32::cast_unsigned).collect()
        };
        let (words, ids) = (distinct.clone(), kept(positions));
        let hidden = match &self.body {
            Body::Static(_) => pass.embed(Embedding {
                words,
                ids,
                positions: None,
                types: None,
                norm: None,
                dropping: None,
            }),
            Body::Bert(bert) => {
                let positions = skipping_positions(config, batch);
                bert.train(&pass, words, ids, positions.map(|positions| kept(&positions)))
            }
            Body::ModernBert(modern) => modern.train(&pass, words, ids, batch.width),
        };
        Some(self.head(config, pass.pool(config.isogloss.pooling, hidden)))
    }

    /// Type of the weights of linear layers.
    fn dtype(&self) -> DType {
        let body = match &self.body {
            Body::Static(_) => None,
            Body::Bert(bert) => bert.dtype(),
            Body::ModernBert(modern) => modern.dtype(),
        };
        body.unwrap_or(DType::F32)
    }
}
