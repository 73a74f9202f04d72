//! Rows that are written or were read together, and what is asked of them.

use half::f16;

use crate::{Origin, Precision, StoreError};

/// Some rows of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Ids of the texts.
    pub ids: Vec<String>,
    /// Their languages.
    pub langs: Vec<Option<String>>,
    /// Their vectors, `[ids.len(), dimension]` row by row.
    pub vectors: Vec<f32>,
}

/// Checks that every number of `vectors` is finite and within the precision's range, and names the
/// id of the first vector that is not so.
pub(crate) fn check_vectors<S: AsRef<str>>(
    path: &str,
    origin: &Origin,
    ids: &[S],
    vectors: &[f32],
) -> Result<(), StoreError> {
    let fits = |value: &f32| match origin.precision {
        // What rounds beyond the largest f16 would be written as infinite.
        Precision::F16 => f16::from_f32(*value).is_finite(),
        Precision::F32 => value.is_finite(),
    };
    for (id, vector) in ids.iter().zip(vectors.chunks_exact(origin.dimension)) {
        if let Some(value) = vector.iter().find(|value| !fits(value)) {
            let (path, id) = (path.to_owned(), id.as_ref().to_owned());
            return Err(StoreError::Value { path, id, value: *value });
        }
    }
    Ok(())
}
