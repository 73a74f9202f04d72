//! Embeddings with labels.

use crate::ProbeError;

/// Embeddings, each with a label. Checked when made: every number is finite.
#[derive(Debug, Clone, Copy)]
pub struct Labelled<'a> {
    vectors: &'a [f32],
    dimension: usize,
    labels: &'a [u32],
}

impl<'a> Labelled<'a> {
    /// `vectors` is row after row of `dimension` numbers, with one of `labels` for each row. Labels
    /// are any numbers; which there are is read from the rows.
    ///
    /// # Errors
    ///
    /// [`ProbeError::Shape`] and [`ProbeError::NotFinite`].
    pub fn new(
        vectors: &'a [f32],
        dimension: usize,
        labels: &'a [u32],
    ) -> Result<Self, ProbeError> {
        let rows = labels.len();
        if dimension == 0 || rows.checked_mul(dimension) != Some(vectors.len()) {
            return Err(ProbeError::Shape { values: vectors.len(), rows, dimension });
        }
        if let Some(place) = vectors.iter().position(|value| !value.is_finite()) {
            return Err(ProbeError::NotFinite { row: place / dimension, value: vectors[place] });
        }
        Ok(Self { vectors, dimension, labels })
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Numbers in a vector.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The labels of the rows.
    pub fn labels(&self) -> &'a [u32] {
        self.labels
    }

    /// The vector of a row.
    pub fn row(&self, row: usize) -> &'a [f32] {
        &self.vectors[row * self.dimension..(row + 1) * self.dimension]
    }
}
