//! Reading, whatever the format; and what is done already.

use std::io;
use std::path::Path;

use crate::batch::check_vectors;
use crate::{About, Batch, Format, Origin, StoreError, npy_files, parquet_file};

/// The rows of a file, in batches of about a megabyte of numbers. After an error it is over.
pub struct Reader {
    path: String,
    source: Source,
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
    let source = match Format::of(path)? {
        Format::Parquet => Source::Parquet(parquet_file::Source::open(path)?),
        Format::Npy => Source::Npy(npy_files::Source::open(path)?),
    };
    Ok(Reader { path: path.display().to_string(), source, read: 0, over: false })
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

impl Reader {
    /// What the file says about itself.
    pub fn about(&self) -> &About {
        match &self.source {
            Source::Parquet(source) => source.about(),
            Source::Npy(source) => source.about(),
        }
    }

    fn next_batch(&mut self) -> Result<Option<Batch>, StoreError> {
        let batch = match &mut self.source {
            Source::Parquet(source) => source.next_batch()?,
            Source::Npy(source) => source.next_batch()?,
        };
        let texts = self.about().texts;
        let Some(batch) = batch else {
            if self.read == texts {
                return Ok(None);
            }
            let reason = format!("it gave {} rows where it says {texts}", self.read);
            return Err(StoreError::damaged(&self.path, reason));
        };
        check_vectors(&self.path, &self.about().origin, &batch.ids, &batch.vectors)?;
        self.read += batch.ids.len() as u64;
        Ok(Some(batch))
    }
}

impl Iterator for Reader {
    type Item = Result<Batch, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let next = self.next_batch().transpose();
        self.over = !matches!(next, Some(Ok(_)));
        next
    }
}
