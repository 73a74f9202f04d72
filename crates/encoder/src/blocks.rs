//! What the transformers share: attention, activations, and the way between weights and modules.

use std::sync::Arc;

use artifact::{ArtifactError, Stored, Weights};
use burn::module::{Module, Param, ParamId};
use burn::nn::{Dropout, LayerNorm, LayerNormConfig, Linear};
use burn::tensor::activation::{gelu, gelu_approximate, relu, silu, softmax, tanh};
use burn::tensor::module::attention;
use burn::tensor::ops::AttentionModuleOptions;
use burn::tensor::{DType, Device, Tensor, TensorData};

use crate::random::fnv;
use crate::{Activation, EncoderError, Inputs};

/// Added to the attention scores of what is not to be seen: far below any score, yet finite, so
/// that a row without real tokens gives numbers instead of NaN.
const MASKED: f32 = -1e9;

/// `x W + b`, in the type of the weights, f32 again after it.
///
/// In mixed precision the products, which are nearly all of the work, are in f16; sums over the
/// residual stream, norms and softmax stay in f32, whose range outliers of XLM-R's need.
pub(crate) fn apply<const D: usize>(linear: &Linear, x: Tensor<D>) -> Tensor<D> {
    let dtype = linear.weight.dtype();
    if dtype == DType::F32 {
        return linear.forward(x);
    }
    linear.forward(x.cast(dtype)).cast(DType::F32)
}

/// Applies an activation.
pub(crate) fn activate<const D: usize>(activation: Activation, x: Tensor<D>) -> Tensor<D> {
    match activation {
        Activation::Gelu if on_host(&x.device()) => crate::host::gelu(x),
        Activation::Gelu => gelu(x),
        Activation::GeluTanh => gelu_approximate(x),
        Activation::Relu => relu(x),
        Activation::Silu => silu(x),
        Activation::Tanh => tanh(x),
        Activation::Identity => x,
    }
}

/// Whether `device` is the CPU backend and keeps no gradients, so that loops of our own may run.
pub(crate) fn on_host(device: &Device) -> bool {
    !device.is_autodiff() && *device == Device::flex()
}

/// Layer norm that says what it adds to the variance.
#[derive(Module, Debug)]
pub struct Norm {
    /// Burn's norm, with scale and shift.
    pub(crate) inner: LayerNorm,
    /// Added to the variance.
    #[module(skip)]
    pub(crate) epsilon: f64,
}

impl Norm {
    pub(crate) fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        self.inner.forward(x)
    }
}

/// Which tokens a token sees.
#[derive(Clone, Debug)]
pub(crate) struct Sight {
    /// Real tokens of each row.
    lengths: Arc<[usize]>,
    /// How far a token sees to either side, if not everywhere.
    reach: Option<usize>,
    /// What is added to the scores of what is not seen: broadcasts to
    /// `[rows, heads, width, width]`. None where all is seen, and where a loop of our own needs
    /// no such tensor.
    bias: Option<Tensor<4>>,
}

impl Sight {
    /// Every token sees every real one.
    pub fn full(inputs: &Inputs) -> Self {
        Self { lengths: inputs.lengths.clone(), reach: None, bias: padding_bias(inputs) }
    }

    /// Every token sees the real ones that are not further than `reach` from it.
    pub fn window(inputs: &Inputs, reach: usize) -> Self {
        let bias = match (window_bias(reach, inputs), padding_bias(inputs)) {
            (Some(window), Some(padding)) => Some(window + padding),
            (window, padding) => window.or(padding),
        };
        Self { lengths: inputs.lengths.clone(), reach: Some(reach), bias }
    }
}

/// `[rows, 1, width, width]`, the same for every head; nothing where no token is padding.
fn padding_bias(inputs: &Inputs) -> Option<Tensor<4>> {
    let [rows, width] = inputs.mask.dims();
    if on_host(&inputs.words.device()) || inputs.lengths.iter().all(|&length| length == width) {
        return None;
    }
    let bias = (inputs.mask.clone() - 1.0) * -MASKED;
    Some(bias.unsqueeze_dims::<4>(&[1, 2]).expand([rows, 1, width, width]))
}

/// `[1, 1, width, width]`; nothing where the reach is wider than any row.
fn window_bias(reach: usize, inputs: &Inputs) -> Option<Tensor<4>> {
    let [_, width] = inputs.mask.dims();
    if on_host(&inputs.words.device()) || width <= reach + 1 {
        return None;
    }
    let mut bias = vec![0.0; width * width];
    for (at, row) in bias.chunks_exact_mut(width).enumerate() {
        for (seen, value) in row.iter_mut().enumerate() {
            if seen.abs_diff(at) > reach {
                *value = MASKED;
            }
        }
    }
    let data = TensorData::new(bias, [1, 1, width, width]);
    Some(Tensor::from_data(data, &inputs.words.device()))
}

/// Scaled dot-product attention, heads joined again: `[rows, width, heads * size]`.
///
/// # Shapes
///
/// - `query`, `key`, `value`: `[rows, heads, width, size]`
pub(crate) fn attend(
    query: Tensor<4>,
    key: Tensor<4>,
    value: Tensor<4>,
    sight: &Sight,
    dropout: &Dropout,
) -> Tensor<3> {
    let [rows, heads, width, size] = query.dims();
    let device = query.device();
    let scale = (size as f64).sqrt().recip();
    let join = |mixed: Tensor<4>| mixed.swap_dims(1, 2).reshape([rows, width, heads * size]);
    // The fused kernel has no gradient of its own and no dropout.
    if device.is_autodiff() {
        let mut scores = query.matmul(key.swap_dims(2, 3)) * scale;
        if let Some(bias) = &sight.bias {
            scores = scores + bias.clone();
        }
        return join(dropout.forward(softmax(scores, 3)).matmul(value));
    }
    if on_host(&device) {
        let scores = query.matmul(key.swap_dims(2, 3));
        let shares = crate::host::softmax(scores, &sight.lengths, sight.reach, scale as f32);
        return join(shares.matmul(value));
    }
    let bias = sight.bias.clone();
    join(attention(query, key, value, None, bias, AttentionModuleOptions::default()))
}

/// Splits `[rows, width, heads * size]` into `[rows, heads, width, size]`.
pub(crate) fn split_heads(x: Tensor<3>, heads: usize) -> Tensor<4> {
    let [rows, width, dimension] = x.dims();
    x.reshape([rows, width, heads, dimension / heads]).swap_dims(1, 2)
}

/// From named tensors to modules on a device.
pub(crate) struct Reader<'a> {
    pub weights: &'a Weights,
    pub device: &'a Device,
    /// Type of the weights of linear layers.
    pub dtype: DType,
}

impl Reader<'_> {
    /// A parameter whose id is made of its name, so that what an optimiser keeps for it is found
    /// again after a restart.
    fn tensor<const D: usize>(
        &self,
        name: &str,
        values: Vec<f32>,
        shape: [usize; D],
        dtype: DType,
    ) -> Param<Tensor<D>> {
        let data = TensorData::new(values, shape);
        let fresh = Param::from_tensor(Tensor::from_data(data, (self.device, dtype)));
        let (_, tensor, mapper) = fresh.consume();
        Param::from_mapped_value(ParamId::from(fnv(name)), tensor, mapper)
    }

    pub fn matrix(&self, name: &str, shape: [usize; 2]) -> Result<Param<Tensor<2>>, ArtifactError> {
        Ok(self.tensor(name, self.weights.f32(name, &shape)?, shape, DType::F32))
    }

    fn vector(
        &self,
        name: &str,
        size: usize,
        dtype: DType,
    ) -> Result<Param<Tensor<1>>, ArtifactError> {
        Ok(self.tensor(name, self.weights.f32(name, &[size])?, [size], dtype))
    }

    pub fn linear(
        &self,
        name: &str,
        from: usize,
        to: usize,
        bias: bool,
    ) -> Result<Linear, ArtifactError> {
        let stored = self.weights.f32(&format!("{name}.weight"), &[to, from])?;
        let bias =
            if bias { Some(self.vector(&format!("{name}.bias"), to, self.dtype)?) } else { None };
        // Files have rows of outputs, Burn has rows of inputs.
        let weight = transposed(&stored, from);
        let name = format!("{name}.weight");
        Ok(Linear { weight: self.tensor(&name, weight, [from, to], self.dtype), bias })
    }

    pub fn norm(
        &self,
        name: &str,
        size: usize,
        epsilon: f64,
        bias: bool,
    ) -> Result<Norm, ArtifactError> {
        let mut norm = LayerNormConfig::new(size).with_epsilon(epsilon).init(self.device);
        norm.gamma = self.vector(&format!("{name}.weight"), size, DType::F32)?;
        norm.beta =
            if bias { Some(self.vector(&format!("{name}.bias"), size, DType::F32)?) } else { None };
        Ok(Norm { inner: norm, epsilon })
    }
}

/// The transpose of rows of `width` values, in tiles whose rows and columns both stay in the cache:
/// column by column, the large models' weights took most of the time of loading.
fn transposed(values: &[f32], width: usize) -> Vec<f32> {
    const TILE: usize = 32;
    let height = values.len() / width.max(1);
    let mut out = vec![0.0; values.len()];
    for top in (0..height).step_by(TILE) {
        for left in (0..width).step_by(TILE) {
            for row in top..(top + TILE).min(height) {
                for column in left..(left + TILE).min(width) {
                    out[column * height + row] = values[row * width + column];
                }
            }
        }
    }
    out
}

/// The way back.
pub(crate) struct Writer<'a> {
    pub weights: &'a mut Weights,
}

impl Writer<'_> {
    fn put<const D: usize>(&mut self, name: &str, value: Tensor<D>) -> Result<(), EncoderError> {
        let shape = value.dims().to_vec();
        let values = crate::encoder::values(value.cast(DType::F32).try_into_data())?;
        self.weights.insert(name, shape, Stored::of_f32(values));
        Ok(())
    }

    pub fn matrix(&mut self, name: &str, value: Tensor<2>) -> Result<(), EncoderError> {
        self.put(name, value)
    }

    pub fn linear(&mut self, name: &str, linear: &Linear) -> Result<(), EncoderError> {
        self.put(&format!("{name}.weight"), linear.weight.val().transpose())?;
        match &linear.bias {
            Some(bias) => self.put(&format!("{name}.bias"), bias.val()),
            None => Ok(()),
        }
    }

    pub fn norm(&mut self, name: &str, norm: &Norm) -> Result<(), EncoderError> {
        self.put(&format!("{name}.weight"), norm.inner.gamma.val())?;
        match &norm.inner.beta {
            Some(beta) => self.put(&format!("{name}.bias"), beta.val()),
            None => Ok(()),
        }
    }
}
