//! A BERT encoder body (Devlin et al. 2019), without its word table and pooler.
//!
//! The attention block is our own: Burn's returns the attention weights and so materialises what
//! is not needed, and its fused attention does not train. Names and layouts in files are those
//! of `transformers`, where a linear layer is stored `[out, in]`; here it is `[in, out]`.

use artifact::{ArtifactError, Stored, Weights};
use burn::module::{Module, Param};
use burn::nn::{Dropout, DropoutConfig, LayerNorm, LayerNormConfig, Linear};
use burn::tensor::activation::{gelu, softmax};
use burn::tensor::{Device, Tensor, TensorData};

use crate::{BertConfig, EncoderError};

/// A transformer encoder over word vectors.
#[derive(Module, Debug)]
pub struct Bert {
    positions: Param<Tensor<2>>,
    types: Param<Tensor<2>>,
    norm: LayerNorm,
    layers: Vec<Layer>,
    dropout: Dropout,
}

/// Attention and feed-forward, each with a residual connection and a norm after it.
#[derive(Module, Debug)]
pub struct Layer {
    query: Linear,
    key: Linear,
    value: Linear,
    output: Linear,
    attention_norm: LayerNorm,
    intermediate: Linear,
    projection: Linear,
    output_norm: LayerNorm,
    dropout: Dropout,
    #[module(skip)]
    heads: usize,
}

/// Added to the attention scores of padding: far below any score, yet finite, so that a row
/// without real tokens gives numbers instead of NaN.
const MASKED: f64 = -1e9;

impl Bert {
    /// Reads the layers from `weights`, with or without the prefix `bert.`.
    pub fn load(
        sizes: &BertConfig,
        dimension: usize,
        weights: &Weights,
        device: &Device,
    ) -> Result<Self, EncoderError> {
        let prefix =
            if weights.names().any(|name| name.starts_with("bert.")) { "bert." } else { "" };
        let read = Reader { weights, device, epsilon: sizes.layer_norm_eps, prefix };
        let dropout = DropoutConfig::new(sizes.hidden_dropout_prob).init();
        let layers = (0..sizes.num_hidden_layers)
            .map(|i| {
                let at = |part: &str| format!("encoder.layer.{i}.{part}");
                let square = |part: &str| read.linear(&at(part), dimension, dimension);
                let (wide, norm) =
                    (sizes.intermediate_size, |part: &str| read.norm(&at(part), dimension));
                Ok(Layer {
                    query: square("attention.self.query")?,
                    key: square("attention.self.key")?,
                    value: square("attention.self.value")?,
                    output: square("attention.output.dense")?,
                    attention_norm: norm("attention.output.LayerNorm")?,
                    intermediate: read.linear(&at("intermediate.dense"), dimension, wide)?,
                    projection: read.linear(&at("output.dense"), wide, dimension)?,
                    output_norm: norm("output.LayerNorm")?,
                    dropout: dropout.clone(),
                    heads: sizes.num_attention_heads,
                })
            })
            .collect::<Result<_, ArtifactError>>()?;
        Ok(Self {
            positions: read.matrix(
                "embeddings.position_embeddings.weight",
                [sizes.max_position_embeddings, dimension],
            )?,
            types: read.matrix(
                "embeddings.token_type_embeddings.weight",
                [sizes.type_vocab_size, dimension],
            )?,
            norm: read.norm("embeddings.LayerNorm", dimension)?,
            layers,
            dropout,
        })
    }

    /// Adds the body's tensors to `weights`; reads the device.
    pub fn store(&self, weights: &mut Weights) -> Result<(), EncoderError> {
        let mut write = Writer { weights };
        write.matrix("embeddings.position_embeddings.weight", self.positions.val())?;
        write.matrix("embeddings.token_type_embeddings.weight", self.types.val())?;
        write.norm("embeddings.LayerNorm", &self.norm)?;
        for (i, layer) in self.layers.iter().enumerate() {
            let at = |part: &str| format!("encoder.layer.{i}.{part}");
            write.linear(&at("attention.self.query"), &layer.query)?;
            write.linear(&at("attention.self.key"), &layer.key)?;
            write.linear(&at("attention.self.value"), &layer.value)?;
            write.linear(&at("attention.output.dense"), &layer.output)?;
            write.norm(&at("attention.output.LayerNorm"), &layer.attention_norm)?;
            write.linear(&at("intermediate.dense"), &layer.intermediate)?;
            write.linear(&at("output.dense"), &layer.projection)?;
            write.norm(&at("output.LayerNorm"), &layer.output_norm)?;
        }
        Ok(())
    }

    /// Contextual token vectors; shapes as in [`crate::Body::forward`].
    pub fn forward(&self, words: Tensor<3>, mask: Tensor<2>) -> Tensor<3> {
        let [_, width, _] = words.dims();
        let positions = self.positions.val().narrow(0, 0, width).unsqueeze::<3>();
        let types = self.types.val().narrow(0, 0, 1).unsqueeze::<3>();
        let hidden = self.norm.forward(words + positions + types);
        let mut hidden = self.dropout.forward(hidden);
        // [rows, 1, 1, width]: the same for every head and every asking token.
        let bias = ((mask - 1.0) * -MASKED).unsqueeze_dims::<4>(&[1, 2]);
        for layer in &self.layers {
            hidden = layer.forward(hidden, bias.clone());
        }
        hidden
    }
}

impl Layer {
    fn forward(&self, hidden: Tensor<3>, bias: Tensor<4>) -> Tensor<3> {
        let [rows, width, dimension] = hidden.dims();
        let size = dimension / self.heads;
        let split = |x: Tensor<3>| x.reshape([rows, width, self.heads, size]).swap_dims(1, 2);
        let query = split(self.query.forward(hidden.clone()));
        let key = split(self.key.forward(hidden.clone()));
        let value = split(self.value.forward(hidden.clone()));
        let scores = query.matmul(key.swap_dims(2, 3)) / (size as f64).sqrt() + bias;
        let mixed = softmax(scores, 3).matmul(value);
        let mixed = mixed.swap_dims(1, 2).reshape([rows, width, dimension]);
        let attended = self.dropout.forward(self.output.forward(mixed));
        let hidden = self.attention_norm.forward(hidden + attended);
        let wide = gelu(self.intermediate.forward(hidden.clone()));
        let projected = self.dropout.forward(self.projection.forward(wide));
        self.output_norm.forward(hidden + projected)
    }
}

struct Reader<'a> {
    weights: &'a Weights,
    device: &'a Device,
    epsilon: f64,
    prefix: &'static str,
}

impl Reader<'_> {
    fn values(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ArtifactError> {
        self.weights.f32(&format!("{}{name}", self.prefix), shape)
    }

    fn matrix(&self, name: &str, shape: [usize; 2]) -> Result<Param<Tensor<2>>, ArtifactError> {
        let data = TensorData::new(self.values(name, &shape)?, shape);
        Ok(Param::from_tensor(Tensor::from_data(data, self.device)))
    }

    fn vector(&self, name: &str, size: usize) -> Result<Param<Tensor<1>>, ArtifactError> {
        let data = TensorData::new(self.values(name, &[size])?, [size]);
        Ok(Param::from_tensor(Tensor::from_data(data, self.device)))
    }

    fn linear(&self, name: &str, from: usize, to: usize) -> Result<Linear, ArtifactError> {
        let stored = self.values(&format!("{name}.weight"), &[to, from])?;
        let mut weight = vec![0.0; stored.len()];
        for (row, values) in stored.chunks_exact(from).enumerate() {
            for (column, &value) in values.iter().enumerate() {
                weight[column * to + row] = value;
            }
        }
        let data = TensorData::new(weight, [from, to]);
        let weight = Param::from_tensor(Tensor::from_data(data, self.device));
        Ok(Linear { weight, bias: Some(self.vector(&format!("{name}.bias"), to)?) })
    }

    fn norm(&self, name: &str, size: usize) -> Result<LayerNorm, ArtifactError> {
        let mut norm = LayerNormConfig::new(size).with_epsilon(self.epsilon).init(self.device);
        norm.gamma = self.vector(&format!("{name}.weight"), size)?;
        norm.beta = Some(self.vector(&format!("{name}.bias"), size)?);
        Ok(norm)
    }
}

struct Writer<'a> {
    weights: &'a mut Weights,
}

impl Writer<'_> {
    fn put<const D: usize>(&mut self, name: &str, value: Tensor<D>) -> Result<(), EncoderError> {
        let shape = value.dims().to_vec();
        let data = value.try_into_data().map_err(|e| EncoderError::Device(format!("{e:?}")))?;
        let values =
            data.try_to_vec::<f32>().map_err(|e| EncoderError::Device(format!("{e:?}")))?;
        self.weights.insert(name, shape, Stored::F32(values));
        Ok(())
    }

    fn matrix(&mut self, name: &str, value: Tensor<2>) -> Result<(), EncoderError> {
        self.put(name, value)
    }

    fn linear(&mut self, name: &str, linear: &Linear) -> Result<(), EncoderError> {
        self.put(&format!("{name}.weight"), linear.weight.val().transpose())?;
        match &linear.bias {
            Some(bias) => self.put(&format!("{name}.bias"), bias.val()),
            None => Ok(()),
        }
    }

    fn norm(&mut self, name: &str, norm: &LayerNorm) -> Result<(), EncoderError> {
        self.put(&format!("{name}.weight"), norm.gamma.val())?;
        match &norm.beta {
            Some(beta) => self.put(&format!("{name}.bias"), beta.val()),
            None => Ok(()),
        }
    }
}
