//! BERT (Devlin et al. 2019) as `transformers` lays it out, and XLM-R, which is the same network
//! with positions counted from behind the padding's.
//!
//! The vocabulary table is not part of it: token vectors come in as they are on the host.

#[cfg(not(target_arch = "wasm32"))]
mod train;

use burn::module::{Module, Param};
use burn::nn::{Dropout, DropoutConfig, Linear};
use burn::tensor::{Int, Tensor, TensorData};

use crate::architecture::Layout;
use crate::blocks::{Norm, Reader, Sight, Writer, activate, apply, attend, split_heads};
use crate::{Activation, BertConfig, EncoderError, Inputs};

/// A transformer encoder over word vectors.
#[derive(Module, Debug)]
pub struct Bert {
    positions: Param<Tensor<2>>,
    types: Param<Tensor<2>>,
    norm: Norm,
    layers: Vec<Layer>,
    dropout: Dropout,
    /// Row of the first token's position.
    #[module(skip)]
    first: usize,
}

/// Attention and feed-forward, each with a residual connection and a norm after it.
#[derive(Module, Debug)]
pub struct Layer {
    query: Linear,
    key: Linear,
    value: Linear,
    output: Linear,
    attention_norm: Norm,
    intermediate: Linear,
    projection: Linear,
    output_norm: Norm,
    dropout: Dropout,
    attention_dropout: Dropout,
    #[module(skip)]
    heads: usize,
    #[module(skip)]
    activation: Activation,
}

const POSITIONS: &str = "embeddings.position_embeddings.weight";
const TYPES: &str = "embeddings.token_type_embeddings.weight";
const NORM: &str = "embeddings.LayerNorm";

/// Name of part `part` of layer `layer`.
fn name(layer: usize, part: &str) -> String {
    format!("encoder.layer.{layer}.{part}")
}

impl Bert {
    pub(crate) fn layout(sizes: &BertConfig, dimension: usize, layout: &mut Layout) {
        layout.matrix(POSITIONS, [sizes.max_position_embeddings, dimension]);
        layout.matrix(TYPES, [sizes.type_vocab_size, dimension]);
        layout.norm(NORM, dimension, true);
        let wide = sizes.intermediate_size;
        for i in 0..sizes.num_hidden_layers {
            for part in ["self.query", "self.key", "self.value", "output.dense"] {
                layout.linear(&name(i, &format!("attention.{part}")), dimension, dimension, true);
            }
            layout.norm(&name(i, "attention.output.LayerNorm"), dimension, true);
            layout.linear(&name(i, "intermediate.dense"), dimension, wide, true);
            layout.linear(&name(i, "output.dense"), wide, dimension, true);
            layout.norm(&name(i, "output.LayerNorm"), dimension, true);
        }
    }

    pub(crate) fn load(
        sizes: &BertConfig,
        dimension: usize,
        first: usize,
        read: &Reader<'_>,
    ) -> Result<Self, EncoderError> {
        let dropout = DropoutConfig::new(sizes.hidden_dropout_prob).init();
        let attention_dropout = DropoutConfig::new(sizes.attention_probs_dropout_prob).init();
        let wide = sizes.intermediate_size;
        let layer = |i: usize| {
            let square = |part: &str| read.linear(&name(i, part), dimension, dimension, true);
            let norm =
                |part: &str| read.norm(&name(i, part), dimension, sizes.layer_norm_eps, true);
            Ok::<_, EncoderError>(Layer {
                query: square("attention.self.query")?,
                key: square("attention.self.key")?,
                value: square("attention.self.value")?,
                output: square("attention.output.dense")?,
                attention_norm: norm("attention.output.LayerNorm")?,
                intermediate: read.linear(&name(i, "intermediate.dense"), dimension, wide, true)?,
                projection: read.linear(&name(i, "output.dense"), wide, dimension, true)?,
                output_norm: norm("output.LayerNorm")?,
                dropout: dropout.clone(),
                attention_dropout: attention_dropout.clone(),
                heads: sizes.num_attention_heads,
                activation: sizes.hidden_act,
            })
        };
        Ok(Self {
            positions: read.matrix(POSITIONS, [sizes.max_position_embeddings, dimension])?,
            types: read.matrix(TYPES, [sizes.type_vocab_size, dimension])?,
            norm: read.norm(NORM, dimension, sizes.layer_norm_eps, true)?,
            layers: (0..sizes.num_hidden_layers).map(layer).collect::<Result<_, _>>()?,
            dropout,
            first,
        })
    }

    pub(crate) fn store(&self, write: &mut Writer<'_>) -> Result<(), EncoderError> {
        write.matrix(POSITIONS, self.positions.val())?;
        write.matrix(TYPES, self.types.val())?;
        write.norm(NORM, &self.norm)?;
        for (i, layer) in self.layers.iter().enumerate() {
            write.linear(&name(i, "attention.self.query"), &layer.query)?;
            write.linear(&name(i, "attention.self.key"), &layer.key)?;
            write.linear(&name(i, "attention.self.value"), &layer.value)?;
            write.linear(&name(i, "attention.output.dense"), &layer.output)?;
            write.norm(&name(i, "attention.output.LayerNorm"), &layer.attention_norm)?;
            write.linear(&name(i, "intermediate.dense"), &layer.intermediate)?;
            write.linear(&name(i, "output.dense"), &layer.projection)?;
            write.norm(&name(i, "output.LayerNorm"), &layer.output_norm)?;
        }
        Ok(())
    }

    /// Contextual token vectors; see [`crate::Network::states`].
    pub(crate) fn forward(&self, inputs: Inputs, mut each: impl FnMut(Tensor<3>)) -> Tensor<3> {
        let sight = Sight::full(&inputs);
        let types = self.types.val().narrow(0, 0, 1).unsqueeze::<3>();
        let positions = self.positions(&inputs);
        let hidden = self.norm.forward(inputs.words + positions + types);
        let mut hidden = self.dropout.forward(hidden);
        for layer in &self.layers {
            each(hidden.clone());
            hidden = layer.forward(hidden, &sight);
        }
        hidden
    }

    /// Position vectors: `[1, width, dimension]` where every row counts alike.
    fn positions(&self, inputs: &Inputs) -> Tensor<3> {
        let table = self.positions.val();
        let [rows, width, dimension] = inputs.words.dims();
        let Some(positions) = &inputs.positions else {
            return table.narrow(0, self.first, width).unsqueeze::<3>();
        };
        let ids = TensorData::new(positions.clone(), [rows * width]);
        let ids = Tensor::<1, Int>::from_data(ids, &table.device());
        table.select(0, ids).reshape([rows, width, dimension])
    }
}

impl Layer {
    fn forward(&self, hidden: Tensor<3>, sight: &Sight) -> Tensor<3> {
        let split = |linear: &Linear| split_heads(apply(linear, hidden.clone()), self.heads);
        let (query, key, value) = (split(&self.query), split(&self.key), split(&self.value));
        let mixed = attend(query, key, value, sight, &self.attention_dropout);
        let attended = self.dropout.forward(apply(&self.output, mixed));
        let hidden = self.attention_norm.forward(hidden + attended);
        let wide = activate(self.activation, apply(&self.intermediate, hidden.clone()));
        let projected = self.dropout.forward(apply(&self.projection, wide));
        self.output_norm.forward(hidden + projected)
    }
}
