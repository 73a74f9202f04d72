//! The files that are searched as one collection.

use std::ops::Range;
use std::path::{Path, PathBuf};

use corpora::Shard;
use retrieval::stream::{Block, Rows};
use store::{Numbers, Origin, StoreError};

use crate::failure::Failure;

/// Files of embeddings of one model, one after the other.
pub struct Collection {
    files: Vec<(PathBuf, u64)>,
    origin: Origin,
}

impl Collection {
    /// Reads what the files at `paths` say of themselves; they must be of one model.
    pub fn open(paths: &[PathBuf]) -> Result<Self, Failure> {
        let mut files = Vec::new();
        let mut first = None::<(PathBuf, Origin)>;
        for path in paths {
            for path in store::files(path)? {
                let about = store::blocks(&path, None, 1)?.about().clone();
                match &first {
                    Some((other, origin)) => alike(other, origin, &path, &about.origin)?,
                    None => first = Some((path.clone(), about.origin)),
                }
                files.push((path, about.texts));
            }
        }
        let origin = first.map(|(_, origin)| origin);
        let origin = origin.ok_or_else(|| Failure::Input("there are no candidates".to_owned()))?;
        Ok(Self { files, origin })
    }

    /// Its first file.
    pub fn name(&self) -> &Path {
        &self.files[0].0
    }

    /// What its vectors are.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Number of vectors.
    pub fn len(&self) -> u64 {
        self.files.iter().map(|(_, rows)| rows).sum()
    }

    /// The rows of a shard: runs of rows, so that no machine reads what another searches.
    pub fn rows(&self, shard: Option<Shard>) -> Range<u64> {
        let rows = u128::from(self.len());
        let Some(shard) = shard else { return 0..self.len() };
        let cut = |index: u32| (rows * u128::from(index) / u128::from(shard.count())) as u64;
        cut(shard.index() - 1)..cut(shard.index())
    }

    /// The rows `rows` of the whole, `step` at a time.
    pub fn blocks(
        &self,
        rows: Range<u64>,
        step: usize,
    ) -> impl Iterator<Item = Result<Block, Failure>> + Send + use<> {
        let mut start = 0;
        let mut parts = Vec::new();
        for (path, length) in &self.files {
            let first = rows.start.max(start) - start;
            let end = rows.end.min(start + length).saturating_sub(start);
            if first < end {
                parts.push((path.clone(), first..end));
            }
            start += length;
        }
        parts.into_iter().flat_map(move |(path, rows)| in_file(path, rows, step))
    }
}

/// Blocks of one file, or the error that it does not open.
fn in_file(
    path: PathBuf,
    rows: Range<u64>,
    step: usize,
) -> Box<dyn Iterator<Item = Result<Block, Failure>> + Send> {
    match store::blocks(&path, Some(rows), step) {
        Ok(blocks) => {
            let dimension = blocks.about().origin.dimension;
            Box::new(blocks.map(move |block| searchable(&path, block, dimension)))
        }
        Err(error) => Box::new(std::iter::once(Err(error.into()))),
    }
}

fn searchable(
    path: &Path,
    block: Result<store::Block, StoreError>,
    dimension: usize,
) -> Result<Block, Failure> {
    let block = block?;
    writable(path, &block.ids)?;
    let rows = match block.numbers {
        Numbers::F16(values) => Rows::F16(values),
        Numbers::F32(values) => Rows::F32(values),
    };
    Ok(Block::new(block.ids, rows, dimension)?)
}

/// Checks that a run can have these ids, whose columns are divided by spaces.
pub fn writable(path: &Path, ids: &[String]) -> Result<(), Failure> {
    let bad = |id: &&String| id.is_empty() || id.contains(|c: char| c.is_ascii_whitespace());
    match ids.iter().find(bad) {
        Some(id) => Err(Failure::Input(format!(
            "{}: a run cannot have the id {id:?}, because it is empty or has a space in it",
            path.display()
        ))),
        None => Ok(()),
    }
}

/// Checks that vectors of two files may be compared.
pub fn alike(one: &Path, origin: &Origin, other: &Path, others: &Origin) -> Result<(), Failure> {
    let differs = |what: &str, mine: &str, theirs: &str| {
        let (one, other) = (one.display(), other.display());
        Failure::Input(format!("{other} is of {what} {theirs}, but {one} of {mine}"))
    };
    if origin.model_sha256 != others.model_sha256 {
        let name = |origin: &Origin| {
            let hash = origin.model_sha256.get(..8).unwrap_or(&origin.model_sha256);
            format!("{} ({hash}…)", origin.model)
        };
        return Err(differs("model", &name(origin), &name(others)));
    }
    if origin.dimension != others.dimension {
        let (mine, theirs) = (origin.dimension.to_string(), others.dimension.to_string());
        return Err(differs("dimension", &mine, &theirs));
    }
    if origin.normalised != others.normalised {
        let name = |origin: &Origin| if origin.normalised { "1" } else { "any" };
        return Err(differs("vectors of length", name(origin), name(others)));
    }
    Ok(())
}
