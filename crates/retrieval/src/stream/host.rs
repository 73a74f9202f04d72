//! Search on the cores of the host.

#![allow(clippy::needless_bitwise_bool, reason = "a loop that may end early has no registers")]

use std::iter;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use gemm::Parallelism;
use pulp::{Arch, Simd, WithSimd};
use rayon::iter::{ParallelBridge, ParallelIterator};

use super::SearchError;
use super::block::Block;
use super::list::{Hit, Lists};
use super::search::Queries;

/// Candidates of a product. With 384 values a row, these and their scores are 450 KiB, which the
/// second cache of a core holds.
pub(super) const TILE: usize = 128;

/// Queries of a product: a multiple of what kernels take at once, and enough that rearranging the
/// tile for them costs little (docs/performance.md).
const QUERIES: usize = 504;

/// Scores that are compared before anyone asks whether one of them was good enough.
const GLANCE: usize = 64;

/// What the cores work with, of which each takes its own.
#[derive(Debug)]
pub(super) struct Host(Mutex<Vec<Scratch>>);

#[derive(Debug)]
struct Scratch {
    /// `[TILE, dimension]` candidates, row by row.
    tile: Vec<f32>,
    /// `[queries, TILE]` scores.
    scores: Vec<f32>,
    hits: Vec<Hit>,
}

/// Runs a loop compiled for every width of registers; the best the processor has is taken.
struct Loop<F>(F);

impl<R, F: FnOnce() -> R> WithSimd for Loop<F> {
    type Output = R;

    #[allow(clippy::inline_always, reason = "only inlined code gets the registers of its caller")]
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> R {
        (self.0)()
    }
}

impl Host {
    pub fn new() -> Self {
        Self(Mutex::default())
    }

    /// Searches all blocks, each with the number of candidates before it.
    pub fn run<E: From<SearchError> + Send>(
        &self,
        queries: &Queries,
        lists: &Lists,
        mut blocks: impl Iterator<Item = Result<(u64, Block), E>> + Send,
    ) -> Result<(), E> {
        let over = AtomicBool::new(false);
        // The failure that comes first in the order of the candidates. Whatever core meets it,
        // all blocks before it were pulled before, and are searched to their end.
        let first = Mutex::new(None::<(u64, E)>);
        let fail = |at: u64, error: E| {
            over.store(true, Relaxed);
            let mut first = first.lock().unwrap_or_else(PoisonError::into_inner);
            if first.as_ref().is_none_or(|(other, _)| at < *other) {
                *first = Some((at, error));
            }
        };
        iter::from_fn(|| if over.load(Relaxed) { None } else { blocks.next() })
            .par_bridge()
            .for_each(|block| match block {
                Ok((before, block)) => {
                    if let Err(error) = self.search(queries, lists, &block, before) {
                        fail(before, error.into());
                    }
                }
                Err(error) => fail(u64::MAX, error),
            });
        let first = first.into_inner().unwrap_or_else(PoisonError::into_inner);
        first.map_or(Ok(()), |(_, error)| Err(error))
    }

    /// Searches one block on the core that asks.
    fn search(
        &self,
        queries: &Queries,
        lists: &Lists,
        block: &Block,
        before: u64,
    ) -> Result<(), SearchError> {
        let dimension = queries.vectors.dimension;
        let pool = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let free = pool().pop();
        let mut scratch = free.unwrap_or_else(|| Scratch {
            tile: vec![0.0; TILE * dimension],
            scores: vec![0.0; QUERIES.min(queries.vectors.len()) * TILE],
            hits: Vec::new(),
        });
        for first in (0..block.len()).step_by(TILE) {
            let Scratch { tile, .. } = &mut scratch;
            let rows = block.widen(first, tile);
            // The last tile too is multiplied in full: its scores must not depend on its size.
            tile[rows * dimension..].fill(0.0);
            if beyond(tile, queries.limit)
                && let Some(error) = queries.refused(block, before, first, tile)
            {
                return Err(error);
            }
            for start in (0..queries.vectors.len()).step_by(QUERIES) {
                let part = start..(start + QUERIES).min(queries.vectors.len());
                scratch.score(queries, part.clone());
                scratch.pick(lists, part, first..first + rows, block.ids());
            }
        }
        pool().push(scratch);
        Ok(())
    }
}

/// Whether a value is larger than `limit`, or no number.
pub(super) fn beyond(values: &[f32], limit: f32) -> bool {
    let within = Arch::new().dispatch(Loop(
        #[inline(always)]
        || values.iter().fold(true, |all, value| all & (value.abs() <= limit)),
    ));
    !within
}

impl Scratch {
    /// Multiplies the queries `part` with the tile.
    fn score(&mut self, queries: &Queries, part: Range<usize>) {
        let dimension = queries.vectors.dimension;
        let values = &queries.vectors.values[part.start * dimension..part.end * dimension];
        let scores = &mut self.scores[..part.len() * TILE];
        assert_eq!(self.tile.len(), TILE * dimension);
        // SAFETY: as strides say, the product reads `TILE` rows of `dimension` from the tile and
        // `part.len()` from the queries, and writes `part.len()` columns of `TILE` scores, which
        // is what the three slices hold; it does not read the scores before.
        #[allow(unsafe_code)]
        unsafe {
            gemm::gemm(
                TILE,
                part.len(),
                dimension,
                scores.as_mut_ptr(),
                TILE as isize,
                1,
                false,
                self.tile.as_ptr(),
                1,
                dimension as isize,
                values.as_ptr(),
                dimension as isize,
                1,
                0.0,
                1.0,
                false,
                false,
                false,
                Parallelism::None,
            );
        }
    }

    /// Gives the lists of the queries `part` what they may take of the scores of the candidates
    /// `rows` of the block.
    fn pick(&mut self, lists: &Lists, part: Range<usize>, rows: Range<usize>, ids: &[String]) {
        let Self { scores, hits, .. } = self;
        Arch::new().dispatch(Loop(
            #[inline(always)]
            || {
                for (query, scores) in part.zip(scores.chunks_exact(TILE)) {
                    let least = lists.least(query);
                    hits.clear();
                    for (glance, scores) in scores[..rows.len()].chunks(GLANCE).enumerate() {
                        if scores.iter().fold(false, |any, score| any | (*score >= least)) {
                            collect(scores, least, rows.start + glance * GLANCE, hits);
                        }
                    }
                    if !hits.is_empty() {
                        lists.offer(query, hits, ids);
                    }
                }
            },
        ));
    }
}

/// Adds the scores that reach `least`, the first of which is that of row `first`.
pub(super) fn collect(scores: &[f32], least: f32, first: usize, hits: &mut Vec<Hit>) {
    let reaching = (first..).zip(scores).filter(|(_, score)| **score >= least);
    hits.extend(reaching.map(|(row, &score)| Hit { row, score }));
}
