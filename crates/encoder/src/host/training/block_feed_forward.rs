//! The feed-forward block of a transformer layer as one operation:
//! `after(x + dropout(second(dropout(activation(first(before(x)))))))`, the activation of one half
//! of the first layer times the other half where it is gated.
//!
//! What the second layer saw is computed again for the gradient, which needs the activation's
//! slope anyway; that halves what is kept. Parts as in the attention block.

use std::borrow::Cow;

use burn::nn::Linear;
use burn::tensor::Tensor;
use rayon::prelude::*;

use crate::{Activation, blocks};

use super::super::loops::{add, column_sums};
use super::dense::{Dense, Share};
use super::dropping::Dropping;
use super::graph::{Found, Gradient, Inputs, Values};
use super::matrix::{Matrix, Old};
use super::norming::{Norm, NormSums, Normed};
use super::rows::{Part, Rows, sum};

/// What a feed-forward block is made of.
#[derive(Clone, Debug)]
pub(crate) struct FeedForward<'a> {
    /// Norm of what goes in.
    pub before: Option<&'a blocks::Norm>,
    /// To the wide inner vector, or to both halves of the gated one.
    pub first: &'a Linear,
    /// The function between.
    pub activation: Activation,
    /// Whether the second half of the first layer's output is multiplied with.
    pub gated: bool,
    /// Dropout of the inner vector.
    pub inner_dropping: Option<Dropping>,
    /// Back again.
    pub second: &'a Linear,
    /// Dropout of its result.
    pub dropping: Option<Dropping>,
    /// Norm of the sum.
    pub after: Option<&'a blocks::Norm>,
}

/// The block with its weights' values.
#[derive(Debug)]
struct Block {
    width: usize,
    before: Option<Norm>,
    first: Dense,
    activation: Activation,
    gated: bool,
    inner_dropping: Option<Dropping>,
    second: Dense,
    dropping: Option<Dropping>,
    after: Option<Norm>,
}

/// What a part's gradient needs.
#[derive(Debug)]
struct Passed {
    before: Option<Normed>,
    /// What the first layer gave.
    wide: Vec<f32>,
    after: Option<Normed>,
}

/// What a part gives to the weights' gradients.
struct Given {
    of_wide: Vec<f32>,
    of_wide_sum: Vec<f32>,
    inner: Vec<f32>,
    of_output: Vec<f32>,
    of_output_sum: Vec<f32>,
    before: NormSums,
    after: NormSums,
}

impl FeedForward<'_> {
    /// The block of `x`, `[tokens, width]`.
    pub(crate) fn forward(&self, rows: &Rows, x: Tensor<2>) -> Tensor<2> {
        let [tokens, width] = x.dims();
        let mut inputs = Inputs::default();
        let x = inputs.join(x);
        let before = self.before.map(|norm| Norm::join(norm, &mut inputs));
        let first = Dense::join(self.first, &mut inputs);
        let second = Dense::join(self.second, &mut inputs);
        let after = self.after.map(|norm| Norm::join(norm, &mut inputs));
        let block = Block {
            width,
            before,
            first,
            activation: self.activation,
            gated: self.gated,
            inner_dropping: self.inner_dropping,
            second,
            dropping: self.dropping,
            after,
        };
        let (output, passed) =
            rows.fill(width, |part, out| block.forward(part, part.of(&x, width), out));
        inputs.record::<9, 2, _>(output, [tokens, width], || Kept {
            rows: rows.clone(),
            x,
            block,
            passed,
        })
    }
}

impl Block {
    fn forward(&self, part: &Part, x: &[f32], out: &mut [f32]) -> Passed {
        let width = self.width;
        let before = self.before.as_ref().map(|norm| norm.forward(x.to_vec(), out));
        let input = if before.is_some() { &*out } else { x };
        let mut wide = vec![0.0; part.tokens.len() * self.first.to];
        self.first.forward(input, &mut wide, self.first.to);
        let mut inner = vec![0.0; part.tokens.len() * self.second.from];
        self.activate(&wide, &mut inner);
        if let Some(dropping) = &self.inner_dropping {
            dropping.apply(&mut inner, self.second.from, part.tokens.start);
        }
        self.second.forward(&inner, out, width);
        if let Some(dropping) = &self.dropping {
            dropping.apply(out, width, part.tokens.start);
        }
        add(out, x);
        let after = self.after.as_ref().map(|norm| norm.forward(out.to_vec(), out));
        Passed { before, wide, after }
    }

    fn activate(&self, wide: &[f32], inner: &mut [f32]) {
        let rows = wide.chunks_exact(self.first.to).zip(inner.chunks_exact_mut(self.second.from));
        for (wide, inner) in rows {
            if self.gated {
                let (open, through) = wide.split_at(inner.len());
                let each = inner.iter_mut().zip(through);
                self.activation.values(open, each, |(y, through), value| *y = value * through);
            } else {
                self.activation.values(wide, inner.iter_mut(), |y, value| *y = value);
            }
        }
    }

    /// From the gradient of the inner vector, in `of_inner`: the inner vector itself, which
    /// replaces it, and the gradient of what the first layer gave.
    fn deactivate(&self, part: &Part, wide: &[f32], of_inner: &mut [f32]) -> Vec<f32> {
        let (size, count) = (self.second.from, self.first.to);
        let mut of_wide = vec![0.0; wide.len()];
        let rows = wide.chunks_exact(count).zip(of_inner.chunks_exact_mut(size));
        let rows = rows.zip(of_wide.chunks_exact_mut(count));
        for (at, ((wide, of_inner), of_wide)) in rows.enumerate() {
            if let Some(dropping) = &self.inner_dropping {
                dropping.apply(of_inner, size, part.tokens.start + at);
            }
            if self.gated {
                let (open, through) = wide.split_at(size);
                let (of_open, of_through) = of_wide.split_at_mut(size);
                let each = of_inner.iter_mut().zip(through).zip(of_open).zip(of_through);
                self.activation.slopes(
                    open,
                    each,
                    |(((g, through), of_open), of_through), y, slope| {
                        *of_open = *g * through * slope;
                        *of_through = *g * y;
                        *g = y * through;
                    },
                );
            } else {
                let each = of_inner.iter_mut().zip(of_wide);
                self.activation.slopes(wide, each, |(g, of_wide), y, slope| {
                    *of_wide = *g * slope;
                    *g = y;
                });
            }
        }
        if let Some(dropping) = &self.inner_dropping {
            dropping.apply(of_inner, size, part.tokens.start);
        }
        of_wide
    }

    /// Turns the gradient of the output, in `gradient`, into that of the input.
    fn backward(&self, part: &Part, passed: &Passed, gradient: &mut [f32]) -> Given {
        let (width, tokens) = (self.width, part.tokens.len());
        let after = match (&self.after, &passed.after) {
            (Some(norm), Some(normed)) => norm.backward(normed, gradient),
            _ => NormSums::default(),
        };
        let mut of_output = gradient.to_vec();
        if let Some(dropping) = &self.dropping {
            dropping.apply(&mut of_output, width, part.tokens.start);
        }
        let mut inner = vec![0.0; tokens * self.second.from];
        let through = Matrix::new(&of_output, tokens, width, width);
        self.second.backward(through, Old::Replaced, &mut inner);
        let of_wide = self.deactivate(part, &passed.wide, &mut inner);
        let mut of_input = vec![0.0; tokens * width];
        let through = Matrix::new(&of_wide, tokens, self.first.to, self.first.to);
        self.first.backward(through, Old::Replaced, &mut of_input);
        let before = match (&self.before, &passed.before) {
            (Some(norm), Some(normed)) => norm.backward(normed, &mut of_input),
            _ => NormSums::default(),
        };
        add(gradient, &of_input);
        let of_wide_sum = column_sums(&of_wide, self.first.to);
        let of_output_sum = column_sums(&of_output, width);
        Given { of_wide, of_wide_sum, inner, of_output, of_output_sum, before, after }
    }
}

#[derive(Debug)]
struct Kept {
    rows: Rows,
    x: Values,
    block: Block,
    passed: Vec<Passed>,
}

impl Kept {
    /// What went into the first layer, for each part.
    fn entered(&self) -> Vec<Cow<'_, [f32]>> {
        let parts = self.rows.parts.par_iter().zip(&self.passed);
        parts
            .map(|(part, passed)| match (&self.block.before, &passed.before) {
                (Some(norm), Some(normed)) => norm.again(normed).into(),
                _ => part.of(&self.x, self.block.width).into(),
            })
            .collect()
    }
}

impl Gradient for Kept {
    fn gradients(&self, of_output: &[f32], found: &mut Found) {
        let (block, width) = (&self.block, self.block.width);
        let (of_input, given) = self.rows.fill(width, |part, gradient| {
            gradient.copy_from_slice(part.of(of_output, width));
            block.backward(part, &self.passed[part.index], gradient)
        });
        found.next(|| of_input);
        if let Some(norm) = &block.before {
            norm.gradients(given.iter().map(|given| &given.before), found);
        }
        let entered = self.entered();
        let shares = entered.iter().zip(&given);
        let shares = shares.map(|(input, given)| Share::new(&block.first, input, &given.of_wide));
        let shares: Vec<Share<'_>> = shares.collect();
        let bias = || sum(given.iter().map(|given| given.of_wide_sum.as_slice()));
        block.first.gradients(&shares, bias, found);

        let shares = given.iter();
        let shares = shares.map(|given| Share::new(&block.second, &given.inner, &given.of_output));
        let shares: Vec<Share<'_>> = shares.collect();
        let bias = || sum(given.iter().map(|given| given.of_output_sum.as_slice()));
        block.second.gradients(&shares, bias, found);
        if let Some(norm) = &block.after {
            norm.gradients(given.iter().map(|given| &given.after), found);
        }
    }
}
