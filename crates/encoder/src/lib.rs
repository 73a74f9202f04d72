//! Texts to vectors.
//!
//! An encoder is a vocabulary [`Table`] on the host, a [`Network`] on the device and a pooling rule,
//! with the tokenisation contract (prefixes, maximum lengths, special tokens) in its config. The
//! table stays on the host for every architecture: only the rows of a batch travel to the device
//! as `[rows, width, dimension]`. That keeps tables of any size off GPUs whose buffers are too
//! small for them, lets them stay mapped, in f16 or in int8, and makes training touch only the
//! rows it uses.
//!
//! Four architectures share this: `static`, whose body does nothing, `bert`, `xlm-roberta` and
//! `modernbert`, read as they are published (see [`Encoder::open`]). Padding is masked out of
//! attention and pooling, so neither the width of a batch nor its order changes an embedding
//! (beyond float rounding).

mod architecture;
mod bert;
mod blocks;
mod config;
mod encoder;
mod error;
mod host;
mod model;
mod modern;
mod network;
mod pooling;
mod precision;
mod published;
mod random;
mod table;
#[cfg(not(target_arch = "wasm32"))]
mod trim;

pub use architecture::{
    Activation, Architecture, BertConfig, LayerType, ModernBertConfig, Rope, RopeParameters,
};
pub use bert::Bert;
pub use config::{Config, Contract, Head, Pooling, Role};
pub use encoder::{Encoder, Options, Parts, tokenise};
pub use error::EncoderError;
pub use model::Model;
pub use modern::ModernBert;
pub use network::{Body, Inputs, Network, Nothing};
pub use pooling::{mean_pool, normalise, pool};
pub use random::{fresh_weights, parameter_id};
pub use table::Table;
