//! Model cards: what the program knows of a model beyond its manifest.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use artifact::{About, CARD, For, MANIFEST, Manifest};
use encoder::{Architecture, Config, Pooling};
use hub::Files;

use crate::failure::Failure;

/// The card of a model; `own` is what a person wrote of it, `base` what it was made from.
pub fn card(
    manifest: &Manifest,
    config: &Config,
    target: For,
    base: Option<&str>,
    own: Option<&str>,
) -> String {
    let base = base.or(manifest.training.as_ref().and_then(|t| t.base.as_deref()));
    let (encoder, licences) = (sentence(config), licences());
    artifact::card(manifest, &About { encoder: &encoder, target, base, own, licences: &licences })
}

/// Enters `manifest` into model directory `dir`, and its scores into the card there, if that is
/// as this program wrote it when it trained the model.
pub fn record(dir: &Path, mut manifest: Manifest, config: &Config) -> Result<(), Failure> {
    let path = dir.join(CARD);
    // Only the export itself knew all that its card says.
    let ours = manifest.card.is_some() && manifest.compression.is_none() && path.is_file();
    if ours && artifact::persons_card(dir)?.is_none() {
        let card = card(&manifest, config, For::Isogloss, None, None);
        manifest.card = Some(artifact::sha256_hex(card.as_bytes()));
        artifact::replace_file(&path, card.as_bytes())?;
    }
    Ok(artifact::replace_file(&dir.join(MANIFEST), &manifest.to_json())?)
}

/// What an encoder is, in a sentence.
fn sentence(config: &Config) -> String {
    let body = match &config.architecture {
        Architecture::Static => {
            "A static encoder: a text's vector comes from its pieces' alone".to_owned()
        }
        Architecture::Bert(sizes) => {
            format!("A BERT encoder of {} layers", sizes.num_hidden_layers)
        }
        Architecture::XlmRoberta(sizes) => {
            format!("An XLM-R encoder of {} layers", sizes.num_hidden_layers)
        }
        Architecture::ModernBert(sizes) => {
            format!("A ModernBERT encoder of {} layers", sizes.num_hidden_layers)
        }
    };
    let contract = &config.isogloss;
    let pooling = match contract.pooling {
        Pooling::Mean => "the mean over tokens",
        Pooling::Cls => "the first token's vector",
        Pooling::Last => "the last token's vector",
    };
    let mut text = format!(
        "{body}; {} pieces, embeddings of {} dimensions from {pooling}. Queries are cut at {} \
         tokens, passages at {}.",
        config.vocab_size,
        config.dimension(),
        contract.max_query_length,
        contract.max_passage_length,
    );
    let prefixes = [("query", &contract.query_prefix), ("passage", &contract.passage_prefix)];
    for (role, prefix) in prefixes.into_iter().filter(|(_, prefix)| !prefix.is_empty()) {
        let _ = write!(text, " Before a {role} stands `{prefix}`.");
    }
    text
}

/// Licences of the files of known data sets, by SHA-256.
fn licences() -> BTreeMap<String, String> {
    let mut licences = BTreeMap::new();
    for set in hub::table() {
        for files in set.files {
            if let Files::Url { sha256: Some(sha256), .. } = files {
                licences.insert(sha256, set.licence.clone());
            }
        }
    }
    licences
}
