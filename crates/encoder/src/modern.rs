//! `ModernBERT` (Warner et al. 2024, arXiv 2412.13663) as `transformers` lays it out: rotary
//! positions, layers that see every token or a window, gated feed-forward, norms before.

#[cfg(not(target_arch = "wasm32"))]
mod train;

use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig, Linear};
use burn::tensor::{Device, Tensor, TensorData};

use crate::architecture::Layout;
use crate::blocks::{Norm, Reader, Sight, Writer, activate, apply, attend, split_heads};
use crate::{Activation, EncoderError, Inputs, LayerType, ModernBertConfig};

/// A transformer encoder over word vectors.
#[derive(Module, Debug)]
pub struct ModernBert {
    norm: Norm,
    layers: Vec<Layer>,
    final_norm: Norm,
    dropout: Dropout,
    /// Bases of rotary wavelengths: where every token is seen, and where a window is.
    #[module(skip)]
    thetas: [f64; 2],
    /// How far a window reaches to either side.
    #[module(skip)]
    reach: usize,
}

/// Attention and gated feed-forward, each with a norm before it and a residual connection.
#[derive(Module, Debug)]
pub struct Layer {
    /// None in the first layer, whose input has just been normed.
    attention_norm: Option<Norm>,
    query_key_value: Linear,
    output: Linear,
    mlp_norm: Norm,
    /// Both halves of the gated unit.
    input: Linear,
    projection: Linear,
    attention_dropout: Dropout,
    mlp_dropout: Dropout,
    #[module(skip)]
    heads: usize,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    slides: bool,
}

/// Cosines and sines of a layer type: `[1, 1, width, size]` each.
type Turns = (Tensor<4>, Tensor<4>);

const NORM: &str = "embeddings.norm";
const FINAL_NORM: &str = "final_norm";

/// Name of part `part` of layer `layer`.
fn name(layer: usize, part: &str) -> String {
    format!("layers.{layer}.{part}")
}

impl ModernBert {
    pub(crate) fn layout(sizes: &ModernBertConfig, dimension: usize, layout: &mut Layout) {
        let wide = sizes.intermediate_size;
        layout.norm(NORM, dimension, sizes.norm_bias);
        for i in 0..sizes.num_hidden_layers {
            if i > 0 {
                layout.norm(&name(i, "attn_norm"), dimension, sizes.norm_bias);
            }
            layout.linear(&name(i, "attn.Wqkv"), dimension, 3 * dimension, sizes.attention_bias);
            layout.linear(&name(i, "attn.Wo"), dimension, dimension, sizes.attention_bias);
            layout.norm(&name(i, "mlp_norm"), dimension, sizes.norm_bias);
            layout.linear(&name(i, "mlp.Wi"), dimension, 2 * wide, sizes.mlp_bias);
            layout.linear(&name(i, "mlp.Wo"), wide, dimension, sizes.mlp_bias);
        }
        layout.norm(FINAL_NORM, dimension, sizes.norm_bias);
    }

    pub(crate) fn load(
        sizes: &ModernBertConfig,
        dimension: usize,
        read: &Reader<'_>,
    ) -> Result<Self, EncoderError> {
        let wide = sizes.intermediate_size;
        let attention_dropout = DropoutConfig::new(sizes.attention_dropout).init();
        let mlp_dropout = DropoutConfig::new(sizes.mlp_dropout).init();
        let norm = |name: &str| read.norm(name, dimension, sizes.norm_eps, sizes.norm_bias);
        let layer = |i: usize| {
            let attention = |part: &str, to: usize| {
                read.linear(&name(i, part), dimension, to, sizes.attention_bias)
            };
            Ok::<_, EncoderError>(Layer {
                attention_norm: match i {
                    0 => None,
                    _ => Some(norm(&name(i, "attn_norm"))?),
                },
                query_key_value: attention("attn.Wqkv", 3 * dimension)?,
                output: attention("attn.Wo", dimension)?,
                mlp_norm: norm(&name(i, "mlp_norm"))?,
                input: read.linear(&name(i, "mlp.Wi"), dimension, 2 * wide, sizes.mlp_bias)?,
                projection: read.linear(&name(i, "mlp.Wo"), wide, dimension, sizes.mlp_bias)?,
                attention_dropout: attention_dropout.clone(),
                mlp_dropout: mlp_dropout.clone(),
                heads: sizes.num_attention_heads,
                activation: sizes.hidden_activation,
                slides: sizes.layer_type(i) == LayerType::Sliding,
            })
        };
        Ok(Self {
            norm: norm(NORM)?,
            layers: (0..sizes.num_hidden_layers).map(layer).collect::<Result<_, _>>()?,
            final_norm: norm(FINAL_NORM)?,
            dropout: DropoutConfig::new(sizes.embedding_dropout).init(),
            thetas: [LayerType::Full, LayerType::Sliding].map(|t| sizes.theta(t)),
            reach: sizes.local_attention / 2,
        })
    }

    pub(crate) fn store(&self, write: &mut Writer<'_>) -> Result<(), EncoderError> {
        write.norm(NORM, &self.norm)?;
        for (i, layer) in self.layers.iter().enumerate() {
            if let Some(norm) = &layer.attention_norm {
                write.norm(&name(i, "attn_norm"), norm)?;
            }
            write.linear(&name(i, "attn.Wqkv"), &layer.query_key_value)?;
            write.linear(&name(i, "attn.Wo"), &layer.output)?;
            write.norm(&name(i, "mlp_norm"), &layer.mlp_norm)?;
            write.linear(&name(i, "mlp.Wi"), &layer.input)?;
            write.linear(&name(i, "mlp.Wo"), &layer.projection)?;
        }
        write.norm(FINAL_NORM, &self.final_norm)
    }

    /// Contextual token vectors; see [`crate::Network::states`].
    pub(crate) fn forward(&self, inputs: Inputs, mut each: impl FnMut(Tensor<3>)) -> Tensor<3> {
        let [_, width, dimension] = inputs.words.dims();
        let size = dimension / self.layers.first().map_or(1, |layer| layer.heads);
        let device = inputs.words.device();
        let turns = self.thetas.map(|theta| turns(theta, width, size, &device));
        let (full, window) = (Sight::full(&inputs), Sight::window(&inputs, self.reach));
        let mut hidden = self.dropout.forward(self.norm.forward(inputs.words));
        for layer in &self.layers {
            each(hidden.clone());
            let (turns, sight) =
                if layer.slides { (&turns[1], &window) } else { (&turns[0], &full) };
            hidden = layer.forward(hidden, turns, sight);
        }
        self.final_norm.forward(hidden)
    }
}

impl Layer {
    fn forward(&self, hidden: Tensor<3>, turns: &Turns, sight: &Sight) -> Tensor<3> {
        let [_, _, dimension] = hidden.dims();
        let normed = match &self.attention_norm {
            Some(norm) => norm.forward(hidden.clone()),
            None => hidden.clone(),
        };
        let joint = apply(&self.query_key_value, normed);
        let part =
            |at: usize| split_heads(joint.clone().narrow(2, at * dimension, dimension), self.heads);
        let (query, key) = (turn(part(0), turns), turn(part(1), turns));
        let mixed = attend(query, key, part(2), sight, &self.attention_dropout);
        let hidden = hidden + self.attention_dropout.forward(apply(&self.output, mixed));

        let both = apply(&self.input, self.mlp_norm.forward(hidden.clone()));
        let wide = both.dims()[2] / 2;
        let open = activate(self.activation, both.clone().narrow(2, 0, wide));
        let gated = self.mlp_dropout.forward(open * both.narrow(2, wide, wide));
        hidden + apply(&self.projection, gated)
    }
}

/// Cosines and sines of rotary positions, `[width, size]`, each angle at both halves of a head.
fn angles(theta: f64, width: usize, size: usize) -> (Vec<f32>, Vec<f32>) {
    let mut cosines = Vec::with_capacity(width * size);
    let mut sines = Vec::with_capacity(width * size);
    for position in 0..width {
        for at in 0..size {
            let pair = (at % (size / 2)) as f64;
            // f32 at the places where `transformers` rounds: frequency, then angle.
            let frequency = theta.powf(-2.0 * pair / size as f64) as f32;
            let angle = position as f32 * frequency;
            cosines.push(angle.cos());
            sines.push(angle.sin());
        }
    }
    (cosines, sines)
}

/// The same on the device.
fn turns(theta: f64, width: usize, size: usize, device: &Device) -> Turns {
    let (cosines, sines) = angles(theta, width, size);
    let put = |values| Tensor::from_data(TensorData::new(values, [1, 1, width, size]), device);
    (put(cosines), put(sines))
}

/// Turns every pair of values by its token's angles.
fn turn(x: Tensor<4>, (cosines, sines): &Turns) -> Tensor<4> {
    let half = x.dims()[3] / 2;
    let swapped =
        Tensor::cat(vec![-x.clone().narrow(3, half, half), x.clone().narrow(3, 0, half)], 3);
    x * cosines.clone() + swapped * sines.clone()
}
