//! What of an encoder lives on the device: a body over token vectors and a head over the pooled one.

#[cfg(not(target_arch = "wasm32"))]
mod train;

use std::sync::Arc;

use artifact::Weights;
use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Tensor;

use crate::architecture::Layout;
use crate::blocks::{Reader, Writer, activate, apply};
use crate::{Architecture, Bert, Config, EncoderError, Head, ModernBert, normalise, pool};

/// Token vectors of a padded batch, on the device.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// `[rows, width, dimension]`: rows of the vocabulary table.
    pub words: Tensor<3>,
    /// `[rows, width]`: 1 for a real token, 0 for padding.
    pub mask: Tensor<2>,
    /// Real tokens of each row.
    pub lengths: Arc<[usize]>,
    /// Positions of tokens that are not simply counted: for XLM-R when a text has the padding
    /// token within it, which its position ids skip.
    pub positions: Option<Vec<i32>>,
}

/// The body and the dense layers of the head.
#[derive(Module, Debug)]
pub struct Network {
    body: Body,
    dense: Vec<Linear>,
}

impl Default for Network {
    /// A network that does nothing.
    fn default() -> Self {
        Self { body: Body::Static(Nothing {}), dense: Vec::new() }
    }
}

/// What stands between token vectors and pooling.
#[derive(Module, Debug)]
pub enum Body {
    /// Token vectors as they are.
    Static(Nothing),
    /// BERT or XLM-R.
    Bert(Bert),
    /// `ModernBERT`.
    ModernBert(ModernBert),
}

/// A body without parameters.
#[derive(Module, Debug)]
pub struct Nothing {}

/// Name of the tensors of the head's layer `at`, from 0.
fn head_name(at: usize) -> String {
    format!("head.{at}.linear")
}

impl Network {
    /// Adds the network's tensors to `layout`.
    pub(crate) fn layout(config: &Config, layout: &mut Layout) {
        match &config.architecture {
            Architecture::Static => {}
            Architecture::Bert(sizes) | Architecture::XlmRoberta(sizes) => {
                Bert::layout(sizes, config.hidden_size, layout);
            }
            Architecture::ModernBert(sizes) => {
                ModernBert::layout(sizes, config.hidden_size, layout);
            }
        }
        for (at, layer) in config.isogloss.head.iter().enumerate() {
            if let Head::Dense { from, to, bias, .. } = layer {
                layout.linear(&head_name(at), *from, *to, *bias);
            }
        }
    }

    /// Reads the network that `config` describes.
    pub(crate) fn load(config: &Config, read: &Reader<'_>) -> Result<Self, EncoderError> {
        let size = config.hidden_size;
        let body = match &config.architecture {
            Architecture::Static => Body::Static(Nothing {}),
            Architecture::Bert(sizes) => Body::Bert(Bert::load(sizes, size, 0, read)?),
            Architecture::XlmRoberta(sizes) => {
                let first = config.pad_token_id as usize + 1;
                Body::Bert(Bert::load(sizes, size, first, read)?)
            }
            Architecture::ModernBert(sizes) => {
                Body::ModernBert(ModernBert::load(sizes, size, read)?)
            }
        };
        let dense = config.isogloss.head.iter().enumerate().filter_map(|(at, layer)| match layer {
            Head::Dense { from, to, bias, .. } => {
                Some(read.linear(&head_name(at), *from, *to, *bias))
            }
            Head::Normalise => None,
        });
        let dense = dense.collect::<Result<_, _>>()?;
        Ok(Self { body, dense })
    }

    /// Adds the network's tensors to `weights`; reads the device.
    pub(crate) fn store(&self, config: &Config, weights: &mut Weights) -> Result<(), EncoderError> {
        let mut write = Writer { weights };
        match &self.body {
            Body::Static(_) => {}
            Body::Bert(bert) => bert.store(&mut write)?,
            Body::ModernBert(modern) => modern.store(&mut write)?,
        }
        let mut dense = self.dense.iter();
        for (at, layer) in config.isogloss.head.iter().enumerate() {
            let Head::Dense { .. } = layer else { continue };
            if let Some(linear) = dense.next() {
                write.linear(&head_name(at), linear)?;
            }
        }
        Ok(())
    }

    /// Whether there is nothing to learn but the table.
    pub fn is_empty(&self) -> bool {
        matches!(self.body, Body::Static(_)) && self.dense.is_empty()
    }

    /// Contextual token vectors, `[rows, width, dimension]`.
    pub fn hidden(&self, inputs: Inputs) -> Tensor<3> {
        self.states(inputs, |_| {})
    }

    /// The same; `each` hears the embeddings and then the output of every layer but the last.
    ///
    /// With the result these are the `hidden_states` of `transformers`.
    pub fn states(&self, inputs: Inputs, each: impl FnMut(Tensor<3>)) -> Tensor<3> {
        match &self.body {
            Body::Static(_) => inputs.words,
            Body::Bert(bert) => bert.forward(inputs, each),
            Body::ModernBert(modern) => modern.forward(inputs, each),
        }
    }

    /// Embeddings `[rows, dimension]` of pooled vectors.
    pub fn head(&self, config: &Config, mut pooled: Tensor<2>) -> Tensor<2> {
        let mut dense = self.dense.iter();
        for layer in &config.isogloss.head {
            pooled = match layer {
                Head::Normalise => normalise(pooled),
                Head::Dense { activation, .. } => match dense.next() {
                    Some(linear) => activate(*activation, apply(linear, pooled)),
                    None => pooled,
                },
            };
        }
        pooled
    }

    /// Embeddings `[rows, dimension]`.
    pub fn forward(&self, config: &Config, inputs: Inputs) -> Tensor<2> {
        let mask = inputs.mask.clone();
        let hidden = self.hidden(inputs);
        self.head(config, pool(config.isogloss.pooling, hidden, mask))
    }
}
