//! Similarity of sentences: Spearman's correlation of cosines with what people said, as MTEB's STS
//! tasks have it.

use std::collections::BTreeMap;

use corpora::sts::Sts;
use retrieval::{Vectors, map_rows};

use crate::spearman::spearman;
use crate::{BenchmarkError, Subset, Task};

/// Scores pairs of languages; `vectors` are those of the first and of the second sentences of each
/// set, of unit length.
///
/// # Errors
///
/// [`BenchmarkError::Vectors`], and [`BenchmarkError::NoCorrelation`] where all cosines or all
/// scores are equal.
pub fn score(
    name: &str,
    sets: &[Sts],
    vectors: &[(Vectors, Vectors)],
) -> Result<Task, BenchmarkError> {
    let mut subsets = Vec::with_capacity(sets.len());
    for (set, (first, second)) in sets.iter().zip(vectors) {
        for given in [first.len(), second.len()] {
            if given != set.pairs.len() {
                let wanted = set.pairs.len();
                return Err(BenchmarkError::Vectors { what: "sentences", given, wanted });
            }
        }
        let cosine = |at: usize| -> f64 {
            let products = first.row(at).iter().zip(second.row(at));
            products.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
        };
        let cosines = map_rows(set.pairs.len(), cosine);
        let people: Vec<f64> = set.pairs.iter().map(|pair| pair.score).collect();
        let (one, other) = &set.languages;
        let subset = if one == other { one.clone() } else { format!("{one}-{other}") };
        let correlation = spearman(&cosines, &people)
            .ok_or_else(|| BenchmarkError::NoCorrelation { what: format!("{name} {subset}") })?;
        let mut languages = vec![one.clone(), other.clone()];
        languages.dedup();
        subsets.push(Subset {
            name: subset,
            languages,
            count: set.pairs.len(),
            skipped: 0,
            scores: BTreeMap::from([("Spearman".to_owned(), correlation)]),
        });
    }
    let (name, main) = (name.to_owned(), "Spearman".to_owned());
    Ok(Task { name, main, subsets, bias: None, queries: None })
}
