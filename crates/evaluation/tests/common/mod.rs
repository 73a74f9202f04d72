//! Small benchmarks, and vectors whose scores are known.

use burn::tensor::Device;
use corpora::lareqa::{Benchmark, Candidate, LanguageSet, Passage, Question};
use isogloss_evaluation::{CandidateText, Report, Scorer};
use pollster::block_on;
use retrieval::Vectors;

/// A language with `candidates` sentences `{language}_{n}` of one paragraph.
pub fn set(language: &str, candidates: usize, questions: &[(&str, usize)]) -> LanguageSet {
    let candidate = |at: usize| Candidate {
        id: format!("{language}_{at}"),
        text: format!("sentence {at} of {language}"),
        passage: 0,
    };
    let question = |&(id, candidate): &(&str, usize)| Question {
        id: id.to_owned(),
        text: format!("{id} in {language}"),
        candidate,
    };
    LanguageSet {
        language: language.to_owned(),
        passages: vec![Passage {
            title: "A title".to_owned(),
            text: format!("the paragraph of {language}"),
        }],
        candidates: (0..candidates).map(candidate).collect(),
        questions: questions.iter().map(question).collect(),
    }
}

/// Scores a benchmark of which the scores are given: per question (of all languages, in order) one
/// number per candidate (of all languages, in order).
///
/// Question `i` becomes the unit vector `i`, so component `i` of a candidate is its score for it.
pub fn score_by_hand(benchmark: &Benchmark, scores: &[Vec<f32>], device: &Device) -> Report {
    let dimension = scores.len();
    let mut start = 0;
    let mut candidates = Vec::new();
    for set in &benchmark.languages {
        let end = start + set.candidates.len();
        let values =
            (start..end).flat_map(|candidate| scores.iter().map(move |row| row[candidate]));
        candidates.push(Vectors::new(dimension, values.collect()).unwrap());
        start = end;
    }
    let mut scorer = Scorer::new(benchmark, candidates, device).unwrap();
    let mut asked = 0;
    for (language, set) in benchmark.languages.iter().enumerate() {
        let mut values = vec![0.0; set.questions.len() * dimension];
        for row in values.chunks_mut(dimension) {
            row[asked] = 1.0;
            asked += 1;
        }
        block_on(scorer.add(language, 0, &Vectors::new(dimension, values).unwrap())).unwrap();
    }
    scorer.finish("by hand", CandidateText::Sentence).unwrap()
}

/// The questions of all languages in pieces of at most `size`: language, first question, vectors.
pub fn queries_of(queries: &[Vectors], size: usize) -> Vec<(usize, usize, Vectors)> {
    let mut pieces = Vec::new();
    for (language, vectors) in queries.iter().enumerate() {
        let size = size.min(vectors.len());
        let parts = vectors.values.chunks(size * vectors.dimension);
        for (at, values) in parts.enumerate() {
            let part = Vectors::new(vectors.dimension, values.to_vec()).unwrap();
            pieces.push((language, at * size, part));
        }
    }
    pieces
}

/// Asserts that two measures are equal but for the rounding of f64.
pub fn close(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() < 1e-12, "{what}: {found} instead of {expected}");
}

/// A plain generator of reproducible numbers (Knuth's MMIX).
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    /// Vectors of integers from -3 to 3.
    pub fn vectors(&mut self, rows: usize, dimension: usize) -> Vectors {
        let values = (0..rows * dimension).map(|_| self.below(7) as f32 - 3.0).collect();
        Vectors::new(dimension, values).unwrap()
    }
}
