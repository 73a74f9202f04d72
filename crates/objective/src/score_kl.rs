//! Distillation of a teacher's scores by their distribution.
//!
//! `L = τ² · mean_i KL(softmax(t_i/τ_t) ‖ softmax(s_i/τ))` over the same candidates, student
//! scores `s` being dot products. The factor `τ²` keeps gradients comparable across temperatures
//! above 1 (Hinton et al., arXiv 1503.02531) and is sentence-transformers' `DistillKLDivLoss`
//! (arXiv 2010.11386). Below 1, as cosines need, it shrinks them: `rescale = false` leaves it out,
//! as BGE-M3's self-distillation does (arXiv 2402.03216).
//!
//! Gradient: `∂L/∂s = τ² (softmax(s/τ) − softmax(t/τ_t)) / (τ · rows)`; the teacher has none.

use burn::tensor::{Bool, Tensor};
use serde::{Deserialize, Serialize};

use crate::error::positive;
use crate::scores::{divergence, leave_out, own_dots, row_dots};
use crate::{Negatives, ObjectiveError, Sides};

/// Over what the distributions are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Candidates {
    /// The passage and the hard negatives of the query, with the teacher's scores.
    #[default]
    Own,
    /// All passages of the batch, with dot products of the teacher's embeddings as its scores.
    Batch,
}

/// Pulls the distribution of scores to a teacher's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScoreKl {
    /// Over what the distributions are.
    pub candidates: Candidates,
    /// Divides the student's scores.
    pub temperature: f64,
    /// Divides the teacher's; none means the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub teacher_temperature: Option<f64>,
    /// Whether the loss is multiplied by the square of the student's temperature.
    pub rescale: bool,
}

impl Default for ScoreKl {
    fn default() -> Self {
        Self {
            candidates: Candidates::Own,
            temperature: 1.0,
            teacher_temperature: None,
            rescale: true,
        }
    }
}

impl ScoreKl {
    pub(crate) fn check(&self) -> Result<(), ObjectiveError> {
        positive("score-kl.temperature", self.temperature)?;
        self.teacher_temperature.map_or(Ok(()), |t| positive("score-kl.teacher_temperature", t))
    }

    /// Loss of a batch, `[1]`.
    pub fn loss(&self, sides: &Sides) -> Result<Tensor<1>, ObjectiveError> {
        let sides = sides.prepared()?;
        let missing = |what| ObjectiveError::Missing { loss: "score-kl", what };
        let teacher = sides.teacher.clone().unwrap_or_default();
        let (student, teacher, absent) = match self.candidates {
            Candidates::Own => {
                let scores = teacher.scores.ok_or(missing("a teacher's scores"))?;
                let negatives = sides.negatives.as_ref().ok_or(missing("hard negatives"))?;
                (own_scores(&sides, negatives), scores, absent(&sides, negatives))
            }
            Candidates::Batch => {
                let (queries, passages) = (teacher.queries, teacher.passages);
                let (queries, passages) =
                    queries.zip(passages).ok_or(missing("a teacher's embeddings of both sides"))?;
                let student = sides.queries.matmul(sides.passages.transpose());
                (student, queries.matmul(passages.transpose()), None)
            }
        };
        let temperature = self.temperature;
        let mut student = student / temperature;
        let mut teacher = teacher / self.teacher_temperature.unwrap_or(temperature);
        if let Some(absent) = absent {
            student = leave_out(student, absent.clone());
            teacher = leave_out(teacher, absent);
        }
        let loss = divergence(student, teacher);
        Ok(if self.rescale { loss * temperature * temperature } else { loss })
    }
}

/// Scores of each query with its passage and then its own hard negatives, `[rows, 1 + n]`.
pub(crate) fn own_scores(sides: &Sides, negatives: &Negatives) -> Tensor<2> {
    let queries = || sides.queries.clone();
    let passage = row_dots(queries(), sides.passages.clone());
    Tensor::cat(vec![passage, own_dots(queries(), negatives.embeddings.clone())], 1)
}

/// True for the hard negatives that a row does not have, `[rows, 1 + n]`.
pub(crate) fn absent(sides: &Sides, negatives: &Negatives) -> Option<Tensor<2, Bool>> {
    let rows = sides.rows();
    let absent = negatives.absent.clone()?.reshape([rows, sides.negatives_per_row()]);
    // False, made of what is there, so that it has the mask's dtype and device.
    let passage =
        absent.clone().narrow(1, 0, 1).bool_and(absent.clone().narrow(1, 0, 1).bool_not());
    Some(Tensor::cat(vec![passage, absent], 1))
}
