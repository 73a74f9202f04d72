//! Rows that are written or were read together, and what is asked of them.

use half::f16;
use half::slice::HalfFloatSliceExt;

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

/// Some rows of a file, with their numbers as they are stored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// Ids of the texts.
    pub ids: Vec<String>,
    /// Their languages.
    pub langs: Vec<Option<String>>,
    /// Their vectors, `[ids.len(), dimension]` row by row.
    pub numbers: Numbers,
}

/// Numbers of one precision.
#[derive(Clone, Debug, PartialEq)]
pub enum Numbers {
    /// Half precision.
    F16(Vec<f16>),
    /// Single precision.
    F32(Vec<f32>),
}

impl Default for Numbers {
    fn default() -> Self {
        Self::F32(Vec::new())
    }
}

impl From<Numbers> for Vec<f32> {
    fn from(numbers: Numbers) -> Self {
        match numbers {
            Numbers::F16(halves) => halves.to_f32_vec(),
            Numbers::F32(numbers) => numbers,
        }
    }
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
