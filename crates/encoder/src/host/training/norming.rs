//! Layer norm over rows of tokens.

#![allow(clippy::inline_always, reason = "only inlined code gets the registers of its caller")]

use burn::tensor::Tensor;

use crate::blocks;

use super::super::loops::{add, dot, total, widest};
use super::graph::{Found, Gradient, Inputs, Values};
use super::rows::{Rows, sum};

/// `(x - mean) / sqrt(variance + epsilon) * scale + shift`, row by row.
#[derive(Clone, Debug)]
pub(super) struct Norm {
    scale: Values,
    shift: Option<Values>,
    epsilon: f32,
}

/// What the gradient needs of a part of a batch.
#[derive(Clone, Debug, Default)]
pub(super) struct Normed {
    /// Rows with mean 0 and variance 1.
    plain: Vec<f32>,
    /// What they were divided by, inverted.
    inverse: Vec<f32>,
}

/// Sums over the tokens of a part: gradients of scale and shift.
#[derive(Clone, Debug, Default)]
pub(super) struct NormSums {
    scale: Vec<f32>,
    shift: Vec<f32>,
}

impl Norm {
    /// Joins the norm's scale, and its shift if it has one.
    pub fn join(norm: &blocks::Norm, inputs: &mut Inputs) -> Self {
        let scale = inputs.join(norm.inner.gamma.val());
        let shift = norm.inner.beta.as_ref().map(|shift| inputs.join(shift.val()));
        Self { scale, shift, epsilon: norm.epsilon as f32 }
    }

    /// Norms the rows `x` into `out`.
    pub fn forward(&self, x: Vec<f32>, out: &mut [f32]) -> Normed {
        let mut normed = Normed { plain: x, inverse: Vec::new() };
        let width = self.scale.len();
        normed.inverse.reserve(normed.plain.len() / width);
        widest(
            #[inline(always)]
            || {
                for row in normed.plain.chunks_exact_mut(width) {
                    let mean = total(row) / width as f32;
                    for x in &mut *row {
                        *x -= mean;
                    }
                    let inverse = (dot(row, row) / width as f32 + self.epsilon).sqrt().recip();
                    for x in &mut *row {
                        *x *= inverse;
                    }
                    normed.inverse.push(inverse);
                }
            },
        );
        self.output(&normed, out);
        normed
    }

    /// What [`Norm::forward`] gave.
    pub fn again(&self, normed: &Normed) -> Vec<f32> {
        let mut out = vec![0.0; normed.plain.len()];
        self.output(normed, &mut out);
        out
    }

    fn output(&self, normed: &Normed, out: &mut [f32]) {
        let width = self.scale.len();
        widest(
            #[inline(always)]
            || {
                let rows = normed.plain.chunks_exact(width).zip(out.chunks_exact_mut(width));
                for (plain, out) in rows {
                    for ((y, x), scale) in out.iter_mut().zip(plain).zip(&*self.scale) {
                        *y = x * scale;
                    }
                    if let Some(shift) = &self.shift {
                        add(out, shift);
                    }
                }
            },
        );
    }

    /// Turns the gradient of the output into that of the input.
    pub fn backward(&self, normed: &Normed, gradient: &mut [f32]) -> NormSums {
        let width = self.scale.len();
        let zeros = vec![0.0; width];
        let mut sums = NormSums { scale: zeros.clone(), shift: zeros };
        widest(
            #[inline(always)]
            || {
                let rows = normed.plain.chunks_exact(width).zip(&normed.inverse);
                for (row, (plain, inverse)) in gradient.chunks_exact_mut(width).zip(rows) {
                    add(&mut sums.shift, row);
                    for ((sum, g), x) in sums.scale.iter_mut().zip(&*row).zip(plain) {
                        *sum += g * x;
                    }
                    for (g, scale) in row.iter_mut().zip(&*self.scale) {
                        *g *= scale;
                    }
                    let mean = total(row) / width as f32;
                    let along = dot(row, plain) / width as f32;
                    for (g, x) in row.iter_mut().zip(plain) {
                        *g = (*g - mean - x * along) * inverse;
                    }
                }
            },
        );
        sums
    }

    /// The gradients of scale and shift.
    pub fn gradients<'a>(
        &self,
        parts: impl Iterator<Item = &'a NormSums> + Clone,
        found: &mut Found,
    ) {
        found.next(|| sum(parts.clone().map(|part| part.scale.as_slice())));
        if self.shift.is_some() {
            found.next(|| sum(parts.map(|part| part.shift.as_slice())));
        }
    }
}

/// Norms `[tokens, width]`.
pub(crate) fn norm(rows: &Rows, norm: &blocks::Norm, x: Tensor<2>) -> Tensor<2> {
    let [tokens, width] = x.dims();
    let mut inputs = Inputs::default();
    let x = inputs.join(x);
    let norm = Norm::join(norm, &mut inputs);
    let (output, normed) =
        rows.fill(width, |part, out| norm.forward(part.of(&x, width).to_vec(), out));
    inputs.record::<3, 2, _>(output, [tokens, width], || Kept { rows: rows.clone(), norm, normed })
}

#[derive(Debug)]
struct Kept {
    rows: Rows,
    norm: Norm,
    normed: Vec<Normed>,
}

impl Gradient for Kept {
    fn gradients(&self, of_output: &[f32], found: &mut Found) {
        let width = self.norm.scale.len();
        let (of_input, sums) = self.rows.fill(width, |part, out| {
            out.copy_from_slice(part.of(of_output, width));
            self.norm.backward(&self.normed[part.index], out)
        });
        found.next(|| of_input);
        self.norm.gradients(sums.iter(), found);
    }
}
