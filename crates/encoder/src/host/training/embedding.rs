//! From the distinct table rows of a batch to its tokens' vectors, as one operation:
//! `dropout(norm(words[id] + positions[position] + types[0]))`.

use burn::tensor::Tensor;

use crate::blocks;

use super::super::loops::{add, column_sums};
use super::dropping::Dropping;
use super::graph::{Found, Gradient, Inputs, Values};
use super::norming::{Norm, Normed};
use super::rows::{Part, Rows};

/// What token vectors are made of.
#[derive(Clone, Debug)]
pub(crate) struct Embedding<'a> {
    /// Distinct table rows, `[n, width]`.
    pub words: Tensor<2>,
    /// The row of each token.
    pub ids: Vec<u32>,
    /// Position vectors, and each token's row of them.
    pub positions: Option<(Tensor<2>, Vec<u32>)>,
    /// Token-type vectors; all tokens are of the first type.
    pub types: Option<Tensor<2>>,
    /// Norm of the sum.
    pub norm: Option<&'a blocks::Norm>,
    /// Dropout of the result.
    pub dropping: Option<Dropping>,
}

/// Rows of a table, by token.
#[derive(Debug)]
struct Looked {
    table: Values,
    ids: Vec<u32>,
}

impl Looked {
    fn row(&self, token: usize, width: usize) -> &[f32] {
        &self.table[self.ids[token] as usize * width..][..width]
    }

    /// The gradient of the table.
    fn gradient(&self, of_rows: &[f32], width: usize) -> Vec<f32> {
        let mut gradient = vec![0.0; self.table.len()];
        for (&id, row) in self.ids.iter().zip(of_rows.chunks_exact(width)) {
            add(&mut gradient[id as usize * width..][..width], row);
        }
        gradient
    }
}

#[derive(Debug)]
struct Kept {
    rows: Rows,
    width: usize,
    words: Looked,
    positions: Option<Looked>,
    types: Option<Values>,
    norm: Option<Norm>,
    dropping: Option<Dropping>,
    normed: Vec<Option<Normed>>,
}

impl Embedding<'_> {
    /// `[tokens, width]`.
    pub(crate) fn forward(self, rows: &Rows) -> Tensor<2> {
        let [_, width] = self.words.dims();
        let mut inputs = Inputs::default();
        let words = Looked { table: inputs.join(self.words), ids: self.ids };
        let positions =
            self.positions.map(|(table, ids)| Looked { table: inputs.join(table), ids });
        let types = self.types.map(|types| inputs.join(types));
        let norm = self.norm.map(|norm| Norm::join(norm, &mut inputs));
        let (rows, dropping) = (rows.clone(), self.dropping);
        let mut kept =
            Kept { rows, width, words, positions, types, norm, dropping, normed: Vec::new() };
        let (output, normed) = kept.rows.fill(width, |part, out| kept.forward(part, out));
        let shape = [kept.rows.tokens(), width];
        kept.normed = normed;
        inputs.record::<5, 2, _>(output, shape, || kept)
    }
}

impl Kept {
    fn forward(&self, part: &Part, out: &mut [f32]) -> Option<Normed> {
        let width = self.width;
        for (token, out) in part.tokens.clone().zip(out.chunks_exact_mut(width)) {
            out.copy_from_slice(self.words.row(token, width));
            if let Some(positions) = &self.positions {
                add(out, positions.row(token, width));
            }
            if let Some(types) = &self.types {
                add(out, &types[..width]);
            }
        }
        let normed = self.norm.as_ref().map(|norm| norm.forward(out.to_vec(), out));
        if let Some(dropping) = &self.dropping {
            dropping.apply(out, width, part.tokens.start);
        }
        normed
    }
}

impl Gradient for Kept {
    fn gradients(&self, of_output: &[f32], found: &mut Found) {
        let width = self.width;
        let (of_sums, sums) = self.rows.fill(width, |part, gradient| {
            gradient.copy_from_slice(part.of(of_output, width));
            if let Some(dropping) = &self.dropping {
                dropping.apply(gradient, width, part.tokens.start);
            }
            let normed = self.norm.as_ref().zip(self.normed[part.index].as_ref());
            normed.map(|(norm, normed)| norm.backward(normed, gradient))
        });
        found.next(|| self.words.gradient(&of_sums, width));
        if let Some(positions) = &self.positions {
            found.next(|| positions.gradient(&of_sums, width));
        }
        if let Some(types) = &self.types {
            found.next(|| {
                let mut gradient = column_sums(&of_sums, width);
                gradient.resize(types.len(), 0.0);
                gradient
            });
        }
        if let Some(norm) = &self.norm {
            norm.gradients(sums.iter().flatten(), found);
        }
    }
}
