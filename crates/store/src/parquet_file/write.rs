//! Rows into row groups.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, FixedSizeListArray, Float16Array, Float32Array, RecordBatch, StringArray,
};
use arrow_schema::SchemaRef;
use half::f16;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use super::{ID, KEY, LANG, VECTOR, list_field, row_group_rows, schema, step_rows};
use crate::staged::Staged;
use crate::{About, Origin, Precision, StoreError};

/// A Parquet file being written. Holds one row group in memory.
pub(crate) struct Sink {
    writer: ArrowWriter<File>,
    staged: Staged,
    schema: SchemaRef,
    dimension: usize,
    precision: Precision,
    step: usize,
}

impl Sink {
    pub(crate) fn create(path: &Path, origin: &Origin) -> Result<Self, StoreError> {
        let staged = Staged::create(path)?;
        let schema = Arc::new(schema(origin));
        let properties = properties(origin);
        let writer = ArrowWriter::try_new(staged.handle()?, Arc::clone(&schema), Some(properties))
            .map_err(|error| StoreError::io(path)(io::Error::other(error)))?;
        let Origin { dimension, precision, .. } = *origin;
        Ok(Self { writer, staged, schema, dimension, precision, step: step_rows(origin) })
    }

    /// Writes rows whose numbers were checked.
    pub(crate) fn push<S: AsRef<str>>(
        &mut self,
        ids: &[S],
        langs: &[Option<S>],
        vectors: &[f32],
    ) -> Result<(), StoreError> {
        let rows = ids.chunks(self.step).zip(langs.chunks(self.step));
        for ((ids, langs), vectors) in rows.zip(vectors.chunks(self.step * self.dimension)) {
            self.step(ids, langs, vectors).map_err(|error| self.failed(error))?;
        }
        Ok(())
    }

    fn step<S: AsRef<str>>(
        &mut self,
        ids: &[S],
        langs: &[Option<S>],
        vectors: &[f32],
    ) -> parquet::errors::Result<()> {
        let values: ArrayRef = match self.precision {
            Precision::F16 => {
                let rounded = vectors.iter().map(|value| f16::from_f32(*value));
                Arc::new(Float16Array::from_iter_values(rounded))
            }
            Precision::F32 => Arc::new(Float32Array::from(vectors.to_vec())),
        };
        let field = list_field(self.precision);
        let vectors = FixedSizeListArray::try_new(field, self.dimension as i32, values, None)?;
        let langs: StringArray =
            langs.iter().map(|lang| lang.as_ref().map(AsRef::as_ref)).collect();
        let ids = StringArray::from_iter_values(ids.iter().map(AsRef::as_ref));
        let columns: Vec<ArrayRef> = vec![Arc::new(ids), Arc::new(langs), Arc::new(vectors)];
        self.writer.write(&RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }

    pub(crate) fn finish(mut self, about: &About) -> Result<(), StoreError> {
        let description = KeyValue::new(KEY.to_owned(), about.to_json());
        self.writer.append_key_value_metadata(description);
        if let Err(error) = self.writer.finish() {
            return Err(self.failed(error));
        }
        drop(self.writer);
        self.staged.publish()
    }

    fn failed(&self, error: parquet::errors::ParquetError) -> StoreError {
        StoreError::io(self.staged.target())(io::Error::other(error))
    }
}

fn properties(origin: &Origin) -> WriterProperties {
    let (id, lang) = (ColumnPath::from(ID), ColumnPath::from(LANG));
    let path = [VECTOR, "list", "element"].map(str::to_owned);
    let vector = ColumnPath::new(path.into());
    WriterProperties::builder()
        .set_created_by(concat!("isogloss ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_max_row_group_row_count(Some(row_group_rows(origin)))
        // For ids of any length; vectors alone stay well below.
        .set_max_row_group_bytes(Some(2 * super::ROW_GROUP_BYTES))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_column_compression(id.clone(), Compression::SNAPPY)
        .set_column_dictionary_enabled(id, false)
        .set_column_compression(lang, Compression::SNAPPY)
        .set_column_compression(vector.clone(), Compression::UNCOMPRESSED)
        .set_column_dictionary_enabled(vector.clone(), false)
        .set_column_statistics_enabled(vector, EnabledStatistics::None)
        .build()
}
