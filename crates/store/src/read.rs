//! Reading, whatever the format; and what is done already.

use std::io;
use std::ops::Range;
use std::path::Path;

use crate::batch::check_vectors;
use crate::{About, Batch, Block, Format, Origin, StoreError, npy_files, parquet_file};

/// Numbers of a batch.
const STEP: usize = 1 << 18;

/// The rows of a file, in batches of about a megabyte of numbers. After an error it is over.
pub struct Reader(Blocks);

/// Rows of a file as they are stored, in blocks. After an error it is over.
///
/// Numbers are not looked at: whoever computes with them finds what is not finite as cheaply.
pub struct Blocks {
    path: String,
    source: Source,
    step: usize,
    /// Rows that were asked for.
    rows: u64,
    read: u64,
    over: bool,
}

enum Source {
    Parquet(parquet_file::Source),
    Npy(npy_files::Source),
}

/// Opens the embeddings at `path`, whose name tells the [`Format`].
///
/// Sizes are checked here, so that a file that was cut is found before its first row.
pub fn read(path: &Path) -> Result<Reader, StoreError> {
    open(path, None, |origin| STEP / origin.dimension).map(Reader)
}

/// Opens the rows `rows` of the embeddings at `path`, or all of them, to be read `step` at a time.
///
/// What stands before them is not read but for the ids of a NumPy array. A range that does not lie
/// within the file is an error.
pub fn blocks(path: &Path, rows: Option<Range<u64>>, step: usize) -> Result<Blocks, StoreError> {
    if let Some(Range { start, end }) = rows {
        let texts = open(path, None, |_| step)?.about().texts;
        if start > end || end > texts {
            let problem = format!("has no rows {start} to {end}, only {texts}");
            return Err(StoreError::Name { path: path.display().to_string(), problem });
        }
    }
    open(path, rows, |_| step)
}

fn open(
    path: &Path,
    rows: Option<Range<u64>>,
    step: impl Fn(&Origin) -> usize,
) -> Result<Blocks, StoreError> {
    let source = match Format::of(path)? {
        Format::Parquet => Source::Parquet(parquet_file::Source::open(path, rows.clone(), &step)?),
        Format::Npy => Source::Npy(npy_files::Source::open(path, rows.clone())?),
    };
    let about = source.about();
    let rows = rows.map_or(about.texts, |rows| rows.end - rows.start);
    let step = step(&about.origin).max(1);
    Ok(Blocks { path: path.display().to_string(), source, step, rows, read: 0, over: false })
}

/// What the embeddings at `path` say about themselves; `None` where there are none, or where
/// their writer died before it was done. What is there and damaged is an error: it is not for a
/// program to write over what it does not understand.
pub fn completed(path: &Path) -> Result<Option<About>, StoreError> {
    let mark = match Format::of(path)? {
        Format::Parquet => path.to_owned(),
        Format::Npy => npy_files::about_path(path),
    };
    match mark.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::io(&mark)(error)),
        Ok(_) => Ok(Some(read(path)?.about().clone())),
    }
}

/// [`completed`], if it is what `wanted` would give: then nothing is left to do. Embeddings of
/// another model, role, corpus, shard or setting are an error that names what differs.
pub fn resume(path: &Path, wanted: &Origin) -> Result<Option<About>, StoreError> {
    let Some(about) = completed(path)? else {
        return Ok(None);
    };
    let differences = about.origin.differences(wanted);
    if differences.is_empty() {
        return Ok(Some(about));
    }
    Err(StoreError::Differs { path: path.display().to_string(), differences })
}

impl Source {
    fn about(&self) -> &About {
        match self {
            Self::Parquet(source) => source.about(),
            Self::Npy(source) => source.about(),
        }
    }
}

impl Blocks {
    /// What the file says about itself.
    pub fn about(&self) -> &About {
        self.source.about()
    }

    fn next_block(&mut self) -> Result<Option<Block>, StoreError> {
        let block = match &mut self.source {
            Source::Parquet(source) => source.next_block()?,
            Source::Npy(source) => source.next_block(self.step)?,
        };
        let Some(block) = block else {
            if self.read == self.rows {
                return Ok(None);
            }
            let reason = format!("it gave {} rows where it says {}", self.read, self.rows);
            return Err(StoreError::damaged(&self.path, reason));
        };
        self.read += block.ids.len() as u64;
        Ok(Some(block))
    }
}

impl Iterator for Blocks {
    type Item = Result<Block, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let next = self.next_block().transpose();
        self.over = !matches!(next, Some(Ok(_)));
        next
    }
}

impl Reader {
    /// What the file says about itself.
    pub fn about(&self) -> &About {
        self.0.about()
    }

    fn checked(&self, block: Block) -> Result<Batch, StoreError> {
        let Block { ids, langs, numbers } = block;
        let batch = Batch { ids, langs, vectors: numbers.into() };
        check_vectors(&self.0.path, &self.about().origin, &batch.ids, &batch.vectors)?;
        Ok(batch)
    }
}

impl Iterator for Reader {
    type Item = Result<Batch, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.0.next()?.and_then(|block| self.checked(block));
        self.0.over |= next.is_err();
        Some(next)
    }
}
