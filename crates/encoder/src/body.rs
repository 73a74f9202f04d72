//! What stands between token vectors and pooling.

use artifact::Weights;
use burn::tensor::{Device, Tensor};

use crate::{Architecture, Bert, Config, EncoderError};

/// The part of an encoder that lives on the device.
#[derive(Clone, Debug)]
pub enum Body {
    /// Token vectors as they are.
    Static,
    /// A transformer encoder.
    Bert(Box<Bert>),
}

impl Body {
    /// Reads the body that `config` describes.
    pub fn load(config: &Config, weights: &Weights, device: &Device) -> Result<Self, EncoderError> {
        Ok(match &config.architecture {
            Architecture::Static => Self::Static,
            Architecture::Bert(sizes) => {
                let bert = Bert::load(sizes, config.hidden_size, weights, device)?;
                Self::Bert(Box::new(bert))
            }
        })
    }

    /// Contextual token vectors.
    ///
    /// # Shapes
    ///
    /// - `words`: `[rows, width, dimension]`, rows of the vocabulary table
    /// - `mask`: `[rows, width]`
    /// - output: `[rows, width, dimension]`
    pub fn forward(&self, words: Tensor<3>, mask: Tensor<2>) -> Tensor<3> {
        match self {
            Self::Static => words,
            Self::Bert(bert) => bert.forward(words, mask),
        }
    }

    /// Name of the vocabulary table in the weights file.
    pub fn table_name(config: &Config) -> &'static str {
        match config.architecture {
            Architecture::Static => "embeddings.weight",
            Architecture::Bert(_) => "embeddings.word_embeddings.weight",
        }
    }
}
