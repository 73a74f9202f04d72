//! Estimates the parts of a correction.

use crate::svd::{first_right, svd};
use crate::{DebiasError, Method, Rows};

/// Below this share of the largest singular value a direction is rounding, not language.
const NEGLIGIBLE: f64 = 1e-6;

/// What a method subtracts.
pub(crate) struct Parts {
    /// The languages it knows, in the order of their names.
    pub(crate) languages: Vec<String>,
    /// A vector for each language; empty where the method has none.
    pub(crate) offsets: Vec<Vec<f32>>,
    /// Orthonormal directions: for each language, or one list for all, or none.
    pub(crate) directions: Vec<Vec<Vec<f32>>>,
}

pub(crate) fn fit(method: &Method, rows: &Rows) -> Result<Parts, DebiasError> {
    let present = rows.present();
    let languages: Vec<String> = present.iter().map(|(_, name)| (*name).to_owned()).collect();
    let means = || -> Vec<Vec<f64>> {
        present.iter().map(|(index, _)| mean(&rows.of(*index), rows.dimension())).collect()
    };
    let (mut offsets, mut directions) = (Vec::new(), Vec::new());
    match method {
        Method::Centre => offsets = means(),
        Method::Shift { pivot } => {
            let found = languages.iter().position(|language| language == pivot);
            let pivot = found.ok_or_else(|| DebiasError::UnknownLanguage {
                language: pivot.clone(),
                seen: languages.clone(),
            })?;
            offsets = means();
            let origin = offsets[pivot].clone();
            for mean in &mut offsets {
                mean.iter_mut().zip(&origin).for_each(|(value, origin)| *value -= origin);
            }
        }
        Method::Lir { components } => {
            for (index, name) in &present {
                let rows = rows.of(*index);
                let possible = rows.len().min(rows[0].len());
                if *components > possible {
                    let what = format!("language `{name}`");
                    return Err(DebiasError::Rank { asked: *components, what, possible });
                }
                directions.push(first_right(&rows, *components));
            }
        }
        Method::Lsar { rank } => directions.push(means_apart(means(), *rank)?),
    }
    let single = |vectors: Vec<Vec<f64>>| -> Vec<Vec<f32>> {
        vectors.into_iter().map(|it| it.into_iter().map(|value| value as f32).collect()).collect()
    };
    Ok(Parts {
        languages,
        offsets: single(offsets),
        directions: directions.into_iter().map(single).collect(),
    })
}

fn mean(rows: &[&[f32]], dimension: usize) -> Vec<f64> {
    let mut sum = vec![0.0; dimension];
    for row in rows {
        sum.iter_mut().zip(*row).for_each(|(sum, value)| *sum += f64::from(*value));
    }
    for sum in &mut sum {
        *sum /= rows.len() as f64;
    }
    sum
}

/// The first principal directions of the means around their own mean.
fn means_apart(
    mut means: Vec<Vec<f64>>,
    rank: Option<usize>,
) -> Result<Vec<Vec<f64>>, DebiasError> {
    let count = means.len() as f64;
    let mut centre = vec![0.0; means.first().map_or(0, Vec::len)];
    for mean in &means {
        centre.iter_mut().zip(mean).for_each(|(sum, value)| *sum += value / count);
    }
    for mean in &mut means {
        mean.iter_mut().zip(&centre).for_each(|(value, centre)| *value -= centre);
    }
    let most = means.len().saturating_sub(1);
    let found = svd(means);
    let least = found.values.first().map_or(0.0, |largest| largest * NEGLIGIBLE);
    let possible = found.values.iter().take(most).filter(|value| **value > least).count();
    let rank = rank.unwrap_or(possible);
    if rank > possible {
        let what = "the difference between languages".to_owned();
        return Err(DebiasError::Rank { asked: rank, what, possible });
    }
    Ok(found.left.into_iter().take(rank).collect())
}
