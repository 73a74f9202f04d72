//! Texts to vectors.
//!
//! An encoder is a vocabulary [`Table`] on the host, a [`Body`] on the device and a pooling rule,
//! with the tokenisation contract (prefixes, maximum lengths, special tokens) in its config. The
//! table stays on the host for every architecture: only the rows of a batch travel to the device
//! as `[rows, width, dimension]`. That keeps tables of any size off GPUs whose buffers are too
//! small for them, lets them stay in f16 or int8, and makes training touch only the rows it uses.
//!
//! Two architectures share this: `static`, whose body does nothing, and `bert`, a transformer
//! encoder. Padding is masked out of attention and pooling, so neither the width of a batch nor
//! its order changes an embedding (beyond float rounding).

mod bert;
mod body;
mod config;
mod encoder;
mod error;
mod pooling;
mod random;
mod table;

pub use bert::Bert;
pub use body::Body;
pub use config::{Architecture, BertConfig, Config, Contract, Pooling, Role};
pub use encoder::{Encoder, Parts};
pub use error::EncoderError;
pub use pooling::{mean_pool, normalise, pool};
pub use random::fresh_weights;
pub use table::Table;
