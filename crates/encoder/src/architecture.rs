//! The architectures, each with the fields that its published `config.json` has.

use artifact::SCALE;
use serde::{Deserialize, Serialize};

use crate::EncoderError;

/// The function between the two layers of a feed-forward block, or after a dense head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub enum Activation {
    /// `x Φ(x)`, by the error function.
    #[default]
    #[serde(rename = "gelu")]
    Gelu,
    /// Its approximation by the hyperbolic tangent.
    #[serde(rename = "gelu_pytorch_tanh")]
    GeluTanh,
    /// `max(x, 0)`.
    #[serde(rename = "relu")]
    Relu,
    /// `x σ(x)`.
    #[serde(rename = "silu")]
    Silu,
    /// The hyperbolic tangent.
    #[serde(rename = "tanh")]
    Tanh,
    /// Nothing.
    #[serde(rename = "identity")]
    Identity,
}

impl TryFrom<String> for Activation {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Ok(match name.as_str() {
            "gelu" => Self::Gelu,
            "gelu_pytorch_tanh" | "gelu_new" | "gelu_fast" => Self::GeluTanh,
            "relu" => Self::Relu,
            "silu" | "swish" => Self::Silu,
            "tanh" => Self::Tanh,
            "identity" | "linear" => Self::Identity,
            _ => {
                return Err(format!(
                    "the activation `{name}` is not known; gelu, gelu_new, gelu_pytorch_tanh, \
                     gelu_fast, relu, silu, tanh and identity are"
                ));
            }
        })
    }
}

/// Sizes of BERT and of XLM-R, which differs in how it counts positions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BertConfig {
    /// Transformer layers.
    pub num_hidden_layers: usize,
    /// Heads of each attention.
    pub num_attention_heads: usize,
    /// Width of the feed-forward layer.
    pub intermediate_size: usize,
    /// Rows of the position table.
    pub max_position_embeddings: usize,
    /// Rows of the token-type table.
    #[serde(default = "two")]
    pub type_vocab_size: usize,
    /// Epsilon of every layer norm.
    #[serde(default = "bert_epsilon")]
    pub layer_norm_eps: f64,
    /// Dropout after embeddings and sub-layers, in training.
    #[serde(default)]
    pub hidden_dropout_prob: f64,
    /// Dropout of attention's probabilities, in training.
    #[serde(default)]
    pub attention_probs_dropout_prob: f64,
    /// Activation of the feed-forward layer.
    #[serde(default)]
    pub hidden_act: Activation,
    /// How positions enter; only `absolute` is known.
    #[serde(default = "absolute")]
    pub position_embedding_type: String,
}

fn two() -> usize {
    2
}
fn bert_epsilon() -> f64 {
    1e-12
}
fn absolute() -> String {
    "absolute".to_owned()
}

/// What the attention of a `ModernBERT` layer sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LayerType {
    /// Every token.
    #[serde(rename = "full_attention")]
    Full,
    /// The tokens within half of `local_attention`.
    #[serde(rename = "sliding_attention")]
    Sliding,
}

/// Rotary positions of one layer type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rope {
    /// Only `default` is known.
    #[serde(default = "default_rope")]
    pub rope_type: String,
    /// Base of the wavelengths.
    pub rope_theta: f64,
}

/// Rotary positions as `transformers` 5 writes them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RopeParameters {
    /// Of layers that see every token.
    pub full_attention: Rope,
    /// Of layers that see a window.
    pub sliding_attention: Rope,
}

/// Sizes of `ModernBERT`, in the fields of both its older and its newer configs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModernBertConfig {
    /// Transformer layers.
    pub num_hidden_layers: usize,
    /// Heads of each attention.
    pub num_attention_heads: usize,
    /// Width of the gated feed-forward layer.
    pub intermediate_size: usize,
    /// Longest input, in tokens.
    pub max_position_embeddings: usize,
    /// Epsilon of every layer norm.
    #[serde(default = "modern_epsilon")]
    pub norm_eps: f64,
    /// Whether norms have a bias.
    #[serde(default)]
    pub norm_bias: bool,
    /// Whether the linears of attention have a bias.
    #[serde(default)]
    pub attention_bias: bool,
    /// Whether the linears of the feed-forward block have a bias.
    #[serde(default)]
    pub mlp_bias: bool,
    /// Activation of the gate.
    #[serde(default)]
    pub hidden_activation: Activation,
    /// Width of the window of local attention.
    #[serde(default = "window")]
    pub local_attention: usize,
    /// Every so manyth layer sees every token; the first one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub global_attn_every_n_layers: Option<usize>,
    /// The same, layer by layer; goes before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer_types: Option<Vec<LayerType>>,
    /// Base of rotary positions where every token is seen.
    #[serde(default = "global_theta")]
    pub global_rope_theta: f64,
    /// Base of rotary positions where a window is seen; `null` is the global one.
    #[serde(default = "local_theta")]
    pub local_rope_theta: Option<f64>,
    /// The same in the newer form; goes before both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rope_parameters: Option<RopeParameters>,
    /// Dropout after embeddings, in training.
    #[serde(default)]
    pub embedding_dropout: f64,
    /// Dropout within the feed-forward block, in training.
    #[serde(default)]
    pub mlp_dropout: f64,
    /// Dropout of attention, in training.
    #[serde(default)]
    pub attention_dropout: f64,
}

fn modern_epsilon() -> f64 {
    1e-5
}
fn window() -> usize {
    128
}
fn global_theta() -> f64 {
    160_000.0
}
#[allow(clippy::unnecessary_wraps)] // the type of the field
fn local_theta() -> Option<f64> {
    Some(10_000.0)
}
fn default_rope() -> String {
    "default".to_owned()
}

impl ModernBertConfig {
    /// What layer `layer`, from 0, sees.
    pub fn layer_type(&self, layer: usize) -> LayerType {
        if let Some(types) = &self.layer_types {
            return types[layer];
        }
        let every = self.global_attn_every_n_layers.unwrap_or(3).max(1);
        if layer.is_multiple_of(every) { LayerType::Full } else { LayerType::Sliding }
    }

    /// Base of the wavelengths of rotary positions.
    pub fn theta(&self, layer_type: LayerType) -> f64 {
        match (layer_type, &self.rope_parameters) {
            (LayerType::Full, Some(rope)) => rope.full_attention.rope_theta,
            (LayerType::Sliding, Some(rope)) => rope.sliding_attention.rope_theta,
            (LayerType::Full, None) => self.global_rope_theta,
            (LayerType::Sliding, None) => self.local_rope_theta.unwrap_or(self.global_rope_theta),
        }
    }
}

/// The body of an encoder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "model_type")]
pub enum Architecture {
    /// Token vectors are pooled as they are.
    #[serde(rename = "isogloss-static")]
    Static,
    /// BERT, `MiniLM`, `LaBSE`.
    #[serde(rename = "bert")]
    Bert(BertConfig),
    /// XLM-R, multilingual E5, BGE-M3 (and `RoBERTa`, which is the same network).
    #[serde(rename = "xlm-roberta", alias = "roberta", alias = "camembert")]
    XlmRoberta(BertConfig),
    /// `ModernBERT`, `mmBERT`, Granite R2.
    #[serde(rename = "modernbert")]
    ModernBert(ModernBertConfig),
}

/// Layers at most: far above any published encoder, and little enough that a config that lies
/// costs nothing before its weights are compared with it.
const MOST_LAYERS: usize = 512;

impl Architecture {
    /// Longest input in tokens, special tokens included; none for `static`.
    pub fn longest(&self, pad: u32) -> Option<usize> {
        match self {
            Self::Static => None,
            Self::Bert(sizes) => Some(sizes.max_position_embeddings),
            // The rows up to the padding's are not positions of tokens.
            Self::XlmRoberta(sizes) => {
                Some(sizes.max_position_embeddings.saturating_sub(pad as usize + 1))
            }
            Self::ModernBert(sizes) => Some(sizes.max_position_embeddings),
        }
    }

    /// Heads of each attention; none for `static`.
    pub fn heads(&self) -> usize {
        match self {
            Self::Static => 0,
            Self::Bert(sizes) | Self::XlmRoberta(sizes) => sizes.num_attention_heads,
            Self::ModernBert(sizes) => sizes.num_attention_heads,
        }
    }

    /// Checks that the sizes make an encoder of vectors of `dimension`.
    pub(crate) fn check(&self, dimension: usize) -> Result<(), EncoderError> {
        match self {
            Self::Static => Ok(()),
            Self::Bert(sizes) | Self::XlmRoberta(sizes) => check_bert(sizes, dimension),
            Self::ModernBert(sizes) => check_modern(sizes, dimension),
        }
    }
}

pub(crate) fn bad<T>(field: &'static str, reason: impl Into<String>) -> Result<T, EncoderError> {
    Err(EncoderError::Config { field, reason: reason.into() })
}

fn check_sizes(
    layers: usize,
    heads: usize,
    wide: usize,
    positions: usize,
    dimension: usize,
) -> Result<(), EncoderError> {
    if layers == 0 || layers > MOST_LAYERS {
        return bad("num_hidden_layers", format!("{layers} is not within 1 and {MOST_LAYERS}"));
    }
    if heads == 0 || !dimension.is_multiple_of(heads) {
        return bad("num_attention_heads", format!("{heads} does not divide {dimension}"));
    }
    if wide == 0 {
        return bad("intermediate_size", "must be at least 1");
    }
    if positions == 0 {
        return bad("max_position_embeddings", "must be at least 1");
    }
    Ok(())
}

fn check_shares(shares: &[(&'static str, f64)]) -> Result<(), EncoderError> {
    for &(field, share) in shares {
        if !(0.0..1.0).contains(&share) {
            return bad(field, format!("{share} is not within 0 and 1"));
        }
    }
    Ok(())
}

fn check_epsilon(field: &'static str, epsilon: f64) -> Result<(), EncoderError> {
    if epsilon.is_finite() && epsilon >= 0.0 {
        return Ok(());
    }
    bad(field, format!("{epsilon} is not a small positive number"))
}

fn check_bert(sizes: &BertConfig, dimension: usize) -> Result<(), EncoderError> {
    check_sizes(
        sizes.num_hidden_layers,
        sizes.num_attention_heads,
        sizes.intermediate_size,
        sizes.max_position_embeddings,
        dimension,
    )?;
    if sizes.type_vocab_size == 0 {
        return bad("type_vocab_size", "must be at least 1");
    }
    let found = &sizes.position_embedding_type;
    if found != "absolute" {
        return bad("position_embedding_type", format!("`{found}` is not known; `absolute` is"));
    }
    check_epsilon("layer_norm_eps", sizes.layer_norm_eps)?;
    check_shares(&[
        ("hidden_dropout_prob", sizes.hidden_dropout_prob),
        ("attention_probs_dropout_prob", sizes.attention_probs_dropout_prob),
    ])
}

fn check_modern(sizes: &ModernBertConfig, dimension: usize) -> Result<(), EncoderError> {
    check_sizes(
        sizes.num_hidden_layers,
        sizes.num_attention_heads,
        sizes.intermediate_size,
        sizes.max_position_embeddings,
        dimension,
    )?;
    if !(dimension / sizes.num_attention_heads).is_multiple_of(2) {
        let heads = sizes.num_attention_heads;
        return bad("num_attention_heads", format!("{heads} heads of {dimension} are of odd size"));
    }
    if let Some(types) = &sizes.layer_types
        && types.len() != sizes.num_hidden_layers
    {
        let (found, layers) = (types.len(), sizes.num_hidden_layers);
        return bad("layer_types", format!("has {found} entries for {layers} layers"));
    }
    if let Some(rope) = &sizes.rope_parameters {
        for rope in [&rope.full_attention, &rope.sliding_attention] {
            if rope.rope_type != "default" {
                let found = &rope.rope_type;
                return bad("rope_parameters", format!("`{found}` is not known; `default` is"));
            }
        }
    }
    for theta in [LayerType::Full, LayerType::Sliding].map(|t| sizes.theta(t)) {
        if !(theta.is_finite() && theta > 0.0) {
            return bad("rope_theta", format!("{theta} is not a positive number"));
        }
    }
    check_epsilon("norm_eps", sizes.norm_eps)?;
    check_shares(&[
        ("embedding_dropout", sizes.embedding_dropout),
        ("mlp_dropout", sizes.mlp_dropout),
        ("attention_dropout", sizes.attention_dropout),
    ])
}

/// A tensor of the weights file, and how a fresh one starts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Slot {
    pub name: String,
    pub shape: Vec<usize>,
    pub fresh: Fresh,
}

/// How values start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fresh {
    Normal,
    Zeros,
    Ones,
}

/// Collects the tensors of an encoder in the order of the network.
#[derive(Default)]
pub(crate) struct Layout(pub Vec<Slot>);

impl Layout {
    pub fn matrix(&mut self, name: &str, shape: [usize; 2]) {
        debug_assert!(!name.ends_with(SCALE), "the name of scales");
        self.push(name.to_owned(), shape.to_vec(), Fresh::Normal);
    }

    pub fn linear(&mut self, name: &str, from: usize, to: usize, bias: bool) {
        self.push(format!("{name}.weight"), vec![to, from], Fresh::Normal);
        if bias {
            self.push(format!("{name}.bias"), vec![to], Fresh::Zeros);
        }
    }

    pub fn norm(&mut self, name: &str, size: usize, bias: bool) {
        self.push(format!("{name}.weight"), vec![size], Fresh::Ones);
        if bias {
            self.push(format!("{name}.bias"), vec![size], Fresh::Zeros);
        }
    }

    fn push(&mut self, name: String, shape: Vec<usize>, fresh: Fresh) {
        self.0.push(Slot { name, shape, fresh });
    }
}
