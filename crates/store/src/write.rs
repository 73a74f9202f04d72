//! Writing, whatever the format.

use std::path::{Path, PathBuf};

use crate::batch::check_vectors;
use crate::{About, FORMAT, Format, Origin, StoreError, npy_files, parquet_file};

/// Embeddings being written, in constant memory.
///
/// Nothing is at the path before [`Writer::finish`], and what was there stays until then; a writer
/// that is dropped leaves nothing.
///
/// ```no_run
/// # fn main() -> Result<(), isogloss_store::StoreError> {
/// # let origin: isogloss_store::Origin = unimplemented!();
/// # let path = std::path::Path::new("vectors.parquet");
/// let mut writer = isogloss_store::Writer::create(path, origin)?;
/// writer.push(&["a", "b"], &[Some("en"), None], &[0.6, 0.8, 1.0, 0.0])?;
/// let about = writer.finish()?;
/// assert_eq!(about.texts, 2);
/// # Ok(())
/// # }
/// ```
pub struct Writer {
    path: PathBuf,
    about: About,
    sink: Sink,
    broken: bool,
}

enum Sink {
    Parquet(parquet_file::Sink),
    Npy(npy_files::Sink),
}

impl Writer {
    /// Starts a file at `path`, whose name tells the [`Format`]. Folders on the way are made.
    pub fn create(path: &Path, origin: Origin) -> Result<Self, StoreError> {
        origin.check(&path.display().to_string())?;
        let sink = match Format::of(path)? {
            Format::Parquet => Sink::Parquet(parquet_file::Sink::create(path, &origin)?),
            Format::Npy => Sink::Npy(npy_files::Sink::create(path, &origin)?),
        };
        let about = About { format: FORMAT, origin, texts: 0 };
        Ok(Self { path: path.to_owned(), about, sink, broken: false })
    }

    /// Adds rows: as many ids and languages, and `vectors` of `[ids.len(), dimension]` row by row.
    ///
    /// Rows of another shape, and numbers that are not finite or too large for the precision, are
    /// refused before anything is written.
    pub fn push<S: AsRef<str>>(
        &mut self,
        ids: &[S],
        langs: &[Option<S>],
        vectors: &[f32],
    ) -> Result<(), StoreError> {
        let path = || self.path.display().to_string();
        let dimension = self.about.origin.dimension;
        if self.broken {
            return Err(StoreError::Broken { path: path() });
        }
        if ids.len() != langs.len() || ids.len().checked_mul(dimension) != Some(vectors.len()) {
            let (ids, langs, values) = (ids.len(), langs.len(), vectors.len());
            return Err(StoreError::Shape { path: path(), ids, langs, values, dimension });
        }
        check_vectors(&path(), &self.about.origin, ids, vectors)?;
        self.broken = true;
        match &mut self.sink {
            Sink::Parquet(sink) => sink.push(ids, langs, vectors)?,
            Sink::Npy(sink) => sink.push(ids, langs, vectors)?,
        }
        self.broken = false;
        self.about.texts += ids.len() as u64;
        Ok(())
    }

    /// Puts the file at its path and returns what it says about itself.
    pub fn finish(self) -> Result<About, StoreError> {
        let Self { path, about, sink, broken } = self;
        if broken {
            return Err(StoreError::Broken { path: path.display().to_string() });
        }
        match sink {
            Sink::Parquet(sink) => sink.finish(&about)?,
            Sink::Npy(sink) => sink.finish(&about)?,
        }
        Ok(about)
    }
}
