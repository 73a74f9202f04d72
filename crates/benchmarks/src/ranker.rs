//! Any system as a row of scores over a collection.
//!
//! A protocol only asks for scores. What makes them (embeddings, words, chance, or two of these
//! together) is decided once, so that baselines are scored by the very code that scores models.

use std::str::FromStr;

use lexical::fusion::{self, Normalisation};
use lexical::{Hit, Index, Order, Parameters};

use crate::BenchmarkError;

/// What ranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// The embeddings of a model.
    Dense,
    /// BM25 over words.
    Bm25,
    /// Chance, from a seed.
    Random(u64),
    /// Embeddings and BM25 together.
    Fused(Fusion),
}

/// How rankings are brought together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fusion {
    /// Sum of `1 / (60 + rank)`.
    ReciprocalRanks,
    /// Mean of scores, each ranking's brought to 0 to 1.
    MinMax,
    /// Mean of scores, each ranking's brought to mean 0 and deviation 1.
    ZScore,
}

impl FromStr for Fusion {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "rrf" => Ok(Self::ReciprocalRanks),
            "minmax" => Ok(Self::MinMax),
            "zscore" => Ok(Self::ZScore),
            _ => Err(format!("unknown fusion `{name}`; one of rrf, minmax, zscore")),
        }
    }
}

impl std::fmt::Display for System {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Dense => f.write_str("model"),
            Self::Bm25 => f.write_str("bm25"),
            Self::Random(seed) => write!(f, "random, seed {seed}"),
            Self::Fused(Fusion::ReciprocalRanks) => f.write_str("model + bm25, rrf"),
            Self::Fused(Fusion::MinMax) => f.write_str("model + bm25, minmax"),
            Self::Fused(Fusion::ZScore) => f.write_str("model + bm25, zscore"),
        }
    }
}

impl System {
    /// Whether embeddings are asked for.
    pub fn is_dense(self) -> bool {
        matches!(self, Self::Dense | Self::Fused(_))
    }
}

/// A system over one collection.
pub struct Ranker {
    system: System,
    documents: usize,
    words: Option<Index>,
}

impl Ranker {
    /// Indexes a collection, where words are asked for.
    ///
    /// # Errors
    ///
    /// [`BenchmarkError::Lexical`].
    ///
    /// # Panics
    ///
    /// When there are not as many texts as ids.
    pub fn new<I: AsRef<str>, T: AsRef<str> + Sync>(
        system: System,
        ids: &[I],
        texts: &[T],
    ) -> Result<Self, BenchmarkError> {
        let words = match system {
            System::Bm25 | System::Fused(_) => Some(Index::new(ids, texts, Parameters::default())?),
            System::Dense | System::Random(_) => None,
        };
        Ok(Self { system, documents: ids.len(), words })
    }

    /// Scores of all documents for one query, by its number and its text. `dense` are those of the
    /// embeddings, and empty for a system without.
    ///
    /// Fusion takes rankings whole: all documents by their embeddings, and those that share a word
    /// with the query by BM25.
    ///
    /// # Errors
    ///
    /// [`BenchmarkError::Lexical`] for a score that is no number.
    pub fn row(&self, number: u64, text: &str, dense: &[f32]) -> Result<Vec<f32>, BenchmarkError> {
        let scores = match (self.system, &self.words) {
            (System::Random(seed), _) => lexical::random::scores(seed, number, self.documents),
            (System::Bm25, Some(words)) => words.scores(text),
            (System::Fused(how), Some(words)) => fused(how, words, text, dense)?,
            _ => dense.to_vec(),
        };
        Ok(scores)
    }
}

fn fused(
    how: Fusion,
    words: &Index,
    text: &str,
    dense: &[f32],
) -> Result<Vec<f32>, BenchmarkError> {
    let order: &Order = words.order();
    let by_words = words.top(text, dense.len());
    let by_vectors: Vec<Hit> =
        (0..).zip(dense).map(|(document, &score)| Hit { document, score }).collect();
    let hits = match how {
        Fusion::ReciprocalRanks => {
            let by_vectors = order.top(by_vectors, dense.len());
            fusion::reciprocal_ranks(&[&by_vectors, &by_words], fusion::RANK_OFFSET, order)?
        }
        Fusion::MinMax | Fusion::ZScore => {
            let scale =
                if how == Fusion::MinMax { Normalisation::MinMax } else { Normalisation::ZScore };
            fusion::normalised_sum(&[&by_vectors, &by_words], &[0.5, 0.5], scale, order)?
        }
    };
    let mut scores = vec![0.0; dense.len()];
    for hit in hits {
        scores[hit.document as usize] = hit.score;
    }
    Ok(scores)
}
