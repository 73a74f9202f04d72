//! Which language a candidate is of, told by a line through its embedding.
//!
//! Fitted on 100 candidates of each language and judged on 200 others of each, drawn by chance: as
//! many of each language, so that chance is 1 / languages, and few enough that it takes no longer
//! than the scores.

use probes::{Labelled, LogisticRegression, language};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use retrieval::Vectors;
use serde::{Deserialize, Serialize};

use crate::BenchmarkError;

/// Candidates of a language to learn from.
const LEARN: usize = 100;

/// Candidates of a language to be judged on.
const JUDGE: usize = 200;

/// How well languages are told apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// Share of candidates whose language was told.
    pub accuracy: f64,
    /// What naming one language always would give.
    pub chance: f64,
    /// Candidates to learn from, of all languages.
    pub learnt: usize,
    /// Candidates to be judged on, of all languages.
    pub judged: usize,
}

/// Probes the candidates of a benchmark, one set of vectors a language; none with fewer than two
/// languages.
///
/// # Errors
///
/// [`BenchmarkError::Probe`].
pub fn probe(candidates: &[Vectors]) -> Result<Option<Probe>, BenchmarkError> {
    let failed = |source| BenchmarkError::Probe { what: "language probe".to_owned(), source };
    let smallest = candidates.iter().map(Vectors::len).min().unwrap_or_default();
    if candidates.len() < 2 || smallest < 3 {
        return Ok(None);
    }
    let learn = LEARN.min(smallest / 3);
    let judge = JUDGE.min(smallest - learn);
    let (mut train, mut test) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
    let mut generator = ChaCha8Rng::seed_from_u64(0);
    for (label, set) in (0_u32..).zip(candidates) {
        let mut rows: Vec<usize> = (0..set.len()).collect();
        rows.shuffle(&mut generator);
        for (into, rows) in [(&mut train, &rows[..learn]), (&mut test, &rows[learn..learn + judge])]
        {
            into.0.extend(rows.iter().flat_map(|&row| set.row(row)).copied());
            into.1.extend(rows.iter().map(|_| label));
        }
    }
    let dimension = candidates[0].dimension;
    let (learnt, judged) = (train.1.len(), test.1.len());
    let train = Labelled::new(&train.0, dimension, &train.1).map_err(failed)?;
    let test = Labelled::new(&test.0, dimension, &test.1).map_err(failed)?;
    let outcome =
        language::by_split(&train, &test, LogisticRegression::default()).map_err(failed)?;
    let accuracy = outcome.mean_accuracy().0;
    Ok(Some(Probe { accuracy, chance: outcome.chance, learnt, judged }))
}
