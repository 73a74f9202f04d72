//! One scoring run, in pieces.
//!
//! The numbers are those of `isogloss evaluate`: the same scorer over vectors of the same encoder.

use burn::tensor::Device;
use encoder::Role;
use evaluation::Scorer;
use retrieval::Vectors;

use super::EngineError;
use super::corpus::Corpus;
use super::model::{Model, TEXT};
use protocol::Scores;

/// Questions encoded and ranked at a time. Between pieces the run can be stopped and searches are
/// answered, so a piece is a fraction of a second even on the CPU.
const CHUNK: usize = 64;

/// A run that is not finished.
pub struct Run {
    name: String,
    scorer: Scorer,
    language: usize,
    question: usize,
    start: f64,
}

impl Run {
    /// A run of the model `name` over all questions of the corpus.
    pub fn new(
        name: String,
        model: &Model,
        corpus: &Corpus,
        device: &Device,
    ) -> Result<Self, EngineError> {
        let start = js_sys::Date::now();
        let scorer = Scorer::new(&corpus.benchmark, model.candidates.clone(), device)?;
        Ok(Self { name, scorer, language: 0, question: 0, start })
    }

    /// Encodes and ranks the next questions; says whether all are done.
    pub async fn step(&mut self, model: &Model, corpus: &Corpus) -> Result<bool, EngineError> {
        let Some(set) = corpus.benchmark.languages.get(self.language) else { return Ok(true) };
        let end = set.questions.len().min(self.question + CHUNK);
        let questions = &set.questions[self.question..end];
        let texts: Vec<&str> = questions.iter().map(|question| question.text.as_str()).collect();
        let values = model.encoder.encode(&texts, Role::Query).await?;
        let vectors = Vectors::new(model.encoder.dimension(), values)?;
        self.scorer.add(self.language, self.question, &vectors).await?;
        self.question = end;
        if end == set.questions.len() {
            self.language += 1;
            self.question = 0;
        }
        Ok(self.language == corpus.benchmark.languages.len())
    }

    /// Questions done.
    pub fn done(&self) -> u64 {
        self.scorer.scored() as u64
    }

    /// The means over all questions.
    pub fn finish(self, corpus: &Corpus) -> Result<Scores, EngineError> {
        let mean = self.scorer.finish(corpus.name.as_str(), TEXT)?.mean;
        Ok(Scores {
            model: self.name,
            map_mono: mean.monolingual.map(|mean| mean.map),
            map_cross: mean.crosslingual.map(|mean| mean.map),
            map_multi: mean.multilingual.map(|mean| mean.map),
            rank_distance: mean.rank_distance,
            seconds: (js_sys::Date::now() - self.start) / 1000.0,
        })
    }
}
