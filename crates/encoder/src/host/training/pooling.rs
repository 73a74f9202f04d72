//! From token vectors to one vector a row.

use std::ops::Range;

use burn::tensor::Tensor;

use crate::Pooling;

use super::super::loops::add;
use super::graph::{Found, Gradient, Inputs};
use super::rows::Rows;

/// Pools `[tokens, width]` to `[rows, width]`; zero for a row without tokens.
pub(crate) fn pool(rows: &Rows, pooling: Pooling, x: Tensor<2>) -> Tensor<2> {
    let [tokens, width] = x.dims();
    let mut inputs = Inputs::default();
    let x = inputs.join(x);
    let mut output = vec![0.0; rows.lengths.len() * width];
    let kept = Kept { rows: rows.clone(), pooling, width, tokens };
    for (row, out) in kept.rows().zip(output.chunks_exact_mut(width)) {
        let (taken, share) = kept.taken(row);
        for token in x[taken.start * width..taken.end * width].chunks_exact(width) {
            add(out, token);
        }
        for value in out {
            *value *= share;
        }
    }
    inputs.record::<1, 2, _>(output, [rows.lengths.len(), width], || kept)
}

#[derive(Debug)]
struct Kept {
    rows: Rows,
    pooling: Pooling,
    width: usize,
    tokens: usize,
}

impl Kept {
    /// Tokens of each row.
    fn rows(&self) -> impl Iterator<Item = Range<usize>> {
        self.rows.lengths.iter().scan(0, |end, length| {
            *end += length;
            Some(*end - length..*end)
        })
    }

    /// The tokens of a row that are pooled, and what each counts for.
    fn taken(&self, row: Range<usize>) -> (Range<usize>, f32) {
        match self.pooling {
            Pooling::Mean => {
                let share = (row.len().max(1) as f32).recip();
                (row, share)
            }
            Pooling::Cls => (row.start..row.end.min(row.start + 1), 1.0),
            Pooling::Last => (row.start.max(row.end.saturating_sub(1))..row.end, 1.0),
        }
    }
}

impl Gradient for Kept {
    fn gradients(&self, of_output: &[f32], found: &mut Found) {
        let width = self.width;
        let mut gradient = vec![0.0; self.tokens * width];
        for (row, of_output) in self.rows().zip(of_output.chunks_exact(width)) {
            let (taken, share) = self.taken(row);
            for token in gradient[taken.start * width..taken.end * width].chunks_exact_mut(width) {
                for (value, of_output) in token.iter_mut().zip(of_output) {
                    *value = of_output * share;
                }
            }
        }
        found.next(|| gradient);
    }
}
