//! Language taken out of embeddings before they are scored.
//!
//! A correction is estimated on the candidates of all languages, which a search engine has when it
//! indexes, and on nothing that tells which candidate answers what. Candidates and questions are
//! corrected by it, each by its own language, and brought to unit length again, so that scores stay
//! cosines. Questions have means of their own, a little off those of candidates; they are not
//! estimated, because a search engine sees one question at a time.

use debias::{Correction, Method, Rows, unit_length};
use retrieval::Vectors;

use crate::BenchmarkError;

/// What results say of a correction.
pub const FITTED_ON: &str = "fitted on the candidates, applied to candidates and questions";

/// Corrects candidates and questions in place. Languages are indices in `names`, one for each
/// vector.
///
/// # Errors
///
/// [`BenchmarkError::Debias`], such as for a pivot that is no language of the candidates.
pub fn correct(
    method: &Method,
    names: &[String],
    candidates: (&mut Vectors, &[u32]),
    questions: (&mut Vectors, &[u32]),
) -> Result<(), BenchmarkError> {
    let (vectors, languages) = candidates;
    let rows = Rows::new(&vectors.values, vectors.dimension, languages, names)?;
    let correction = Correction::fit(method.clone(), &rows)?;
    for (vectors, languages) in [(vectors, languages), questions] {
        correction.apply(&mut vectors.values, vectors.dimension, languages, names)?;
        unit_length(&mut vectors.values, vectors.dimension);
    }
    Ok(())
}
