//! What the page fetches beside models: their list, and the corpus.
//!
//! The page fetches `models/index.json` and, for a model, the files of its directory; for the
//! texts, `corpus/manifest.json` and one file per language. Every file's hash is in a manifest, so
//! that the page can tell a broken download from a good one.

use std::collections::BTreeMap;
use std::path::Path;

use artifact::FileRecord;
use corpora::Split;
use corpora::lareqa::{self, Benchmark};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::scoring;

/// The page's list of models.
pub const INDEX: &str = "index.json";

/// One entry of the page's list of models.
#[derive(Debug, Serialize, Deserialize)]
pub struct Listed {
    /// Name of its folder.
    pub name: String,
    /// What the page calls it.
    pub title: String,
    /// How its training batches were composed; `base` where nothing is known of them.
    pub strategy: String,
    /// Length of its vectors.
    pub dimension: usize,
    /// Bytes to fetch.
    pub bytes: u64,
}

/// What the page is told of the corpus.
#[derive(Debug, Serialize)]
struct CorpusManifest {
    name: String,
    split: String,
    files: BTreeMap<String, FileRecord>,
}

/// The page's list of models as it is; empty where there is none yet.
pub fn read_index(path: &Path) -> Result<Vec<Listed>, Failure> {
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map_err(|error| Failure::Input(format!("{}: {error}", path.display()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Failure::path(path)(error)),
    }
}

/// Enters the model into the list, in place of one of the same name.
pub fn list(path: &Path, mut index: Vec<Listed>, listed: Listed) -> Result<(), Failure> {
    match index.iter_mut().find(|entry| entry.name == listed.name) {
        Some(entry) => *entry = listed,
        None => index.push(listed),
    }
    let bytes = serde_json::to_vec_pretty(&index).map_err(Failure::input)?;
    Ok(artifact::replace_file(path, &bytes)?)
}

/// Reads the corpus as what the page will read it as, so that it never gets one it cannot use.
pub fn read_corpus(from: &Path) -> Result<Benchmark, Failure> {
    Ok(lareqa::read_dir(from, None, Split::Test)?)
}

/// Copies the corpus' files with their hashes; the page reads the test split of them.
pub fn write_corpus(from: &Path, benchmark: &Benchmark, to: &Path) -> Result<(), Failure> {
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
        let name = scoring::name(from);
        let manifest = CorpusManifest { name, split: Split::Test.to_string(), files };
        let bytes = serde_json::to_vec_pretty(&manifest).map_err(Failure::input)?;
        let copy = staging.join("manifest.json");
        std::fs::write(&copy, bytes).map_err(Failure::path(&copy))
    })?;
    eprintln!("{}: {} languages", to.display(), benchmark.languages.len());
    Ok(())
}
