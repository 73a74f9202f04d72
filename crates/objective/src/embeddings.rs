//! Distillation of a teacher's embeddings.
//!
//! With student `x`, projected into the teacher's space where dimensions differ, and teacher `t`,
//! the mean over the sides that the teacher embedded of the mean over rows of
//!
//! - `mse`: `‖x − t‖² / dimension`: multilingual students of monolingual teachers
//!   (arXiv 2004.09813), sentence-transformers' `MSELoss`; gradient `2(x − t)/(rows·dimension)`
//! - `cosine`: `1 − cos(x, t)`: MIMO's (arXiv 2605.31171); the gradient is orthogonal to `x`
//! - `l2`: `‖x − t‖` (`EmbedDistill`, arXiv 2301.12005); gradient of norm `1/rows`, 0 at `x = t`
//!
//! The teacher receives no gradient.

use burn::nn::Linear;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::scores::row_dots;
use crate::{ObjectiveError, Sides, normalise};

/// How far a student is from its teacher.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distance {
    /// Mean squared difference of the values.
    #[default]
    Mse,
    /// One less the cosine.
    Cosine,
    /// Euclidean.
    L2,
}

/// Pulls embeddings to a teacher's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EmbeddingDistillation {
    /// How distance is measured.
    pub distance: Distance,
}

impl EmbeddingDistillation {
    /// Loss of a batch, `[1]`; of one side where the teacher embedded only one.
    ///
    /// `projection` leads from the student's dimension to the teacher's.
    pub fn loss(
        &self,
        sides: &Sides,
        projection: Option<&Linear>,
    ) -> Result<Tensor<1>, ObjectiveError> {
        let sides = sides.prepared()?;
        let missing =
            ObjectiveError::Missing { loss: "embeddings", what: "a teacher's embeddings" };
        let teacher = sides.teacher.ok_or_else(|| missing.clone())?;
        let pairs = [(sides.queries, teacher.queries), (sides.passages, teacher.passages)];
        let mut losses = Vec::new();
        for (student, teacher) in pairs {
            let Some(teacher) = teacher else { continue };
            let student = match projection {
                Some(linear) => {
                    let [takes, _] = linear.weight.val().dims();
                    fits("embeddings to project", &student, takes)?;
                    linear.forward(student)
                }
                None => student,
            };
            fits("embeddings compared with the teacher's", &student, teacher.dims()[1])?;
            losses.push(self.distance.mean(student, teacher));
        }
        if losses.is_empty() {
            return Err(missing);
        }
        Ok(Tensor::cat(losses, 0).mean())
    }
}

impl Distance {
    fn mean(self, student: Tensor<2>, teacher: Tensor<2>) -> Tensor<1> {
        match self {
            Self::Mse => (student - teacher).square().mean(),
            Self::Cosine => row_dots(normalise(student), normalise(teacher)).mean().neg() + 1.0,
            // Clamped under the root, whose gradient at 0 is infinite.
            Self::L2 => (student - teacher).square().sum_dim(1).clamp_min(1e-24).sqrt().mean(),
        }
    }
}

fn fits(what: &'static str, found: &Tensor<2>, dimension: usize) -> Result<(), ObjectiveError> {
    let [rows, is] = found.dims();
    if is == dimension {
        return Ok(());
    }
    Err(ObjectiveError::Shape { what, found: vec![rows, is], expected: vec![rows, dimension] })
}
