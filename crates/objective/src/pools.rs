//! Logits of the negatives of some rows of a batch.

use std::ops::Range;

use burn::tensor::{Bool, Device, Int, Tensor};

use crate::contrastive::{Direction, Harder, Hardness, Scope};
use crate::scores::{leave_out, own_dots, row_dots};
use crate::{Negatives, Sides};

/// What cosines are multiplied by.
pub(crate) enum Scale {
    Fixed(f64),
    /// `[1]`, with its gradient.
    Learned(Box<Tensor<1>>),
}

impl Scale {
    pub(crate) fn apply(&self, cosines: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Fixed(scale) => cosines * *scale,
            Self::Learned(scale) => cosines * scale.as_ref().clone().reshape([1, 1]),
        }
    }
}

/// The pools of negatives of `rows`, against all rows of the batch.
pub(crate) struct Pools<'a> {
    sides: &'a Sides,
    scale: &'a Scale,
    scope: Scope,
    hardness: Option<Hardness>,
    rows: Range<usize>,
    queries: Tensor<2>,
    passages: Tensor<2>,
    /// `[rows, all]`: a row itself and those that mean the same.
    hidden: Tensor<2, Bool>,
}

impl<'a> Pools<'a> {
    pub(crate) fn new(
        sides: &'a Sides,
        rows: Range<usize>,
        scale: &'a Scale,
        scope: Scope,
        hardness: Option<Hardness>,
    ) -> Self {
        let part = |side: &Tensor<2>| side.clone().narrow(0, rows.start, rows.len());
        let (queries, passages) = (part(&sides.queries), part(&sides.passages));
        let own = own_columns(&rows, sides.rows(), 1, &queries.device());
        let hidden = match &sides.same {
            Some(same) => own.bool_or(same.clone().narrow(0, rows.start, rows.len())),
            None => own,
        };
        Self { sides, scale, scope, hardness, rows, queries, passages, hidden }
    }

    /// Cosines of the pairs, `[rows, 1]`.
    pub(crate) fn positives(&self) -> Tensor<2> {
        row_dots(self.queries.clone(), self.passages.clone())
    }

    /// Logits of the pool of `direction`, in one or two matrices of `rows` rows.
    pub(crate) fn of(&self, direction: Direction) -> Vec<Tensor<2>> {
        let (queries, passages) = (&self.queries, &self.passages);
        let with = |rows: &Tensor<2>, all: &Tensor<2>| rows.clone().matmul(all.clone().transpose());
        match direction {
            Direction::QueryToPassage => {
                let cosines = with(queries, &self.sides.passages);
                let mut logits = self.scale.apply(cosines.clone());
                if let Some(strength) = self.strength(Harder::InBatch) {
                    logits = logits + cosines.detach() * strength;
                }
                let mut pools = vec![leave_out(logits, self.hidden.clone())];
                pools.extend(self.sides.negatives.as_ref().map(|n| match self.scope {
                    Scope::Shared => self.shared(n),
                    Scope::Own => self.own(n),
                }));
                pools
            }
            Direction::PassageToQuery => vec![self.inside(with(passages, &self.sides.queries))],
            Direction::QueryToQuery => vec![self.inside(with(queries, &self.sides.queries))],
            Direction::PassageToPassage => {
                let mut pools = vec![self.inside(with(passages, &self.sides.passages))];
                if let (Some(negatives), Scope::Shared) = (&self.sides.negatives, self.scope) {
                    let cosines = with(passages, &negatives.embeddings);
                    let hidden = self.own_negatives();
                    let hidden = match self.left_out(negatives) {
                        Some(out) => hidden.bool_or(out),
                        None => hidden,
                    };
                    pools.push(leave_out(self.scale.apply(cosines), hidden));
                }
                pools
            }
        }
    }

    fn inside(&self, cosines: Tensor<2>) -> Tensor<2> {
        leave_out(self.scale.apply(cosines), self.hidden.clone())
    }

    /// Every query with every hard negative, `[rows, all * n]`.
    fn shared(&self, negatives: &Negatives) -> Tensor<2> {
        let cosines = self.queries.clone().matmul(negatives.embeddings.clone().transpose());
        let mut logits = self.scale.apply(cosines.clone());
        let (own, others) = (self.strength(Harder::Hard), self.strength(Harder::InBatch));
        let penalty = |strength: f64| cosines.clone().detach() * strength;
        logits = match (own, others) {
            (Some(strength), Some(_)) => logits + penalty(strength),
            (Some(strength), None) => {
                logits + penalty(strength).mask_fill(self.own_negatives().bool_not(), 0.0)
            }
            (None, Some(strength)) => {
                logits + penalty(strength).mask_fill(self.own_negatives(), 0.0)
            }
            (None, None) => logits,
        };
        match self.left_out(negatives) {
            Some(out) => leave_out(logits, out),
            None => logits,
        }
    }

    /// Every query with its own hard negatives, `[rows, n]`.
    fn own(&self, negatives: &Negatives) -> Tensor<2> {
        let (rows, n) = (self.rows.len(), self.sides.negatives_per_row());
        let part = negatives.embeddings.clone().narrow(0, self.rows.start * n, rows * n);
        let cosines = own_dots(self.queries.clone(), part);
        let mut logits = self.scale.apply(cosines.clone());
        if let Some(strength) = self.strength(Harder::Hard) {
            logits = logits + cosines.detach() * strength;
        }
        if let Some(absent) = &negatives.absent {
            let absent = absent.clone().narrow(0, self.rows.start * n, rows * n);
            logits = leave_out(logits, absent.reshape([rows, n]));
        }
        if let Some(same) = &negatives.same {
            // Of row `i` its own `n` columns.
            let same = same.clone().narrow(0, self.rows.start, rows);
            let device = same.device();
            let first = self.rows.start * n;
            let own = Tensor::<1, Int>::arange(first as i64..(first + rows * n) as i64, &device);
            let own = same.int().gather(1, own.reshape([rows, n])).bool();
            logits = leave_out(logits, own);
        }
        logits
    }

    /// Fillers and false negatives, `[rows, all * n]`.
    fn left_out(&self, negatives: &Negatives) -> Option<Tensor<2, Bool>> {
        let count = self.rows.len();
        let same = negatives.same.clone().map(|same| same.narrow(0, self.rows.start, count));
        let absent = negatives.absent.clone().map(|absent| {
            let all = absent.dims()[0];
            absent.reshape([1, all]).expand([count, all])
        });
        match (same, absent) {
            (Some(same), Some(absent)) => Some(same.bool_or(absent)),
            (same, absent) => same.or(absent),
        }
    }

    /// `[rows, all * n]`: true for the hard negatives of the row itself.
    fn own_negatives(&self) -> Tensor<2, Bool> {
        let n = self.sides.negatives_per_row();
        own_columns(&self.rows, self.sides.rows(), n, &self.queries.device())
    }

    /// The strength for negatives of one kind, if they are to weigh more.
    fn strength(&self, kind: Harder) -> Option<f64> {
        let hardness = self.hardness?;
        let meant = hardness.of == Harder::All || hardness.of == kind;
        (meant && hardness.strength > 0.0).then_some(hardness.strength)
    }
}

/// `[rows, all * n]`: true in the `n` columns of the row itself.
fn own_columns(rows: &Range<usize>, all: usize, n: usize, device: &Device) -> Tensor<2, Bool> {
    let row = Tensor::<1, Int>::arange(rows.start as i64..rows.end as i64, device);
    let of = Tensor::<1, Int>::arange(0..all as i64, device).reshape([all, 1]).repeat_dim(1, n);
    (row.reshape([rows.len(), 1]) - of.reshape([1, all * n])).equal_elem(0)
}
