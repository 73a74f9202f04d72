//! The manifest of a model.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ArtifactError;

/// The manifest format that this version writes and reads.
pub const FORMAT: u32 = 1;

/// Size and hash of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
    /// Length in bytes.
    pub bytes: u64,
}

impl FileRecord {
    /// The record of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self { sha256: sha256_hex(bytes), bytes: bytes.len() as u64 }
    }

    /// Checks `bytes` against the record; `file` is what errors call it.
    pub fn verify(&self, file: &str, bytes: &[u8]) -> Result<(), ArtifactError> {
        let found = bytes.len() as u64;
        if found != self.bytes {
            let expected = self.bytes;
            return Err(ArtifactError::Length { file: file.to_owned(), found, expected });
        }
        let found = sha256_hex(bytes);
        if found != self.sha256 {
            let expected = self.sha256.clone();
            return Err(ArtifactError::Hash { file: file.to_owned(), found, expected });
        }
        Ok(())
    }
}

/// How a model came about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// Batch composition: `mono`, `cross`, `hybrid` (with its alpha) or `mixed`.
    pub strategy: String,
    /// Seed of sampling and initialisation.
    pub seed: u64,
    /// Optimiser steps taken.
    pub steps: u64,
    /// Rows a batch.
    pub batch: usize,
    /// Directory name of the model that training started from, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// Training files by name.
    pub data: BTreeMap<String, FileRecord>,
    /// Licences of training files, by name, as far as the run file states them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub licences: BTreeMap<String, String>,
    /// Languages of the training data, by code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// Device that trained it.
    pub device: String,
    /// Wall-clock seconds of training.
    pub seconds: f64,
}

/// What an export stored in fewer bits, and what that cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compression {
    /// How the rows of the vocabulary table are stored: `f16` or `int8`.
    pub rows: String,
    /// How all other weights are stored: `f16`, or `int8` for matrices.
    pub weights: String,
    /// What was measured; `null` where nothing was.
    pub loss: Option<Loss>,
}

/// Embeddings of a compressed model beside those of the model that it was made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loss {
    /// Name of the corpus that the texts are from.
    pub corpus: String,
    /// Texts compared, questions and candidates together.
    pub texts: u64,
    /// Smallest cosine of a text's two embeddings.
    pub smallest_cosine: f64,
    /// Mean of that cosine over the texts.
    pub mean_cosine: f64,
    /// Mean average precision by setting (`monolingual`, `cross-lingual`, `multilingual`); empty
    /// where the whole corpus was not scored.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub map: BTreeMap<String, Change>,
}

/// A score before and after.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Of the model as it was.
    pub before: f64,
    /// Of the compressed model.
    pub after: f64,
}

impl Change {
    /// What was gained; negative where the score fell.
    pub fn difference(self) -> f64 {
        self.after - self.before
    }
}

/// `manifest.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// Short name of the model.
    pub name: String,
    /// The other files of the directory.
    pub files: BTreeMap<String, FileRecord>,
    /// How it was trained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<Provenance>,
    /// Benchmark scores, by benchmark and measure.
    #[serde(default)]
    pub scores: BTreeMap<String, BTreeMap<String, f64>>,
    /// SPDX identifier or expression of the licence of the weights; absent where none was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// What an export made smaller; absent where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compression: Option<Compression>,
    /// SHA-256 of the model card as this program wrote it. A card with another one is a person's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<String>,
}

impl Manifest {
    /// A manifest of no files yet.
    pub fn new(name: &str) -> Self {
        Self {
            format: FORMAT,
            name: name.to_owned(),
            files: BTreeMap::new(),
            training: None,
            scores: BTreeMap::new(),
            licence: None,
            compression: None,
            card: None,
        }
    }

    /// Reads a manifest and checks its format.
    pub fn parse(bytes: &[u8]) -> Result<Self, ArtifactError> {
        let file = super::MANIFEST;
        let manifest: Self =
            serde_json::from_slice(bytes).map_err(|error| ArtifactError::json(file, &error))?;
        if manifest.format != FORMAT {
            return Err(ArtifactError::Format {
                file: file.to_owned(),
                found: manifest.format,
                supported: FORMAT,
            });
        }
        Ok(manifest)
    }

    /// The text of `manifest.json`.
    pub fn to_json(&self) -> Vec<u8> {
        // Serialising these types cannot fail: no map has keys other than strings.
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// Checks the bytes of the listed file `name`.
    pub fn verify(&self, name: &str, bytes: &[u8]) -> Result<(), ArtifactError> {
        match self.files.get(name) {
            Some(record) => record.verify(name, bytes),
            None => Err(ArtifactError::Unlisted { file: name.to_owned() }),
        }
    }
}

/// SHA-256 of `bytes` in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let digest = Sha256::digest(bytes);
    digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_standard() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(
            sha256_hex(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn a_changed_byte_and_a_cut_file_are_told_apart() {
        let record = FileRecord::of(b"weights");
        assert!(record.verify("w", b"weights").is_ok());
        assert!(matches!(record.verify("w", b"weightz"), Err(ArtifactError::Hash { .. })));
        assert!(matches!(record.verify("w", b"weight"), Err(ArtifactError::Length { .. })));
    }

    #[test]
    fn a_manifest_without_later_fields_reads_and_what_was_not_measured_is_null() {
        let text = br#"{"format": 1, "name": "m", "files": {}, "training": {"strategy": "mono",
            "seed": 1, "steps": 2, "batch": 3, "data": {}, "device": "cpu", "seconds": 0.5}}"#;
        let mut manifest = Manifest::parse(text).unwrap();
        assert!(manifest.compression.is_none() && manifest.licence.is_none());
        let (rows, weights) = ("f16".to_owned(), "f16".to_owned());
        manifest.compression = Some(Compression { rows, weights, loss: None });
        let written = String::from_utf8(manifest.to_json()).unwrap();
        assert!(written.contains("\"loss\": null"), "{written}");
        assert_eq!(Manifest::parse(written.as_bytes()).unwrap(), manifest);
    }

    #[test]
    fn an_unknown_format_is_refused() {
        let text = br#"{"format": 99, "name": "m", "files": {}}"#;
        let error = Manifest::parse(text).unwrap_err();
        assert!(error.to_string().contains("format 99"), "{error}");
    }
}
