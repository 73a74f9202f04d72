//! Arithmetic that several losses share.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Bool, Tensor};

/// The logit of a candidate that is left out.
///
/// Finite, since of a row that is left out whole `-inf - -inf` would make NaN; far enough below
/// any cosine over a temperature that its exponential is exactly 0.
const LEFT_OUT: f64 = -1e30;

/// Divides rows by their norm.
///
/// A row of zeros stays zero and has no gradient. Otherwise the gradient is the part of the
/// incoming one that is orthogonal to the row, divided by the row's norm.
///
/// # Shapes
///
/// - input and output: `[rows, dimension]`
pub fn normalise(vectors: Tensor<2>) -> Tensor<2> {
    // The sum of squares is clamped, not the norm: the square root's gradient at 0 is infinite.
    let norms = vectors.clone().square().sum_dim(1).clamp_min(1e-24).sqrt();
    vectors / norms
}

/// `log Σ exp` of each row, `[rows, columns]` to `[rows, 1]`; its gradient is the softmax.
pub(crate) fn log_sum_exp(scores: Tensor<2>) -> Tensor<2> {
    // Detached: the highest score cancels, so the true gradient is the softmax without it.
    let highest = scores.clone().detach().max_dim(1);
    (scores - highest.clone()).exp().sum_dim(1).log() + highest
}

/// Dot product of each row with the same row of the other, `[rows, dimension]` to `[rows, 1]`.
pub(crate) fn row_dots(a: Tensor<2>, b: Tensor<2>) -> Tensor<2> {
    (a * b).sum_dim(1)
}

/// Dot products of each row with its own `n` candidates.
///
/// `rows` is `[rows, dimension]`, `candidates` `[rows * n, dimension]`, row by row; the result is
/// `[rows, n]`.
pub(crate) fn own_dots(rows: Tensor<2>, candidates: Tensor<2>) -> Tensor<2> {
    let [count, dimension] = rows.dims();
    let n = candidates.dims()[0] / count;
    let candidates = candidates.reshape([count, n, dimension]);
    (rows.unsqueeze_dim::<3>(1) * candidates).sum_dim(2).squeeze_dim::<2>(2)
}

/// Gives what is left out a logit that counts for nothing.
pub(crate) fn leave_out(scores: Tensor<2>, which: Tensor<2, Bool>) -> Tensor<2> {
    scores.mask_fill(which, LEFT_OUT)
}

/// `KL(softmax(target) ‖ softmax(scores))`, mean over rows; gradients flow into both.
pub(crate) fn divergence(scores: Tensor<2>, target: Tensor<2>) -> Tensor<1> {
    let rows = scores.dims()[0] as f64;
    let (log_p, log_q) = (log_softmax(target, 1), log_softmax(scores, 1));
    (log_p.clone().exp() * (log_p - log_q)).sum() / rows
}
