//! `isogloss export`.
//!
//! The page fetches `models/index.json` and, for a model, the four files of its directory; for
//! the texts, `corpus/manifest.json` and one file per language. Every file's hash is in a
//! manifest, so that the page can tell a broken download from a good one.

use std::collections::BTreeMap;
use std::path::Path;

use artifact::{FileRecord, ModelFiles, Weights};
use corpora::Split;
use corpora::lareqa::{self, Benchmark};
use encoder::Config;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::options::{Export, Target};
use crate::outputs;

/// The page's list of models.
const INDEX: &str = "index.json";

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
    let dir = options.model.open()?;
    let files = ModelFiles::read(dir.path())?;
    let name = options.name.clone().unwrap_or_else(|| files.manifest.name.clone());
    // A name that starts with a dot would hide the folder, or be the one above it.
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || name.starts_with('.') || !name.chars().all(fits) {
        let text = format!("`{name}` cannot name a model on the page: use letters, digits, - _ .");
        return Err(Failure::Input(text));
    }
    // All that may be refused comes before the first write.
    let config = Config::parse(&files.config)?;
    let models = options.public.join("models");
    let target = models.join(&name);
    outputs::model(&target)?;
    let index = read_index(&models.join(INDEX))?;
    let corpus = options.corpus.as_deref().map(read_corpus).transpose()?;
    let weights = Weights::parse(artifact::WEIGHTS, files.weights.clone())?;
    let weights = weights.compressed(|_| artifact::Kind::F16).to_bytes()?;
    let manifest = files.manifest;
    let strategy = manifest.training.as_ref().map_or("base", |t| &t.strategy).to_owned();
    let mut exported =
        ModelFiles::new(&name, files.config, files.tokenizer, weights, manifest.training);
    exported.manifest.scores = manifest.scores;
    exported.write(&target)?;
    let listed = Listed {
        title: title(&strategy),
        bytes: exported.bytes(),
        dimension: config.hidden_size,
        strategy,
        name,
    };
    eprintln!("{}: {:.1} MB", target.display(), listed.bytes as f64 / 1e6);
    list(&models.join(INDEX), index, listed)?;
    if let (Some(from), Some(benchmark)) = (&options.corpus, corpus) {
        write_corpus(from, &benchmark, &options.public.join("corpus"))?;
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

/// The page's list of models as it is; empty where there is none yet.
fn read_index(path: &Path) -> Result<Vec<Listed>, Failure> {
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map_err(|error| Failure::Input(format!("{}: {error}", path.display()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Failure::path(path)(error)),
    }
}

/// Enters the model into the list, in place of one of the same name.
fn list(path: &Path, mut index: Vec<Listed>, listed: Listed) -> Result<(), Failure> {
    match index.iter_mut().find(|entry| entry.name == listed.name) {
        Some(entry) => *entry = listed,
        None => index.push(listed),
    }
    let bytes = serde_json::to_vec_pretty(&index).map_err(Failure::input)?;
    Ok(artifact::replace_file(path, &bytes)?)
}

/// Reads the corpus as what the page will read it as, so that it never gets one it cannot use.
fn read_corpus(from: &Path) -> Result<Benchmark, Failure> {
    Ok(lareqa::read_dir(from, None, Split::Test)?)
}

/// Copies the corpus' files with their hashes; the page reads the test split of them.
fn write_corpus(from: &Path, benchmark: &Benchmark, to: &Path) -> Result<(), Failure> {
    artifact::stage_directory(to, |staging| {
        let mut files = BTreeMap::new();
        for set in &benchmark.languages {
            let name = format!("{}.json", set.language);
            let path = from.join(&name);
            let bytes = std::fs::read(&path).map_err(Failure::path(&path))?;
            let copy = staging.join(&name);
            std::fs::write(&copy, &bytes).map_err(Failure::path(&copy))?;
            files.insert(name, FileRecord::of(&bytes));
        }
        let name = from.file_name().unwrap_or(from.as_os_str()).to_string_lossy().into_owned();
        let manifest = CorpusManifest { name, split: Split::Test.to_string(), files };
        let bytes = serde_json::to_vec_pretty(&manifest).map_err(Failure::input)?;
        let copy = staging.join("manifest.json");
        std::fs::write(&copy, bytes).map_err(Failure::path(&copy))
    })?;
    eprintln!("{}: {} languages", to.display(), benchmark.languages.len());
    Ok(())
}
