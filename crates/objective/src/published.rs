//! Published objectives, as compositions.

use serde::{Deserialize, Serialize};

use crate::error::share;
use crate::{
    Contrastive, Distance, EmbeddingDistillation, Objective, ObjectiveError, QueryConsistency, Sum,
    Term,
};

/// MIMO's second stage (arXiv 2605.31171): `λ · contrastive + (1 − λ) · embeddings`.
///
/// Pairs are cross-lingual; the teacher embeds the English originals of both sides, whatever the
/// languages of the pair, and the student reaches its space through a projection with a bias. The
/// paper's figures are the defaults. Its first stage is the distillation alone:
/// `kind = "embeddings"`, `distance = "cosine"`, over parallel sentences.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mimo {
    /// λ, the share of the contrastive term.
    pub share: f64,
    /// The contrastive term.
    pub contrastive: Contrastive,
    /// How the distance to the teacher is measured.
    pub distance: Distance,
}

impl Default for Mimo {
    fn default() -> Self {
        Self { share: 0.2, contrastive: Contrastive::default(), distance: Distance::Cosine }
    }
}

impl Mimo {
    pub(crate) fn check(&self) -> Result<(), ObjectiveError> {
        share("mimo.share", self.share)?;
        self.contrastive.check()
    }

    /// The same as a sum.
    pub fn composition(&self) -> Sum {
        let distillation = EmbeddingDistillation { distance: self.distance };
        mixture(self.share, &self.contrastive, Objective::Embeddings(distillation))
    }
}

/// `LaKDA` (arXiv 2509.06195): `(1 − α) · contrastive + α · query-consistency`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lakda {
    /// α, the share of the consistency term.
    pub alpha: f64,
    /// The contrastive term.
    pub contrastive: Contrastive,
    /// The consistency term.
    pub consistency: QueryConsistency,
}

impl Default for Lakda {
    fn default() -> Self {
        Self {
            alpha: 0.5,
            contrastive: Contrastive::default(),
            consistency: QueryConsistency::default(),
        }
    }
}

impl Lakda {
    pub(crate) fn check(&self) -> Result<(), ObjectiveError> {
        share("lakda.alpha", self.alpha)?;
        self.contrastive.check()?;
        self.consistency.check()
    }

    /// The same as a sum.
    pub fn composition(&self) -> Sum {
        let consistency = Objective::QueryConsistency(self.consistency);
        mixture(1.0 - self.alpha, &self.contrastive, consistency)
    }
}

fn mixture(share: f64, contrastive: &Contrastive, other: Objective) -> Sum {
    let contrastive = Objective::Contrastive(contrastive.clone());
    Sum {
        terms: vec![
            Term { weight: share, loss: contrastive },
            Term { weight: 1.0 - share, loss: other },
        ],
    }
}
