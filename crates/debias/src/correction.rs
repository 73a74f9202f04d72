//! A correction that was fitted, ready to be applied or stored.

use serde::{Deserialize, Serialize};

use crate::fit::{Parts, fit};
use crate::rows::check;
use crate::{DebiasError, Method, Rows};

/// What to subtract from the embeddings of each language.
///
/// Stored with `serde`, it is checked when read: what other programs wrote cannot make it subtract
/// from the wrong dimensions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Correction {
    method: Method,
    dimension: usize,
    languages: Vec<String>,
    offsets: Vec<Vec<f32>>,
    directions: Vec<Vec<Vec<f32>>>,
}

/// A correction as it is read, unchecked.
#[derive(Deserialize)]
struct Stored {
    method: Method,
    dimension: usize,
    languages: Vec<String>,
    offsets: Vec<Vec<f32>>,
    directions: Vec<Vec<Vec<f32>>>,
}

impl Correction {
    /// Estimates a correction from embeddings. Languages that have a name and no row are not part
    /// of it.
    ///
    /// # Errors
    ///
    /// [`DebiasError::Rank`] when there are not as many components as were asked for, and
    /// [`DebiasError::UnknownLanguage`] for a pivot without rows.
    pub fn fit(method: Method, rows: &Rows) -> Result<Self, DebiasError> {
        let Parts { languages, offsets, directions } = fit(&method, rows)?;
        Ok(Self { method, dimension: rows.dimension(), languages, offsets, directions })
    }

    /// How it was fitted.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The languages it was fitted on.
    pub fn languages(&self) -> &[String] {
        &self.languages
    }

    /// How many directions it removes from a vector; 0 where it subtracts means.
    pub fn rank(&self) -> usize {
        self.directions.first().map_or(0, Vec::len)
    }

    /// Corrects `vectors` in place: row after row of `dimension` numbers, with for each row an
    /// index in `names`. After an error, nothing is changed. Lengths change; see
    /// [`unit_length`](crate::unit_length).
    ///
    /// # Errors
    ///
    /// [`DebiasError::Dimension`]; those of [`Rows::new`]; and [`DebiasError::UnknownLanguage`] for
    /// a row in a language that the correction was not fitted on, except with
    /// [`Method::Lsar`], which is the same for all.
    pub fn apply(
        &self,
        vectors: &mut [f32],
        dimension: usize,
        languages: &[u32],
        names: &[String],
    ) -> Result<(), DebiasError> {
        if dimension != self.dimension {
            return Err(DebiasError::Dimension { fitted: self.dimension, got: dimension });
        }
        check(vectors, dimension, languages, names)?;
        let index = |name: &String| self.languages.iter().position(|known| known == name);
        let known: Vec<Option<usize>> = names.iter().map(index).collect();
        let shared = matches!(self.method, Method::Lsar { .. });
        let unknown = |language: &&u32| known[**language as usize].is_none();
        if let Some(&language) = languages.iter().find(unknown).filter(|_| !shared) {
            let language = names[language as usize].clone();
            return Err(DebiasError::UnknownLanguage { language, seen: self.languages.clone() });
        }
        for (row, language) in vectors.chunks_exact_mut(dimension).zip(languages) {
            let language = if shared { Some(0) } else { known[*language as usize] };
            let Some(language) = language else { continue };
            if let Some(offset) = self.offsets.get(language) {
                row.iter_mut().zip(offset).for_each(|(value, offset)| *value -= offset);
            }
            if let Some(directions) = self.directions.get(language) {
                remove(row, directions);
            }
        }
        Ok(())
    }
}

/// Subtracts what of `row` is along orthonormal directions.
fn remove(row: &mut [f32], directions: &[Vec<f32>]) {
    for direction in directions {
        let along: f64 =
            row.iter().zip(direction).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
        for (value, direction) in row.iter_mut().zip(direction) {
            *value = (f64::from(*value) - along * f64::from(*direction)) as f32;
        }
    }
}

impl TryFrom<Stored> for Correction {
    type Error = DebiasError;

    fn try_from(stored: Stored) -> Result<Self, DebiasError> {
        let Stored { method, dimension, languages, offsets, directions } = stored;
        let (wanted_offsets, wanted_directions) = match &method {
            Method::Centre | Method::Shift { .. } => (languages.len(), 0),
            Method::Lir { .. } => (0, languages.len()),
            Method::Lsar { .. } => (0, 1),
        };
        let damaged = |problem: String| Err(DebiasError::Stored { problem });
        if offsets.len() != wanted_offsets || directions.len() != wanted_directions {
            return damaged(format!(
                "{} offsets and {} sets of directions for `{method}` of {} languages",
                offsets.len(),
                directions.len(),
                languages.len()
            ));
        }
        let vectors = || offsets.iter().chain(directions.iter().flatten());
        if let Some(other) = vectors().find(|vector| vector.len() != dimension) {
            return damaged(format!("{} numbers instead of {dimension}", other.len()));
        }
        if vectors().flatten().any(|value| !value.is_finite()) {
            return damaged("a number is not finite".to_owned());
        }
        Ok(Self { method, dimension, languages, offsets, directions })
    }
}
