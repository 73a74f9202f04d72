//! The same ranking whatever the language of the query.
//!
//! `L = mean_i KL(softmax(q'_i·P/τ) ‖ softmax(q_i·P/τ))` over the passages of the batch, `q'`
//! being the query in another language: `LaKDA`'s second term (arXiv 2509.06195), which takes
//! cosines as they are (`τ = 1`).
//!
//! Gradients flow into queries, translations and passages alike, as in the published
//! implementations: neither language is the teacher of the other.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::error::positive;
use crate::scores::divergence;
use crate::{ObjectiveError, Sides};

/// Pulls the rankings by a query and by its translation together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QueryConsistency {
    /// Divides the cosines.
    pub temperature: f64,
}

impl Default for QueryConsistency {
    fn default() -> Self {
        Self { temperature: 1.0 }
    }
}

impl QueryConsistency {
    pub(crate) fn check(self) -> Result<(), ObjectiveError> {
        positive("query-consistency.temperature", self.temperature)
    }

    /// Loss of a batch, `[1]`.
    pub fn loss(self, sides: &Sides) -> Result<Tensor<1>, ObjectiveError> {
        let sides = sides.prepared()?;
        let what = "the queries in another language";
        let missing = ObjectiveError::Missing { loss: "query-consistency", what };
        let translations = sides.translations.ok_or(missing)?;
        let passages = sides.passages.transpose() / self.temperature;
        Ok(divergence(sides.queries.matmul(passages.clone()), translations.matmul(passages)))
    }
}
