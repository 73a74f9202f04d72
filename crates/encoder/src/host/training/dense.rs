//! Linear layers over rows of tokens.

use burn::nn::Linear;
use rayon::prelude::*;

use super::graph::{Found, Inputs, Values};
use super::matrix::{Matrix, MatrixMut, Old, multiply};

/// Rows of a weight's gradient that one core computes at a time.
const BLOCK: usize = 128;

/// `x W + b`.
#[derive(Clone, Debug)]
pub(super) struct Dense {
    weight: Values,
    bias: Option<Values>,
    pub from: usize,
    pub to: usize,
}

/// What a part of a batch gives to the gradients of a linear layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share<'a> {
    /// What went in, `[tokens, from]`.
    pub input: Matrix<'a>,
    /// The gradient of what came out, `[tokens, to]`.
    pub of_output: Matrix<'a>,
}

impl<'a> Share<'a> {
    /// Of `dense`, whose input and output lie in slices of their own.
    pub fn new(dense: &Dense, input: &'a [f32], of_output: &'a [f32]) -> Self {
        let tokens = input.len() / dense.from;
        Self {
            input: Matrix::new(input, tokens, dense.from, dense.from),
            of_output: Matrix::new(of_output, tokens, dense.to, dense.to),
        }
    }
}

impl Dense {
    /// Joins the layer's weight, and its bias if it has one.
    pub fn join(linear: &Linear, inputs: &mut Inputs) -> Self {
        let [from, to] = linear.weight.dims();
        let weight = inputs.join(linear.weight.val());
        let bias = linear.bias.as_ref().map(|bias| inputs.join(bias.val()));
        Self { weight, bias, from, to }
    }

    fn matrix(&self) -> Matrix<'_> {
        Matrix::new(&self.weight, self.from, self.to, self.to)
    }

    /// Writes `[tokens, to]` to `out`, whose rows lie `stride` apart.
    pub fn forward(&self, x: &[f32], out: &mut [f32], stride: usize) {
        let tokens = x.len() / self.from;
        let old = match &self.bias {
            None => Old::Replaced,
            Some(bias) => {
                for row in out.chunks_mut(stride) {
                    row[..self.to].copy_from_slice(bias);
                }
                Old::Kept
            }
        };
        let x = Matrix::new(x, tokens, self.from, self.from);
        multiply(&mut MatrixMut::new(out, tokens, self.to, stride), old, x, self.matrix());
    }

    /// The gradient of the input, `[tokens, from]`.
    pub fn backward(&self, of_output: Matrix<'_>, old: Old, of_input: &mut [f32]) {
        let tokens = of_input.len() / self.from;
        let mut out = MatrixMut::new(of_input, tokens, self.from, self.from);
        multiply(&mut out, old, of_output, self.matrix().transposed());
    }

    /// The gradients of weight and bias, summed over the parts of a batch in their order.
    /// `of_bias` gives each part's sums over tokens.
    pub fn gradients(
        &self,
        shares: &[Share<'_>],
        of_bias: impl Fn() -> Vec<f32>,
        found: &mut Found,
    ) {
        found.next(|| self.of_weight(shares));
        if self.bias.is_some() {
            found.next(of_bias);
        }
    }

    fn of_weight(&self, shares: &[Share<'_>]) -> Vec<f32> {
        let mut gradient = vec![0.0; self.from * self.to];
        let blocks = gradient.par_chunks_mut(BLOCK * self.to).with_max_len(1).enumerate();
        blocks.for_each(|(at, block)| {
            let rows = block.len() / self.to;
            for share in shares {
                let input = share.input.columns(at * BLOCK, rows).transposed();
                let mut out = MatrixMut::new(block, rows, self.to, self.to);
                multiply(&mut out, Old::Kept, input, share.of_output);
            }
        });
        gradient
    }
}
