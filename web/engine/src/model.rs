//! A model that is ready to search.

use artifact::{Buffer, CONFIG, MANIFEST, Manifest, ModelFiles, TOKENIZER, WEIGHTS};
use burn::tensor::Device;
use encoder::{Encoder, Options, Role};
use evaluation::CandidateText;
use gloo_timers::future::TimeoutFuture;
use retrieval::{Index, Vectors, top_k};

use super::corpus::Corpus;
use super::{EngineError, fetch};
use protocol::{Column, Hit};

/// Sentences encoded at a time: some tens of milliseconds of work, so that progress moves.
const CHUNK: usize = 128;

/// What is encoded of a candidate; `isogloss evaluate` does the same unless told otherwise.
pub const TEXT: CandidateText = CandidateText::Sentence;

/// The verified files of a model.
pub struct Files(ModelFiles);

impl Files {
    /// Fetches and verifies the files of model `name`; `progress` hears bytes done and in all.
    pub async fn fetch(
        base: &str,
        name: &str,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<Self, EngineError> {
        let base = format!("{base}models/{name}/");
        let manifest = Manifest::parse(&fetch(&base, MANIFEST, |_| {}).await?)?;
        let names = [CONFIG, TOKENIZER, WEIGHTS];
        let listed = |name: &str| manifest.files.get(name).map_or(0, |record| record.bytes);
        let total = names.iter().map(|name| listed(name)).sum();
        let mut done = 0;
        let mut files = Vec::with_capacity(names.len());
        for name in names {
            let bytes = fetch(&base, name, |bytes| progress(done + bytes, total)).await?;
            manifest.verify(name, &bytes)?;
            done += bytes.len() as u64;
            files.push(bytes);
        }
        let [config, tokenizer, weights] = <[Vec<u8>; 3]>::try_from(files).unwrap_or_default();
        let weights = Buffer::from(weights);
        Ok(Self(ModelFiles { config, tokenizer, weights, manifest }))
    }
}

/// An encoder with the vectors of every candidate.
pub struct Model {
    /// Encodes queries.
    pub encoder: Encoder,
    /// Candidate vectors, language by language.
    pub candidates: Vec<Vectors>,
    index: Index,
}

impl Model {
    /// Reads the encoder and encodes the candidates; `progress` hears sentences done.
    pub async fn load(
        files: &Files,
        corpus: &Corpus,
        device: &Device,
        mut progress: impl FnMut(u64),
    ) -> Result<Self, EngineError> {
        // The page searches by direction, whatever length a model gives its vectors.
        let encoder = Encoder::open(&files.0, device, Options::default())?.with_unit_vectors();
        let dimension = encoder.dimension();
        let mut candidates = Vec::new();
        let mut pooled = Vec::new();
        let mut done = 0;
        for set in &corpus.benchmark.languages {
            let texts: Vec<_> = (0..set.candidates.len()).map(|at| TEXT.text(set, at)).collect();
            let mut values = Vec::with_capacity(texts.len() * dimension);
            for chunk in texts.chunks(CHUNK) {
                values.extend(encoder.encode(chunk, Role::Passage).await?);
                done += chunk.len() as u64;
                progress(done);
                TimeoutFuture::new(0).await;
            }
            pooled.extend_from_slice(&values);
            candidates.push(Vectors::new(dimension, values)?);
        }
        let index = Index::new(&Vectors::new(dimension, pooled)?, device)?;
        Ok(Self { encoder, candidates, index })
    }

    /// The `limit` best candidates of all languages for `query`.
    pub async fn search(
        &self,
        corpus: &Corpus,
        name: &str,
        query: &str,
        limit: usize,
    ) -> Result<Column, EngineError> {
        let start = js_sys::Date::now();
        let vector = self.encoder.encode(&[query], Role::Query).await?;
        let vector = Vectors::new(self.encoder.dimension(), vector)?;
        let scores = self.index.scores(&vector).await?;
        let found = top_k(&scores, limit, &corpus.ties);
        let hits = found.into_iter().map(|hit| {
            let (language, candidate) = corpus.pool[hit.index];
            let set = &corpus.benchmark.languages[language];
            let candidate = &set.candidates[candidate];
            Hit {
                language: set.language.clone(),
                text: candidate.text.clone(),
                title: set.passages[candidate.passage].title.clone(),
                score: hit.score,
            }
        });
        let hits = hits.collect();
        Ok(Column { model: name.to_owned(), hits, millis: js_sys::Date::now() - start })
    }
}
