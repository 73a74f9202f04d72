//! `isogloss export`: any model that opens, as other programs load it.
//!
//! Whatever the model's own files look like, it is opened as an encoder and written from there, so
//! that one that was trained here and one that others published take the same way out.

mod loss;
mod page;
mod pieces;
mod sentence_transformers;
mod web;

use artifact::{Manifest, SCALE, Weights};
use encoder::{Config, Encoder};
use tokens::Tokenizer;

use crate::failure::Failure;
use crate::models;
use crate::options::{Export, Target};

/// Exports a model.
pub fn run(options: &Export) -> Result<(), Failure> {
    if let Some(licence) = &options.licence {
        check_licence(licence)?;
    }
    match options.to {
        Target::Web => web::run(options),
        Target::SentenceTransformers => sentence_transformers::run(options),
    }
}

/// Checks that a licence can be an SPDX identifier or expression.
fn check_licence(licence: &str) -> Result<(), Failure> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-.+() ".contains(c);
    if licence.trim().is_empty() || !licence.chars().all(fits) {
        return Err(Failure::Input(format!(
            "--licence `{licence}` is no SPDX identifier, such as CC-BY-SA-4.0 or Apache-2.0"
        )));
    }
    Ok(())
}

/// A model that was opened for an export.
struct Model {
    encoder: Encoder,
    /// Its own manifest, under the name of the export; a new one for a published model.
    manifest: Manifest,
    /// What it was made from, where the manifest does not say.
    base: Option<String>,
    /// The card that a person wrote.
    card: Option<String>,
}

impl Model {
    fn open(options: &Export, device: &burn::tensor::Device) -> Result<Self, Failure> {
        let dir = options.model.open()?;
        let encoder = models::load(&dir, device, encoder::Options::default())?;
        let own = dir.name();
        let base = dir.manifest().is_none().then(|| own.clone());
        let mut manifest = dir.manifest().cloned().unwrap_or_else(|| Manifest::new(&own));
        if let Some(name) = &options.name {
            manifest.name.clone_from(name);
        }
        if let Some(licence) = &options.licence {
            manifest.licence = Some(licence.clone());
        }
        let card = artifact::persons_card(dir.path())?;
        let card = card.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        if manifest.licence.is_none() && card.is_none() {
            eprintln!("note: no licence is stated for {own}; --licence states one");
        }
        Ok(Self { encoder, manifest, base, card })
    }

    /// The parts that files are made of; reads the device.
    fn parts(&self) -> Result<(Config, Tokenizer, Weights), Failure> {
        let parts = self.encoder.clone().into_parts();
        let weights = parts.weights()?;
        Ok((parts.config, parts.tokenizer, weights))
    }
}

/// Checks that every value survived: f16 ends at 65,504.
fn finite(weights: &Weights) -> Result<(), Failure> {
    for (name, _, stored) in weights.iter().filter(|(name, _, _)| !name.ends_with(SCALE)) {
        if !stored.to_f32().iter().all(|x| x.is_finite()) {
            let kind = stored.kind();
            return Err(Failure::Input(format!("`{name}` has values that {kind} cannot hold")));
        }
    }
    Ok(())
}
