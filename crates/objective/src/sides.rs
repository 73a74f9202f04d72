//! The embeddings of a batch.
//!
//! One struct for all losses, so that a trainer fills in what its data has and an objective takes
//! what it needs. Masks are booleans on the device, true for what does *not* count; they are
//! optional, because most batches have none.

use burn::tensor::{Bool, DType, Tensor};

use crate::{ObjectiveError, normalise};

/// The embeddings of a batch, all `[.., dimension]` and unit rows.
#[derive(Clone, Debug)]
pub struct Sides {
    /// `[rows, dimension]`.
    pub queries: Tensor<2>,
    /// `[rows, dimension]`; row `i` belongs to query `i`.
    pub passages: Tensor<2>,
    /// Passages known not to answer, several per query.
    pub negatives: Option<Negatives>,
    /// The queries in another language, `[rows, dimension]`.
    pub translations: Option<Tensor<2>>,
    /// `[rows, rows]`: true where row `j` has the text or the meaning of row `i`, so that neither
    /// is a negative of the other. The diagonal is not looked at.
    pub same: Option<Tensor<2, Bool>>,
    /// What a teacher says.
    pub teacher: Option<Teacher>,
}

/// Hard negatives.
#[derive(Clone, Debug)]
pub struct Negatives {
    /// `[rows * n, dimension]`: the `n` of row 0, then the `n` of row 1 and so on.
    pub embeddings: Tensor<2>,
    /// `[rows * n]`: true where a row has fewer than `n` and the embedding is a filler.
    pub absent: Option<Tensor<1, Bool>>,
    /// `[rows, rows * n]`: true where the negative of some row answers query `i` after all.
    pub same: Option<Tensor<2, Bool>>,
}

/// A teacher's embeddings or scores; none of them receives a gradient.
#[derive(Clone, Debug, Default)]
pub struct Teacher {
    /// Its embeddings of the queries, `[rows, teacher dimension]`.
    pub queries: Option<Tensor<2>>,
    /// Its embeddings of the passages, `[rows, teacher dimension]`.
    pub passages: Option<Tensor<2>>,
    /// Its scores of each query with the passage and then the `n` hard negatives, `[rows, 1 + n]`.
    pub scores: Option<Tensor<2>>,
}

impl Sides {
    /// Pairs without anything else.
    pub fn new(queries: Tensor<2>, passages: Tensor<2>) -> Self {
        Self { queries, passages, negatives: None, translations: None, same: None, teacher: None }
    }

    /// Rows of the batch.
    pub fn rows(&self) -> usize {
        self.queries.dims()[0]
    }

    /// Hard negatives per row.
    pub fn negatives_per_row(&self) -> usize {
        let all = self.negatives.as_ref().map_or(0, |n| n.embeddings.dims()[0]);
        all / self.rows().max(1)
    }

    /// Embeddings divided by their norms; the teacher's stay as they are.
    #[must_use]
    pub fn normalised(&self) -> Self {
        self.mapped(normalise)
    }

    /// The first `dimension` values of each embedding, divided by their norm.
    ///
    /// A teacher whose embeddings are as long as the student's is shortened too; a longer one is
    /// reached through a projection, which has no shorter form.
    #[must_use]
    pub fn truncated(&self, dimension: usize) -> Self {
        let full = self.queries.dims()[1];
        let shorten = |x: Tensor<2>| normalise(x.narrow(1, 0, dimension));
        let mut sides = self.mapped(shorten);
        if let Some(teacher) = &mut sides.teacher {
            for side in [&mut teacher.queries, &mut teacher.passages] {
                *side = side.take().map(|x| if x.dims()[1] == full { shorten(x) } else { x });
            }
        }
        sides
    }

    fn mapped(&self, f: impl Fn(Tensor<2>) -> Tensor<2>) -> Self {
        let mut sides = self.clone();
        sides.queries = f(sides.queries);
        sides.passages = f(sides.passages);
        sides.translations = sides.translations.map(&f);
        if let Some(negatives) = &mut sides.negatives {
            negatives.embeddings = f(negatives.embeddings.clone());
        }
        sides
    }

    /// Checked, in f32, the teacher without gradients.
    pub(crate) fn prepared(&self) -> Result<Self, ObjectiveError> {
        self.check()?;
        let mut sides = self.mapped(in_f32);
        if let Some(teacher) = &mut sides.teacher {
            for side in [&mut teacher.queries, &mut teacher.passages, &mut teacher.scores] {
                *side = side.take().map(|x| in_f32(x).detach());
            }
        }
        Ok(sides)
    }

    fn check(&self) -> Result<(), ObjectiveError> {
        let [rows, dimension] = self.queries.dims();
        let n = self.negatives_per_row();
        expect("queries", [rows, dimension], [rows.max(1), dimension.max(1)])?;
        expect("passages", self.passages.dims(), [rows, dimension])?;
        if let Some(same) = &self.same {
            expect("the rows that mean the same", same.dims(), [rows, rows])?;
        }
        if let Some(other) = &self.translations {
            expect("translated queries", other.dims(), [rows, dimension])?;
        }
        if let Some(negatives) = &self.negatives {
            let found = negatives.embeddings.dims();
            expect("hard negatives", found, [rows * n.max(1), dimension])?;
            if let Some(absent) = &negatives.absent {
                expect("the absent hard negatives", absent.dims(), [rows * n])?;
            }
            if let Some(same) = &negatives.same {
                expect("the false hard negatives", same.dims(), [rows, rows * n])?;
            }
        }
        let Some(teacher) = &self.teacher else { return Ok(()) };
        for side in [&teacher.queries, &teacher.passages].into_iter().flatten() {
            expect("the teacher's embeddings", side.dims(), [rows, side.dims()[1].max(1)])?;
        }
        if let Some(scores) = &teacher.scores {
            expect("the teacher's scores", scores.dims(), [rows, 1 + n])?;
        }
        Ok(())
    }
}

fn in_f32(tensor: Tensor<2>) -> Tensor<2> {
    match tensor.dtype() {
        DType::F16 | DType::BF16 => tensor.cast(DType::F32),
        _ => tensor,
    }
}

fn expect<const D: usize>(
    what: &'static str,
    found: [usize; D],
    expected: [usize; D],
) -> Result<(), ObjectiveError> {
    if found == expected {
        return Ok(());
    }
    Err(ObjectiveError::Shape { what, found: found.to_vec(), expected: expected.to_vec() })
}
