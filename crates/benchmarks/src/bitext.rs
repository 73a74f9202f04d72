//! Finding translations: each sentence's nearest neighbour in the other language.
//!
//! Accuracy is the share of sentences whose nearest neighbour by cosine is their translation, in
//! both directions; `f1` is MTEB's score, weighted over targets. xSIM is LASER's: the share of
//! sources for which the target with the largest margin is another, where the margin is the cosine
//! divided by the mean of both sides' cosines with their 4 nearest neighbours (Artetxe and Schwenk,
//! ACL 2019). Lower is better.

use std::collections::BTreeMap;

use burn::tensor::Device;
use corpora::bitext::Bitext;
use retrieval::{Index, Vectors, map_rows};

use crate::{BenchmarkError, Subset, Task};

/// Neighbours of a margin, as in LASER.
const NEIGHBOURS: usize = 4;

/// Sources scored at once.
const BLOCK: usize = 256;

/// Scores pairs of languages; `vectors` are those of sources and targets of each, of unit length.
///
/// # Errors
///
/// [`BenchmarkError::Vectors`], and what the search fails with.
pub async fn score(
    sets: &[Bitext],
    vectors: &[(Vectors, Vectors)],
    device: &Device,
) -> Result<Task, BenchmarkError> {
    let mut subsets = Vec::with_capacity(sets.len());
    for (set, (sources, targets)) in sets.iter().zip(vectors) {
        let wanted = set.sources.len();
        for given in [sources.len(), targets.len()] {
            if given != wanted {
                return Err(BenchmarkError::Vectors { what: "sentences", given, wanted });
            }
        }
        let to_targets = Index::new(targets, device)?;
        let forward = nearest(&to_targets, sources).await?;
        let backward = nearest(&Index::new(sources, device)?, targets).await?;
        let means: Vec<f32> = backward.iter().map(|one| one.mean).collect();
        let mut wrong = 0;
        let mut first = 0;
        for part in blocks(sources)? {
            let scores = to_targets.scores(&part).await?;
            let found = map_rows(part.len(), |row| {
                let own = forward[first + row].mean;
                let row = &scores[row * wanted..(row + 1) * wanted];
                best(
                    row.iter().zip(&means).map(|(cosine, mean)| cosine / f32::midpoint(own, *mean)),
                )
            });
            wrong += found.iter().enumerate().filter(|&(row, &found)| found != first + row).count();
            first += part.len();
        }
        let (source, target) = &set.languages;
        subsets.push(Subset {
            name: format!("{source}-{target}"),
            languages: vec![source.clone(), target.clone()],
            count: wanted,
            skipped: 0,
            scores: BTreeMap::from([
                ("accuracy".to_owned(), accuracy(&forward)),
                ("accuracy back".to_owned(), accuracy(&backward)),
                ("f1".to_owned(), f1(&forward)),
                ("xSIM".to_owned(), wrong as f64 / wanted as f64),
            ]),
        });
    }
    let name = sets.first().map_or_else(String::new, |set| set.name.clone());
    Ok(Task { name, main: "accuracy".to_owned(), subsets, bias: None, queries: None })
}

struct Nearest {
    /// Row of the nearest.
    row: usize,
    /// Mean cosine of the nearest few.
    mean: f32,
}

async fn nearest(index: &Index, from: &Vectors) -> Result<Vec<Nearest>, BenchmarkError> {
    let width = index.len();
    let few = NEIGHBOURS.min(width);
    let mut found = Vec::with_capacity(from.len());
    for part in blocks(from)? {
        let scores = index.scores(&part).await?;
        found.extend(map_rows(part.len(), |row| {
            let row = &scores[row * width..(row + 1) * width];
            let mut sorted = row.to_vec();
            sorted.select_nth_unstable_by(few - 1, |a, b| b.total_cmp(a));
            let mean = sorted[..few].iter().sum::<f32>() / few as f32;
            Nearest { row: best(row.iter().copied()), mean }
        }));
    }
    Ok(found)
}

fn blocks(vectors: &Vectors) -> Result<Vec<Vectors>, BenchmarkError> {
    let parts = vectors.values.chunks(BLOCK * vectors.dimension);
    Ok(parts
        .map(|values| Vectors::new(vectors.dimension, values.to_vec()))
        .collect::<Result<_, _>>()?)
}

/// The first of the largest.
fn best(values: impl Iterator<Item = f32>) -> usize {
    let mut best = (0, f32::NEG_INFINITY);
    for (at, value) in values.enumerate() {
        if value > best.1 {
            best = (at, value);
        }
    }
    best.0
}

fn accuracy(found: &[Nearest]) -> f64 {
    let right = found.iter().enumerate().filter(|(at, one)| one.row == *at).count();
    right as f64 / found.len() as f64
}

/// The mean over targets of F1: a target found for several sources has a lower precision.
fn f1(found: &[Nearest]) -> f64 {
    let mut times = vec![0_usize; found.len()];
    for one in found {
        times[one.row] += 1;
    }
    let right = found.iter().enumerate().filter(|(at, one)| one.row == *at);
    let of = |(at, _): (usize, &Nearest)| {
        let precision = 1.0 / times[at] as f64;
        2.0 * precision / (precision + 1.0)
    };
    right.map(of).sum::<f64>() / found.len() as f64
}
