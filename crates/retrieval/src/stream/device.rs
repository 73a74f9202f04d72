//! Search on a device of Burn.
//!
//! Sorting there would read everything back inside Burn. Instead the device takes the best of each
//! few candidates; only where that reaches a list are the scores themselves read. After the first
//! blocks that is a hundredth of them.

use std::ops::Range;
use std::sync::mpsc;
use std::thread;

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::SearchError;
use super::block::Block;
use super::host::{beyond, collect};
use super::list::Lists;
use super::search::Queries;
use crate::RetrievalError;
use crate::index::{read, tensor};

/// Candidates of which the best is looked at first.
const GROUP: usize = 64;

/// Candidates of a block, as is best here: enough for a product to fill a large device.
pub(super) const ROWS: usize = 16 * 1024;

/// Scores of a product: 64 MiB, half of the smallest binding limit that WebGPU guarantees.
const SCORES: usize = 16 * 1024 * 1024;

/// Queries on a device.
#[derive(Debug)]
pub(super) struct OnDevice {
    /// Few enough at a time that a product with a block of [`ROWS`] is of [`SCORES`].
    queries: Vec<(Range<usize>, Tensor<2>)>,
    device: Device,
}

impl OnDevice {
    pub fn new(queries: &Queries, device: &Device) -> Self {
        let vectors = &queries.vectors;
        let dimension = vectors.dimension;
        let rows = (SCORES / ROWS.max(dimension)).max(1);
        let parts = vectors.values.chunks(rows * dimension).enumerate();
        let upload = |(at, values): (usize, &[f32])| {
            let range = at * rows..at * rows + values.len() / dimension;
            (range, tensor(values, dimension, device))
        };
        Self { queries: parts.map(upload).collect(), device: device.clone() }
    }

    /// Searches all blocks, each with the number of candidates before it. The next block is read
    /// while the device works on one.
    pub fn run<E: From<SearchError> + Send>(
        &self,
        queries: &Queries,
        lists: &Lists,
        blocks: impl Iterator<Item = Result<(u64, Block), E>> + Send,
    ) -> Result<(), E> {
        thread::scope(|scope| {
            let (send, receive) = mpsc::sync_channel(1);
            scope.spawn(move || {
                for block in blocks {
                    // Nobody receives after an error.
                    if send.send(block).is_err() {
                        break;
                    }
                }
            });
            for block in receive {
                let (before, block) = block?;
                // A block of another's making may be of any size; the products are not.
                for first in (0..block.len()).step_by(ROWS) {
                    self.search(queries, lists, &block, before, first)?;
                }
            }
            Ok(())
        })
    }

    fn search(
        &self,
        queries: &Queries,
        lists: &Lists,
        block: &Block,
        before: u64,
        first: usize,
    ) -> Result<(), SearchError> {
        let dimension = queries.vectors.dimension;
        let padded = (block.len() - first).min(ROWS).next_multiple_of(GROUP);
        let mut values = vec![0.0; padded * dimension];
        let rows = block.widen(first, &mut values);
        if beyond(&values, queries.limit)
            && let Some(error) = queries.refused(block, before, first, &values)
        {
            return Err(error);
        }
        let candidates = TensorData::new(values, [padded, dimension]);
        let candidates = Tensor::<2>::from_data(candidates, &self.device).transpose();
        for (part, vectors) in &self.queries {
            let product = vectors.clone().matmul(candidates.clone());
            let groups = padded / GROUP;
            let product = product.reshape([part.len() * groups, GROUP]);
            let best = product.clone().max_dim(1);
            let best = pollster::block_on(read(best, part.len() * groups))?;
            let reaching = |at: &usize| {
                // A device that computes no number is to be found out, not passed over.
                let least = lists.least(part.start + at / groups);
                best[*at] >= least || best[*at].is_nan()
            };
            let chosen: Vec<usize> = (0..best.len()).filter(reaching).collect();
            if chosen.is_empty() {
                continue;
            }
            let scores = self.scores(product, &chosen)?;
            let mut hits = Vec::new();
            for (&at, scores) in chosen.iter().zip(scores.chunks_exact(GROUP)) {
                let (query, start) = (part.start + at / groups, at % groups * GROUP);
                let scores = &scores[..GROUP.min(rows.saturating_sub(start))];
                if let Some(nan) = scores.iter().position(|score| score.is_nan()) {
                    let candidate = before as usize + first + start + nan;
                    return Err(RetrievalError::ScoreNotANumber { query, candidate }.into());
                }
                hits.clear();
                collect(scores, lists.least(query), first + start, &mut hits);
                if !hits.is_empty() {
                    lists.offer(query, &hits, block.ids());
                }
            }
        }
        Ok(())
    }

    /// The rows `chosen` of a product in groups.
    fn scores(&self, product: Tensor<2>, chosen: &[usize]) -> Result<Vec<f32>, SearchError> {
        let rows = product.dims()[0];
        let expected = chosen.len() * GROUP;
        if chosen.len() == rows {
            return Ok(pollster::block_on(read(product, expected))?);
        }
        // The number of rows is rounded up: each new shape of a tensor costs a device something.
        let padded = chosen.len().next_power_of_two().min(rows);
        let mut indices: Vec<i32> = chosen.iter().map(|&at| at as i32).collect();
        indices.resize(padded, 0);
        let indices = Tensor::<1, Int>::from_data(TensorData::new(indices, [padded]), &self.device);
        let mut scores = pollster::block_on(read(product.select(0, indices), padded * GROUP))?;
        scores.truncate(expected);
        Ok(scores)
    }
}
