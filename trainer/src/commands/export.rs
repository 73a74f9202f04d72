//! `isogloss export`.
//!
//! The page fetches `models/index.json` and, for a model, the four files of its directory; for
//! the texts, `corpus/manifest.json` and one file per language. Every file's hash is in a
//! manifest, so that the page can tell a broken download from a good one.

use std::collections::BTreeMap;
use std::path::Path;

use artifact::{FileRecord, ModelFiles, Weights};
use corpora::Split;
use corpora::lareqa;
use encoder::Config;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::options::{Export, Target};

/// One entry of the page's list of models.
#[derive(Debug, Serialize, Deserialize)]
struct Listed {
    name: String,
    title: String,
    strategy: String,
    dimension: usize,
    bytes: u64,
}

/// What the page is told of the corpus.
#[derive(Debug, Serialize)]
struct CorpusManifest {
    name: String,
    split: String,
    files: BTreeMap<String, FileRecord>,
}

/// Exports a model.
pub fn run(options: &Export) -> Result<(), Failure> {
    match options.to {
        Target::Web => web(options),
    }
}

fn web(options: &Export) -> Result<(), Failure> {
    let files = ModelFiles::read(&options.model)?;
    let name = options.name.clone().unwrap_or_else(|| files.manifest.name.clone());
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
        let text = format!("`{name}` cannot name a model on the page: use letters, digits, - _ .");
        return Err(Failure::Input(text));
    }
    let config = Config::parse(&files.config)?;
    let weights = Weights::parse(artifact::WEIGHTS, &files.weights)?.to_f16().to_bytes()?;
    let manifest = files.manifest;
    let strategy = manifest.training.as_ref().map_or("base", |t| &t.strategy).to_owned();
    let mut exported =
        ModelFiles::new(&name, files.config, files.tokenizer, weights, manifest.training);
    exported.manifest.scores = manifest.scores;
    let models = options.public.join("models");
    exported.write(&models.join(&name))?;
    let listed = Listed {
        title: title(&strategy),
        bytes: exported.bytes(),
        dimension: config.hidden_size,
        strategy,
        name,
    };
    eprintln!("{}: {:.1} MB", models.join(&listed.name).display(), listed.bytes as f64 / 1e6);
    list(&models, listed)?;
    if let Some(corpus) = &options.corpus {
        write_corpus(corpus, &options.public.join("corpus"))?;
    }
    Ok(())
}

fn title(strategy: &str) -> String {
    match strategy.split(':').next() {
        Some("mono") => "Monolingual batches".to_owned(),
        Some("cross") => "Cross-lingual batches".to_owned(),
        Some("hybrid") => "Hybrid batches".to_owned(),
        Some("mixed") => "Mixed batches".to_owned(),
        _ => strategy.to_owned(),
    }
}

/// Enters the model into the list, in place of one of the same name.
fn list(models: &Path, listed: Listed) -> Result<(), Failure> {
    let path = models.join("index.json");
    let mut index: Vec<Listed> = match std::fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map_err(|error| Failure::Input(format!("{}: {error}", path.display())))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(Failure::path(&path)(error)),
    };
    match index.iter_mut().find(|entry| entry.name == listed.name) {
        Some(entry) => *entry = listed,
        None => index.push(listed),
    }
    let bytes = serde_json::to_vec_pretty(&index).map_err(Failure::input)?;
    Ok(artifact::replace_file(&path, &bytes)?)
}

/// Copies the corpus' files with their hashes; the page reads the test split of them.
fn write_corpus(from: &Path, to: &Path) -> Result<(), Failure> {
    // Read once as what it will be read as, so that the page never gets a corpus it cannot use.
    let benchmark = lareqa::read_dir(from, None, Split::Test)?;
    artifact::stage_directory(to, |staging| {
        let mut files = BTreeMap::new();
        for set in &benchmark.languages {
            let name = format!("{}.json", set.language);
            let path = from.join(&name);
            let bytes = std::fs::read(&path).map_err(Failure::path(&path))?;
            let target = staging.join(&name);
            std::fs::write(&target, &bytes).map_err(Failure::path(&target))?;
            files.insert(name, FileRecord::of(&bytes));
        }
        let name = from.file_name().unwrap_or(from.as_os_str()).to_string_lossy().into_owned();
        let manifest = CorpusManifest { name, split: Split::Test.to_string(), files };
        let bytes = serde_json::to_vec_pretty(&manifest).map_err(Failure::input)?;
        let target = staging.join("manifest.json");
        std::fs::write(&target, bytes).map_err(Failure::path(&target))
    })?;
    eprintln!("{}: {} languages", to.display(), benchmark.languages.len());
    Ok(())
}
