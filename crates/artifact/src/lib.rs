//! The model directory: what a trained model is on disk and on the wire.
//!
//! A model is four files: `config.json`, `tokenizer.json` and `model.safetensors` as the Hugging
//! Face ecosystem names them, and `manifest.json`, which says how the model came about and holds
//! the SHA-256 of the other three. Readers trust nothing else: a file whose hash differs is
//! refused before it is parsed. Directories are written beside their place and renamed, so that
//! a half-written model never carries its final name.
//!
//! This crate knows files and hashes, not tensors on devices.

mod error;
mod files;
mod manifest;
mod weights;

pub use error::ArtifactError;
#[cfg(not(target_arch = "wasm32"))]
pub use files::{CARD, parent_of, replace_file, stage_directory};
pub use files::{CONFIG, MANIFEST, ModelFiles, TOKENIZER, WEIGHTS};
pub use manifest::{FORMAT, FileRecord, Manifest, Provenance, sha256_hex};
pub use weights::{Stored, Weights};
