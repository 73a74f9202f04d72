//! Candidates on a device.
//!
//! They are uploaded in blocks: a browser's GPU binds at most some 128 MiB at a time, and reports
//! anything larger as an error only when it is used. Products are read back in pieces of the same
//! size. The ranking is the caller's, on the host.

use burn::tensor::{Device, Tensor, TensorData};

use crate::{RetrievalError, Vectors};

/// Values of one block on the device and of one product read back: 64 MiB of f32, half of the
/// smallest binding limit that WebGPU guarantees.
const BLOCK_VALUES: usize = 16 * 1024 * 1024;

/// Candidates, ready to be scored.
#[derive(Debug)]
pub struct Index {
    dimension: usize,
    candidates: usize,
    /// `[dimension, rows of the block]`, with the rows of the block.
    blocks: Vec<(usize, Tensor<2>)>,
    block_values: usize,
    device: Device,
}

impl Index {
    /// Uploads candidates to a device.
    ///
    /// # Errors
    ///
    /// [`RetrievalError::CandidateNotFinite`] for a vector with a NaN or an infinity,
    /// [`RetrievalError::Shape`] when the public fields of `candidates` do not fit together.
    pub fn new(candidates: &Vectors, device: &Device) -> Result<Self, RetrievalError> {
        Self::in_blocks(candidates, BLOCK_VALUES, device)
    }

    fn in_blocks(
        candidates: &Vectors,
        block_values: usize,
        device: &Device,
    ) -> Result<Self, RetrievalError> {
        let dimension = checked(candidates)?;
        if let Some(row) = candidates.first_not_finite() {
            return Err(RetrievalError::CandidateNotFinite { row });
        }
        let rows = (block_values / dimension).max(1);
        let upload = |values: &[f32]| {
            let rows = values.len() / dimension;
            (rows, tensor(values, dimension, device).transpose())
        };
        let blocks = candidates.values.chunks(rows * dimension).map(upload).collect();
        Ok(Self {
            dimension,
            candidates: candidates.len(),
            blocks,
            block_values,
            device: device.clone(),
        })
    }

    /// Number of candidates.
    pub fn len(&self) -> usize {
        self.candidates
    }

    /// Whether there is no candidate.
    pub fn is_empty(&self) -> bool {
        self.candidates == 0
    }

    /// Values of a vector.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The dot product of every query with every candidate: `[queries, candidates]`, row by row.
    ///
    /// The result is held whole in memory: give large sets of queries in pieces. A device may add
    /// up the products of a row in another order when the number of queries changes, so scores of
    /// one query can differ in their last bits between calls of different sizes.
    ///
    /// # Errors
    ///
    /// [`RetrievalError::Dimension`] for queries of another dimension,
    /// [`RetrievalError::QueryNotFinite`] for a query with a NaN or an infinity,
    /// [`RetrievalError::ScoreNotANumber`] and [`RetrievalError::Device`] when the device fails.
    pub async fn scores(&self, queries: &Vectors) -> Result<Vec<f32>, RetrievalError> {
        let dimension = checked(queries)?;
        if dimension != self.dimension {
            return Err(RetrievalError::Dimension {
                queries: dimension,
                candidates: self.dimension,
            });
        }
        if let Some(row) = queries.first_not_finite() {
            return Err(RetrievalError::QueryNotFinite { row });
        }
        let mut scores = Vec::new();
        let widest = self.blocks.first().map_or(1, |(rows, _)| *rows);
        let rows = (self.block_values / widest.max(dimension)).max(1);
        for part in queries.values.chunks(rows * dimension) {
            self.append_scores(part, &mut scores).await?;
        }
        if let Some((query, candidate)) = first_nan(&scores, self.candidates) {
            return Err(RetrievalError::ScoreNotANumber { query, candidate });
        }
        Ok(scores)
    }

    /// Appends the rows of some queries, `values` being `[queries, dimension]`.
    async fn append_scores(
        &self,
        values: &[f32],
        scores: &mut Vec<f32>,
    ) -> Result<(), RetrievalError> {
        let count = values.len() / self.dimension;
        let queries = tensor(values, self.dimension, &self.device);
        let start = scores.len();
        let mut column = 0;
        for (rows, block) in &self.blocks {
            let product = read(queries.clone().matmul(block.clone()), count * rows).await?;
            if *rows == self.candidates && scores.is_empty() {
                *scores = product;
                return Ok(());
            }
            scores.resize(start + count * self.candidates, 0.0);
            let own = scores[start..].chunks_mut(self.candidates);
            for (into, from) in own.zip(product.chunks(*rows)) {
                into[column..column + rows].copy_from_slice(from);
            }
            column += rows;
        }
        Ok(())
    }
}

fn checked(vectors: &Vectors) -> Result<usize, RetrievalError> {
    let Vectors { dimension, values } = vectors;
    if *dimension == 0 || !values.len().is_multiple_of(*dimension) {
        return Err(RetrievalError::Shape { values: values.len(), dimension: *dimension });
    }
    Ok(*dimension)
}

/// Row and column of the first NaN in rows of `candidates` scores.
fn first_nan(scores: &[f32], candidates: usize) -> Option<(usize, usize)> {
    // Row by row, without an early exit: this loop becomes vector instructions.
    let holds_nan = |row: &&[f32]| row.iter().fold(false, |any, score| any | score.is_nan());
    let mut rows = scores.chunks(candidates.max(1));
    let query = rows.position(|row| holds_nan(&row))?;
    let row = &scores[query * candidates..];
    Some((query, row.iter().position(|score| score.is_nan())?))
}

pub(crate) fn tensor(values: &[f32], dimension: usize, device: &Device) -> Tensor<2> {
    let shape = [values.len() / dimension, dimension];
    Tensor::from_data(TensorData::new(values.to_vec(), shape), device)
}

/// Reads a product back, without blocking: a blocking read panics in a browser.
pub(crate) async fn read(product: Tensor<2>, expected: usize) -> Result<Vec<f32>, RetrievalError> {
    let failed = |reason: String| RetrievalError::Device(reason);
    let data = product.into_data_async().await.map_err(|error| failed(error.to_string()))?;
    // The device's own float type may be another than f32.
    let data = data.try_cast_as::<f32>().map_err(|error| failed(error.to_string()))?;
    let values = data.try_into_vec::<f32>().map_err(|error| failed(error.to_string()))?;
    if values.len() != expected {
        return Err(failed(format!("{} scores instead of {expected}", values.len())));
    }
    Ok(values)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Values that a device cannot round: small integers.
    fn integers(rows: usize, dimension: usize, seed: usize) -> Vectors {
        let value = |at: usize| ((at * 7919 + seed * 104_729) % 17) as f32 - 8.0;
        Vectors::new(dimension, (0..rows * dimension).map(value).collect()).unwrap()
    }

    fn expected(queries: &Vectors, candidates: &Vectors) -> Vec<f32> {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum();
        let row = |query| (0..candidates.len()).map(move |at| (query, at));
        let pairs = (0..queries.len()).flat_map(row);
        pairs.map(|(query, at)| dot(queries.row(query), candidates.row(at))).collect()
    }

    #[test]
    fn scores_are_dot_products_on_every_device() {
        for (name, device) in device::for_tests() {
            let (queries, candidates) = (integers(5, 48, 1), integers(133, 48, 2));
            let index = Index::new(&candidates, &device).unwrap();
            assert_eq!((index.len(), index.dimension()), (133, 48));
            let scores = pollster::block_on(index.scores(&queries)).unwrap();
            assert_eq!(scores, expected(&queries, &candidates), "{name}");
        }
    }

    #[test]
    fn blocks_of_candidates_and_queries_change_nothing() {
        for (name, device) in device::for_tests() {
            let (queries, candidates) = (integers(11, 8, 3), integers(29, 8, 4));
            let whole = expected(&queries, &candidates);
            // Rows per block: 1, 4 (with a shorter last block), 29 (all, queries still in pieces).
            for block_values in [8, 32, 29 * 8] {
                let index = Index::in_blocks(&candidates, block_values, &device).unwrap();
                let scores = pollster::block_on(index.scores(&queries)).unwrap();
                assert_eq!(scores, whole, "{name}, {block_values}");
            }
        }
    }

    #[test]
    fn one_text_given_twice_scores_the_same_in_any_column() {
        // Else ties between equal sentences would be broken by the kernel's tiling, not by id.
        for (name, device) in device::for_tests() {
            let raw = integers(1, 256, 5);
            let length = raw.values.iter().map(|value| value * value).sum::<f32>().sqrt();
            let unit: Vec<f32> = raw.values.iter().map(|value| value / length).collect();
            let copies = Vectors::new(256, unit.repeat(1001)).unwrap();
            let queries = Vectors::new(256, unit.iter().rev().copied().collect()).unwrap();
            let index = Index::new(&copies, &device).unwrap();
            let scores = pollster::block_on(index.scores(&queries)).unwrap();
            assert!(scores.iter().all(|score| score.to_bits() == scores[0].to_bits()), "{name}");
        }
    }

    #[test]
    fn nothing_to_score_is_no_error() {
        for (_, device) in device::for_tests() {
            let (none, some) = (Vectors::new(4, Vec::new()).unwrap(), integers(3, 4, 6));
            let empty = Index::new(&none, &device).unwrap();
            assert!(empty.is_empty());
            assert!(pollster::block_on(empty.scores(&some)).unwrap().is_empty());
            let index = Index::new(&some, &device).unwrap();
            assert!(pollster::block_on(index.scores(&none)).unwrap().is_empty());
        }
    }

    #[test]
    fn bad_vectors_are_named_by_row() {
        let device = Device::flex();
        let mut bad = integers(3, 4, 7);
        bad.values[9] = f32::NAN;
        let error = Index::new(&bad, &device).unwrap_err();
        assert!(matches!(error, RetrievalError::CandidateNotFinite { row: 2 }));
        let index = Index::new(&integers(3, 4, 7), &device).unwrap();
        let error = pollster::block_on(index.scores(&bad)).unwrap_err();
        assert!(matches!(error, RetrievalError::QueryNotFinite { row: 2 }));
        let error = pollster::block_on(index.scores(&integers(1, 5, 8))).unwrap_err();
        assert_eq!(error.to_string(), "the queries have 5 dimensions, the candidates 4");
    }

    #[test]
    fn a_score_that_is_not_a_number_is_found() {
        let mut scores = vec![0.5; 12];
        assert_eq!(first_nan(&scores, 4), None);
        assert_eq!(first_nan(&[], 0), None);
        scores[6] = f32::NAN;
        scores[11] = f32::NAN;
        assert_eq!(first_nan(&scores, 4), Some((1, 2)));
    }
}
