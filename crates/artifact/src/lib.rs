//! The model directory: what a trained model is on disk and on the wire.
//!
//! A model is four files: `config.json`, `tokenizer.json` and `model.safetensors` as the Hugging
//! Face ecosystem names them, and `manifest.json`, which says how the model came about and holds
//! the SHA-256 of the other three. Readers trust nothing else: a file whose hash differs is
//! refused before it is parsed. Directories are written beside their place and renamed, so that
//! a half-written model never carries its final name.
//!
//! This crate knows files and hashes, not tensors on devices.

mod buffer;
#[cfg(not(target_arch = "wasm32"))]
mod card;
#[cfg(not(target_arch = "wasm32"))]
mod checkpoint;
#[cfg(not(target_arch = "wasm32"))]
mod directory;
mod error;
mod files;
mod manifest;
mod source;
mod stored;
mod weights;

pub use buffer::Buffer;
#[cfg(not(target_arch = "wasm32"))]
pub use card::{About, For, card};
#[cfg(not(target_arch = "wasm32"))]
pub use directory::Directory;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use directory::read_limited;
pub use error::ArtifactError;
#[cfg(not(target_arch = "wasm32"))]
pub use files::{CARD, parent_of, persons_card, replace_file, stage_directory};
pub use files::{CONFIG, MANIFEST, ModelFiles, TOKENIZER, WEIGHTS};
pub use manifest::{
    Change, Compression, FORMAT, FileRecord, Loss, Manifest, Provenance, sha256_hex,
};
pub use source::Source;
pub use stored::{Kind, Stored};
pub use weights::{SCALE, Weights};
