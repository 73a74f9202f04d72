//! Distillation of a teacher's scores by their margins.
//!
//! `L = mean_{i,k} ((q_i·p_i − q_i·h_ik) − (t_i0 − t_ik))²` over the hard negatives `h` that are
//! there (`MarginMSE`, arXiv 2010.02666; the loss of GPL, arXiv 2112.07577). Margins are compared,
//! not scores, so the teacher's may lie anywhere, but their spread must be one that cosines can
//! reach: scores of a cross-encoder are to be divided first.
//!
//! Gradient: with `e` the difference of margins and `N` the number of them, `2e/N` for the
//! passage's score and `−2e/N` for the negative's; the teacher has none.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::score_kl::{absent, own_scores};
use crate::{ObjectiveError, Sides};

/// Pulls margins between passage and hard negatives to a teacher's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarginMse {}

impl MarginMse {
    /// Loss of a batch, `[1]`; 0 where no row has a hard negative.
    #[allow(clippy::unused_self, reason = "called as the other losses are")]
    pub fn loss(&self, sides: &Sides) -> Result<Tensor<1>, ObjectiveError> {
        let sides = sides.prepared()?;
        let missing = |what| ObjectiveError::Missing { loss: "margin-mse", what };
        let negatives = sides.negatives.as_ref().ok_or(missing("hard negatives"))?;
        let teacher = sides.teacher.clone().and_then(|teacher| teacher.scores);
        let teacher = teacher.ok_or(missing("a teacher's scores"))?;
        let n = sides.negatives_per_row();
        let margins = |scores: Tensor<2>| scores.clone().narrow(1, 0, 1) - scores.narrow(1, 1, n);
        let errors = (margins(own_scores(&sides, negatives)) - margins(teacher)).square();
        Ok(match absent(&sides, negatives) {
            Some(absent) => {
                let absent = absent.narrow(1, 1, n);
                let present = absent.clone().bool_not().float().sum().clamp_min(1.0);
                errors.mask_fill(absent, 0.0).sum() / present
            }
            None => errors.mean(),
        })
    }
}
