//! InfoNCE with in-batch and hard negatives.
//!
//! For row `i` with query `q`, passage `p`, scale `1/τ` and margin `m` let
//! `s⁺ = (q_i·p_i − m)/τ`. Each direction brings a pool of negatives:
//!
//! | direction | pool of row `i`, over `j ≠ i` |
//! |---|---|
//! | query to passage | `q_i·p_j/τ`, and `q_i·h/τ` over hard negatives `h` |
//! | passage to query | `p_i·q_j/τ` |
//! | query to query | `q_i·q_j/τ` |
//! | passage to passage | `p_i·p_j/τ`, and `p_i·h/τ` over the hard negatives of other rows |
//!
//! The loss is the mean over rows of `log(Σ exp) − s⁺`. A joint softmax sums over all pools, per
//! direction each pool has its own and their logarithms are averaged. The positive counts once for
//! each of the first two directions in the softmax, as in sentence-transformers and in GTE's
//! improved contrastive loss (arXiv 2308.03281); where neither is there it counts once, so that
//! every subset of directions is a softmax that the positive can win. (sentence-transformers
//! refuses those.)
//!
//! One direction is InfoNCE (arXiv 1807.03748) and equation 1 of hybrid-batch training
//! (arXiv 2408.10536) with a temperature; both of the first two, per direction, are the
//! translation ranking loss of LaBSE (arXiv 2007.01852), which also has the margin; all four,
//! joint, are GTE's.
//!
//! Gradients: `∂L/∂s = softmax/rows` for a negative and `(softmax − 1)/rows` for the positive. A
//! candidate that is left out has none, and neither has a batch of one row without hard negatives.
//!
//! Positives come from row-wise products and the diagonals are masked on the device: no matrix is
//! made on the host. Each pool is reduced to one column before pools are joined, so that only one
//! score matrix per pool is ever held.

use std::ops::Range;

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::error::{positive, weight};
use crate::pools::{Pools, Scale};
use crate::scores::log_sum_exp;
use crate::{LearnedTemperature, ObjectiveError, Sides};

/// Who is ranked by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Passages are ranked by a query.
    QueryToPassage,
    /// Queries are ranked by a passage.
    PassageToQuery,
    /// Other queries are negatives of a query.
    QueryToQuery,
    /// Other passages are negatives of a passage.
    PassageToPassage,
}

impl Direction {
    /// All four.
    pub const ALL: [Self; 4] =
        [Self::QueryToPassage, Self::PassageToQuery, Self::QueryToQuery, Self::PassageToPassage];

    fn has_positive(self) -> bool {
        matches!(self, Self::QueryToPassage | Self::PassageToQuery)
    }
}

/// Over what probabilities sum to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Softmax {
    /// Over the candidates of all directions together.
    #[default]
    Joint,
    /// Over those of each direction; the losses are averaged.
    PerDirection,
}

/// Whose negatives hard negatives are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Every query's.
    #[default]
    Shared,
    /// Only of the query they were mined for.
    Own,
}

/// Which negatives weigh more the harder they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Harder {
    /// Passages and hard negatives of other rows (arXiv 2503.04812, strength 9).
    InBatch,
    /// A row's own hard negatives (arXiv 2509.20354, strength 5).
    Hard,
    /// All.
    All,
}

/// Adds `strength · cos`, without its gradient, to logits of negatives from query to passage.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hardness {
    /// To which.
    pub of: Harder,
    /// How much; 0 changes nothing.
    pub strength: f64,
}

/// The contrastive loss; see the module's head for the equation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Contrastive {
    /// Any subset, each once.
    pub directions: Vec<Direction>,
    /// Over what probabilities sum to 1.
    pub softmax: Softmax,
    /// Whose negatives hard negatives are.
    pub negatives: Scope,
    /// Divides the cosines; 0.05 is sentence-transformers' scale of 20. Where it is learned, the
    /// value it starts at.
    pub temperature: f64,
    /// Whether the temperature is learned.
    pub learn_temperature: bool,
    /// A learned temperature falls no lower; CLIP's is 0.01.
    pub lowest_temperature: f64,
    /// Subtracted from the positive's cosine, so that it must win by that much.
    pub margin: f64,
    /// Weighs hard cases more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hardness: Option<Hardness>,
}

impl Default for Contrastive {
    fn default() -> Self {
        Self {
            directions: vec![Direction::QueryToPassage],
            softmax: Softmax::Joint,
            negatives: Scope::Shared,
            temperature: 0.05,
            learn_temperature: false,
            lowest_temperature: 0.01,
            margin: 0.0,
            hardness: None,
        }
    }
}

impl Contrastive {
    /// Finds the passage from the query and the query from the passage; the mean of both.
    pub fn symmetric() -> Self {
        Self {
            directions: vec![Direction::QueryToPassage, Direction::PassageToQuery],
            softmax: Softmax::PerDirection,
            ..Self::default()
        }
    }

    /// GTE's improved contrastive loss: all four directions in one softmax.
    pub fn improved() -> Self {
        Self { directions: Direction::ALL.to_vec(), ..Self::default() }
    }

    /// Checks what no type can.
    pub fn check(&self) -> Result<(), ObjectiveError> {
        let bad = |field: &str, reason: &str| Err(ObjectiveError::setting(field, reason));
        if self.directions.is_empty() {
            return bad("contrastive.directions", "names no direction");
        }
        for (i, direction) in self.directions.iter().enumerate() {
            if self.directions[..i].contains(direction) {
                return bad("contrastive.directions", "names a direction twice");
            }
        }
        positive("contrastive.temperature", self.temperature)?;
        positive("contrastive.lowest_temperature", self.lowest_temperature)?;
        if self.learn_temperature && self.temperature < self.lowest_temperature {
            return bad("contrastive.temperature", "starts below `lowest_temperature`");
        }
        if !self.margin.is_finite() {
            return bad("contrastive.margin", "is not a number");
        }
        if let Some(hardness) = self.hardness {
            weight("contrastive.hardness.strength", hardness.strength)?;
        }
        Ok(())
    }

    /// Loss of a batch, `[1]`; `learned` replaces the temperature of the settings.
    pub fn loss(
        &self,
        sides: &Sides,
        learned: Option<&LearnedTemperature>,
    ) -> Result<Tensor<1>, ObjectiveError> {
        self.loss_of_rows(sides, learned, 0..sides.rows())
    }

    /// What some rows contribute to the loss of a batch, against the candidates of all rows.
    ///
    /// Over disjoint ranges that cover the batch the contributions, and their gradients, add up to
    /// the loss: score matrices of a large batch need not be held at once.
    pub fn loss_of_rows(
        &self,
        sides: &Sides,
        learned: Option<&LearnedTemperature>,
        rows: Range<usize>,
    ) -> Result<Tensor<1>, ObjectiveError> {
        let sides = sides.prepared()?;
        let total = sides.rows();
        if rows.is_empty() || rows.end > total {
            let reason = format!("{rows:?} is no part of a batch of {total}");
            return Err(ObjectiveError::setting("contrastive: rows", reason));
        }
        let scale = match learned {
            Some(learned) => Scale::Learned(Box::new(learned.scale())),
            None => Scale::Fixed(self.temperature.recip()),
        };
        let pools = Pools::new(&sides, rows, &scale, self.negatives, self.hardness);
        let positive = scale.apply(pools.positives() - self.margin);
        let log_sum = |directions: &[Direction]| {
            let times = directions.iter().filter(|d| d.has_positive()).count().max(1);
            let mut parts = vec![positive.clone() + (times as f64).ln()];
            for &direction in directions {
                parts.extend(pools.of(direction).into_iter().map(log_sum_exp));
            }
            log_sum_exp(Tensor::cat(parts, 1))
        };
        let log_sum = match self.softmax {
            Softmax::Joint => log_sum(&self.directions),
            Softmax::PerDirection => {
                let each = self.directions.iter().map(|&direction| log_sum(&[direction]));
                Tensor::cat(each.collect(), 1).mean_dim(1)
            }
        };
        Ok((log_sum - positive).sum() / total as f64)
    }
}
