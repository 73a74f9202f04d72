//! A search: queries, what they found so far, and what computes.

use std::iter;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use burn::tensor::Device;

use super::SearchError;
use super::block::Block;
use super::device::{self, OnDevice};
use super::host::{self, Host};
use super::list::{Found, Lists};
use crate::{RetrievalError, Vectors};

/// Values of a block on the host.
const BLOCK_VALUES: usize = 512 * 1024;

/// Searches blocks of candidates for the best of each query.
///
/// ```
/// use isogloss_retrieval::Vectors;
/// use isogloss_retrieval::stream::{Block, Rows, Search, SearchError};
///
/// let queries = Vectors::new(2, vec![1.0, 0.0])?;
/// let search = Search::on_host(queries, 1)?;
/// let ids = vec!["a".to_owned(), "b".to_owned()];
/// let block = Block::new(ids, Rows::F32(vec![0.6, 0.8, 0.8, 0.6]), 2)?;
/// search.run([Ok::<_, SearchError>(block)].into_iter())?;
/// assert_eq!(search.finish()?[0][0].id, "b");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Search {
    queries: Queries,
    lists: Lists,
    engine: Engine,
    searched: AtomicU64,
}

#[derive(Debug)]
enum Engine {
    Host(Host),
    Device(OnDevice),
}

/// Queries that were checked.
#[derive(Debug)]
pub(super) struct Queries {
    pub vectors: Vectors,
    /// The largest number that a candidate may have, so that no score leaves the range of f32.
    pub limit: f32,
}

impl Queries {
    fn new(vectors: Vectors) -> Result<Self, RetrievalError> {
        if vectors.dimension == 0 || !vectors.values.len().is_multiple_of(vectors.dimension) {
            let (values, dimension) = (vectors.values.len(), vectors.dimension);
            return Err(RetrievalError::Shape { values, dimension });
        }
        if let Some(row) = vectors.first_not_finite() {
            return Err(RetrievalError::QueryNotFinite { row });
        }
        let largest = vectors.values.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        // Half of it leaves room for what sums are rounded up by.
        let limit = f32::MAX / 2.0 / (vectors.dimension as f32 * largest).max(1.0);
        Ok(Self { vectors, limit })
    }

    /// The error for the first row of `block` that cannot be scored, where its vectors from row
    /// `first` on are `values`; `before` candidates came before the block.
    pub fn refused(
        &self,
        block: &Block,
        before: u64,
        first: usize,
        values: &[f32],
    ) -> Option<SearchError> {
        let mut rows = values.chunks_exact(self.vectors.dimension);
        let bad = |row: &[f32]| !row.iter().all(|value| value.abs() <= self.limit);
        let at = first + rows.position(bad)?;
        let finite = values[(at - first) * self.vectors.dimension..][..self.vectors.dimension]
            .iter()
            .all(|value| value.is_finite());
        let (id, row) = (block.ids()[at].clone(), before + at as u64);
        Some(if finite {
            SearchError::TooLong { id, row }
        } else {
            SearchError::NotFinite { id, row }
        })
    }
}

impl Search {
    /// A search for the best `k` on all cores of the host.
    ///
    /// # Errors
    ///
    /// [`RetrievalError::QueryNotFinite`] and [`RetrievalError::Shape`], of the queries.
    pub fn on_host(queries: Vectors, k: usize) -> Result<Self, SearchError> {
        let queries = Queries::new(queries)?;
        let engine = Engine::Host(Host::new());
        Ok(Self::with(queries, k, engine))
    }

    /// A search for the best `k` on `device`. Scores of one pair may differ in their last bits
    /// from those of the host, and between devices.
    ///
    /// # Errors
    ///
    /// As [`Search::on_host`].
    pub fn on_device(queries: Vectors, k: usize, device: &Device) -> Result<Self, SearchError> {
        let queries = Queries::new(queries)?;
        let engine = Engine::Device(OnDevice::new(&queries, device));
        Ok(Self::with(queries, k, engine))
    }

    fn with(queries: Queries, k: usize, engine: Engine) -> Self {
        let lists = Lists::new(queries.vectors.len(), k);
        Self { queries, lists, engine, searched: AtomicU64::new(0) }
    }

    /// How many candidates a block should have: blocks of any size give the same result, these
    /// suit what computes. On the host each core holds one, of about a megabyte.
    pub fn block_rows(&self) -> usize {
        match &self.engine {
            Engine::Host(_) => {
                let rows = BLOCK_VALUES / self.queries.vectors.dimension;
                (rows / host::TILE).max(1) * host::TILE
            }
            Engine::Device(_) => device::ROWS,
        }
    }

    /// Searches all `blocks`. They are read while others are searched, by any thread.
    ///
    /// It may be called again with more.
    ///
    /// # Errors
    ///
    /// The first in the order of the candidates: what `blocks` gives, or what cannot be searched
    /// of theirs, [`RetrievalError::Dimension`] or [`SearchError::NotFinite`] or
    /// [`SearchError::TooLong`] that name the candidate. What was found until then is kept, but of
    /// which candidates is not known.
    pub fn run<E: From<SearchError> + Send>(
        &self,
        mut blocks: impl Iterator<Item = Result<Block, E>> + Send,
    ) -> Result<(), E> {
        let dimension = self.queries.vectors.dimension;
        // Each block with the number of candidates before it.
        let checked = |block: Result<Block, E>| {
            let block = block?;
            let candidates = block.dimension();
            if candidates != dimension {
                let error = RetrievalError::Dimension { queries: dimension, candidates };
                return Err(SearchError::from(error).into());
            }
            let before = self.searched.fetch_add(block.len() as u64, Relaxed);
            Ok((before, block))
        };
        let mut over = false;
        let blocks = iter::from_fn(|| {
            if over {
                return None;
            }
            let block = checked(blocks.next()?);
            over = block.is_err();
            Some(block)
        });
        match &self.engine {
            Engine::Host(host) => host.run(&self.queries, &self.lists, blocks),
            Engine::Device(device) => device.run(&self.queries, &self.lists, blocks),
        }
    }

    /// Candidates that came.
    pub fn searched(&self) -> u64 {
        self.searched.load(Relaxed)
    }

    /// The best `k` of each query, best first; all of them where there were fewer.
    ///
    /// # Errors
    ///
    /// [`SearchError::Twice`] when two of a query's best have one id. That two candidates with
    /// one id exist that nobody finds is not noticed: knowing it takes memory for all ids.
    pub fn finish(self) -> Result<Vec<Vec<Found>>, SearchError> {
        self.lists.finish()
    }
}
