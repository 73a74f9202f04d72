//! The attention block of a transformer layer as one operation:
//! `after(x + dropout(output(attention(projections(before(x))))))`.
//!
//! Every part of the batch goes through the whole block on one core while its values are in that
//! core's cache. Backward, the parts' gradients are found the same way; the weights' gradients,
//! which sum over all parts, come after that.

use std::borrow::Cow;

use burn::nn::Linear;
use burn::tensor::Tensor;
use rayon::prelude::*;

use crate::blocks;

use super::super::loops::{add, column_sums};
use super::attention::Attention;
use super::dense::{Dense, Share};
use super::dropping::Dropping;
use super::graph::{Found, Gradient, Inputs, Values};
use super::matrix::{Matrix, Old};
use super::norming::{Norm, NormSums, Normed};
use super::rotary::Turns;
use super::rows::{Part, Rows, sum};

/// What an attention block is made of.
#[derive(Clone, Debug)]
pub(crate) struct AttentionBlock<'a> {
    /// Norm of what goes in.
    pub before: Option<&'a blocks::Norm>,
    /// To queries, keys and values one after another: one layer for all or one for each.
    pub projections: &'a [&'a Linear],
    /// Rotary positions of queries and keys.
    pub turns: Option<&'a Turns>,
    /// Attention's heads.
    pub heads: usize,
    /// How far a token sees to either side, if not everywhere.
    pub reach: Option<usize>,
    /// Dropout of attention's shares.
    pub shares_dropping: Option<Dropping>,
    /// From what was attended to.
    pub output: &'a Linear,
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
    projections: Vec<Dense>,
    turns: Option<Turns>,
    attention: Attention,
    output: Dense,
    dropping: Option<Dropping>,
    after: Option<Norm>,
}

/// What a part's gradient needs.
#[derive(Debug)]
struct Passed {
    before: Option<Normed>,
    /// Queries, keys and values, `[tokens, 3 * width]`.
    joint: Vec<f32>,
    /// What was attended to, `[tokens, width]`.
    mixed: Vec<f32>,
    after: Option<Normed>,
}

/// What a part gives to the weights' gradients.
struct Given {
    of_joint: Vec<f32>,
    of_joint_sum: Vec<f32>,
    of_output: Vec<f32>,
    of_output_sum: Vec<f32>,
    before: NormSums,
    after: NormSums,
}

impl AttentionBlock<'_> {
    /// The block of `x`, `[tokens, width]`.
    pub(crate) fn forward(&self, rows: &Rows, x: Tensor<2>) -> Tensor<2> {
        let [tokens, width] = x.dims();
        let mut inputs = Inputs::default();
        let x = inputs.join(x);
        let before = self.before.map(|norm| Norm::join(norm, &mut inputs));
        let projections =
            self.projections.iter().map(|linear| Dense::join(linear, &mut inputs)).collect();
        let output = Dense::join(self.output, &mut inputs);
        let after = self.after.map(|norm| Norm::join(norm, &mut inputs));
        let (heads, reach, dropping) = (self.heads, self.reach, self.shares_dropping);
        let attention = Attention { heads, width, reach, dropping };
        let (turns, dropping) = (self.turns.cloned(), self.dropping);
        let block = Block { width, before, projections, turns, attention, output, dropping, after };
        let (output, passed) =
            rows.fill(width, |part, out| block.forward(part, part.of(&x, width), out));
        inputs.record::<13, 2, _>(output, [tokens, width], || Kept {
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
        let mut joint = vec![0.0; 3 * x.len()];
        let mut column = 0;
        for projection in &self.projections {
            projection.forward(input, &mut joint[column..], 3 * width);
            column += projection.to;
        }
        self.turn(part, &mut joint, 1.0);
        let mut mixed = vec![0.0; x.len()];
        self.attention.forward(part, &joint, &mut mixed);
        self.output.forward(&mixed, out, width);
        if let Some(dropping) = &self.dropping {
            dropping.apply(out, width, part.tokens.start);
        }
        add(out, x);
        let after = self.after.as_ref().map(|norm| norm.forward(out.to_vec(), out));
        Passed { before, joint, mixed, after }
    }

    /// Turns queries and keys.
    fn turn(&self, part: &Part, joint: &mut [f32], direction: f32) {
        let Some(turns) = &self.turns else { return };
        let stride = 3 * self.width;
        for row in part.rows() {
            let rows = &mut joint[row.start * stride..row.end * stride];
            turns.apply(rows, 2 * self.width, stride, direction);
        }
    }

    /// Turns the gradient of the output, in `gradient`, into that of the input.
    fn backward(&self, part: &Part, passed: &Passed, gradient: &mut [f32]) -> Given {
        let width = self.width;
        let tokens = part.tokens.len();
        let after = match (&self.after, &passed.after) {
            (Some(norm), Some(normed)) => norm.backward(normed, gradient),
            _ => NormSums::default(),
        };
        let mut of_output = gradient.to_vec();
        if let Some(dropping) = &self.dropping {
            dropping.apply(&mut of_output, width, part.tokens.start);
        }
        let mut room = vec![0.0; tokens * width];
        self.output.backward(
            Matrix::new(&of_output, tokens, width, width),
            Old::Replaced,
            &mut room,
        );
        let mut of_joint = vec![0.0; 3 * tokens * width];
        self.attention.backward(part, &passed.joint, &room, &mut of_joint);
        self.turn(part, &mut of_joint, -1.0);
        let mut column = 0;
        for projection in &self.projections {
            let of_projected = Matrix::new(&of_joint[column..], tokens, projection.to, 3 * width);
            let old = if column == 0 { Old::Replaced } else { Old::Kept };
            projection.backward(of_projected, old, &mut room);
            column += projection.to;
        }
        let before = match (&self.before, &passed.before) {
            (Some(norm), Some(normed)) => norm.backward(normed, &mut room),
            _ => NormSums::default(),
        };
        add(gradient, &room);
        let of_joint_sum = column_sums(&of_joint, 3 * width);
        let of_output_sum = column_sums(&of_output, width);
        Given { of_joint, of_joint_sum, of_output, of_output_sum, before, after }
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
    /// What went into the projections, for each part.
    fn projected(&self) -> Vec<Cow<'_, [f32]>> {
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
        let inputs = self.projected();
        let mut column = 0;
        for projection in &block.projections {
            let (from, to) = (projection.from, projection.to);
            let shares = inputs.iter().zip(&given).map(|(input, given)| {
                let tokens = input.len() / from;
                Share {
                    input: Matrix::new(input, tokens, from, from),
                    of_output: Matrix::new(&given.of_joint[column..], tokens, to, 3 * width),
                }
            });
            let shares: Vec<Share<'_>> = shares.collect();
            let bias = || sum(given.iter().map(|given| &given.of_joint_sum[column..column + to]));
            projection.gradients(&shares, bias, found);
            column += to;
        }
        let shares = self.passed.iter().zip(&given);
        let shares = shares
            .map(|(passed, given)| Share::new(&block.output, &passed.mixed, &given.of_output));
        let shares: Vec<Share<'_>> = shares.collect();
        let bias = || sum(given.iter().map(|given| given.of_output_sum.as_slice()));
        block.output.gradients(&shares, bias, found);
        if let Some(norm) = &block.after {
            norm.gradients(given.iter().map(|given| &given.after), found);
        }
    }
}
