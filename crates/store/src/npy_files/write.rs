//! Rows into an array whose length is not known before the end.
//!
//! `npyz` leaves room in the header and puts the number of rows there when it finishes.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use half::f16;
use npyz::{AutoSerialize, NpyWriter, WriteOptions, WriterBuilder};
use serde::Serialize;

use super::{Lengths, Row, about_path, ids_path};
use crate::staged::Staged;
use crate::{About, Origin, Precision, StoreError};

/// Three files being written. Holds nothing but write buffers.
pub(crate) struct Sink {
    numbers: Numbers,
    rows: BufWriter<File>,
    vectors: Staged,
    ids: Staged,
}

enum Numbers {
    F16(NpyWriter<f16, BufWriter<File>>),
    F32(NpyWriter<f32, BufWriter<File>>),
}

#[derive(Serialize)]
struct Description<'a> {
    #[serde(flatten)]
    about: &'a About,
    #[serde(flatten)]
    lengths: Lengths,
}

impl Sink {
    pub(crate) fn create(path: &Path, origin: &Origin) -> Result<Self, StoreError> {
        let (vectors, ids) = (Staged::create(path)?, Staged::create(&ids_path(path))?);
        let (file, dimension) = (vectors.handle()?, origin.dimension as u64);
        let numbers = match origin.precision {
            Precision::F16 => begin(file, dimension).map(Numbers::F16),
            Precision::F32 => begin(file, dimension).map(Numbers::F32),
        };
        let numbers = numbers.map_err(StoreError::io(path))?;
        let rows = BufWriter::new(ids.handle()?);
        Ok(Self { numbers, rows, vectors, ids })
    }

    /// Writes rows whose numbers were checked.
    pub(crate) fn push<S: AsRef<str>>(
        &mut self,
        ids: &[S],
        langs: &[Option<S>],
        vectors: &[f32],
    ) -> Result<(), StoreError> {
        for (id, lang) in ids.iter().zip(langs) {
            let row = Row { id: id.as_ref(), lang: lang.as_ref().map(AsRef::as_ref) };
            line(&mut self.rows, &row).map_err(StoreError::io(self.ids.target()))?;
        }
        let mut numbers = vectors.iter();
        let written = match &mut self.numbers {
            Numbers::F16(writer) => numbers.try_for_each(|v| writer.push(&f16::from_f32(*v))),
            Numbers::F32(writer) => numbers.try_for_each(|v| writer.push(v)),
        };
        written.map_err(StoreError::io(self.vectors.target()))
    }

    /// Renames the three so that the description is there only when the others belong to it.
    pub(crate) fn finish(self, about: &About) -> Result<(), StoreError> {
        let Self { numbers, rows, vectors, ids } = self;
        let finished = match numbers {
            Numbers::F16(writer) => writer.finish(),
            Numbers::F32(writer) => writer.finish(),
        };
        finished.map_err(StoreError::io(vectors.target()))?;
        let flushed = rows.into_inner().map_err(io::IntoInnerError::into_error);
        drop(flushed.map_err(StoreError::io(ids.target()))?);

        let lengths = Lengths { vectors_bytes: vectors.bytes()?, ids_bytes: ids.bytes()? };
        let path = about_path(vectors.target());
        let staged = Staged::create(&path)?;
        line(staged.handle()?, &Description { about, lengths }).map_err(StoreError::io(&path))?;

        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(StoreError::io(&path)(error));
            }
            _ => {}
        }
        vectors.publish()?;
        ids.publish()?;
        staged.publish()
    }
}

fn begin<T: AutoSerialize>(
    file: File,
    dimension: u64,
) -> io::Result<NpyWriter<T, BufWriter<File>>> {
    WriteOptions::new().default_dtype().writer(BufWriter::new(file)).begin_2d(dimension)
}

fn line(mut to: impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut to, value)?;
    to.write_all(b"\n")
}
