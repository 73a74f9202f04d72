//! The corpus: what is searched, and what models are scored on.

use std::collections::BTreeMap;

use artifact::FileRecord;
use corpora::Split;
use corpora::lareqa::{Benchmark, LanguageSet, parse};
use retrieval::TieOrder;
use serde::Deserialize;

use super::{EngineError, fetch};

/// Name of the corpus' manifest in messages and under the base address.
const MANIFEST: &str = "corpus/manifest.json";

/// `corpus/manifest.json`.
#[derive(Deserialize)]
struct Manifest {
    name: String,
    split: String,
    files: BTreeMap<String, FileRecord>,
}

/// The corpus with what ranking all of it needs.
pub struct Corpus {
    /// What reports call it.
    pub name: String,
    /// Candidates and questions.
    pub benchmark: Benchmark,
    /// Every candidate: its language's index and its own, in the order of the pooled vectors.
    pub pool: Vec<(usize, usize)>,
    /// Order of equal scores.
    pub ties: TieOrder,
}

impl Corpus {
    /// Fetches and verifies the files that the manifest lists; `progress` hears bytes done and in
    /// all.
    pub async fn fetch(
        base: &str,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<Self, EngineError> {
        let manifest = fetch(base, MANIFEST, |_| {}).await?;
        let manifest: Manifest = serde_json::from_slice(&manifest)
            .map_err(|error| EngineError::json(MANIFEST, &error))?;
        let split: Split = manifest.split.parse().map_err(EngineError::Split)?;
        let total = manifest.files.values().map(|record| record.bytes).sum();
        let mut done = 0;
        let mut sets = Vec::with_capacity(manifest.files.len());
        for (name, record) in &manifest.files {
            let file = format!("corpus/{name}");
            let bytes = fetch(base, &file, |bytes| progress(done + bytes, total)).await?;
            record.verify(&file, &bytes)?;
            done += record.bytes;
            let language = name.strip_suffix(".json").unwrap_or(name);
            sets.push(parse(language, &file, &bytes, split)?);
        }
        if sets.is_empty() {
            return Err(EngineError::NoLanguages);
        }
        Self::new(manifest.name, sets)
    }

    /// A corpus of these languages.
    pub fn new(name: String, sets: Vec<LanguageSet>) -> Result<Self, EngineError> {
        let benchmark = Benchmark::new(sets)?;
        let mut pool = Vec::with_capacity(benchmark.candidate_count());
        let mut ids = Vec::with_capacity(pool.capacity());
        for (language, set) in benchmark.languages.iter().enumerate() {
            for (candidate, one) in set.candidates.iter().enumerate() {
                pool.push((language, candidate));
                ids.push(one.id.as_str());
            }
        }
        let ties = TieOrder::new(&ids)?;
        Ok(Self { name, benchmark, pool, ties })
    }
}
