//! Token vectors to one vector.

use burn::tensor::Tensor;

use crate::Pooling;

/// Mean of the real tokens' vectors.
///
/// # Shapes
///
/// - `hidden`: `[rows, width, dimension]`
/// - `mask`: `[rows, width]`, 1 for real tokens, 0 for padding
/// - output: `[rows, dimension]`; zero for a row without tokens
pub fn mean_pool(hidden: Tensor<3>, mask: Tensor<2>) -> Tensor<2> {
    let counts = mask.clone().sum_dim(1).clamp_min(1.0);
    let sum: Tensor<2> = (hidden * mask.unsqueeze_dim::<3>(2)).sum_dim(1).squeeze_dim::<2>(1);
    sum / counts
}

/// Unit vectors: `x / max(|x|, 1e-12)`, rows of shape `[rows, dimension]`.
pub fn normalise(vectors: Tensor<2>) -> Tensor<2> {
    // The sum of squares is clamped, not the norm: the square root's gradient at 0 is infinite.
    let norms = (vectors.clone() * vectors.clone()).sum_dim(1).clamp_min(1e-24).sqrt();
    vectors / norms
}

/// Pools by `pooling`; shapes as in [`mean_pool`].
pub fn pool(pooling: Pooling, hidden: Tensor<3>, mask: Tensor<2>) -> Tensor<2> {
    match pooling {
        Pooling::Mean => mean_pool(hidden, mask),
        Pooling::Cls => hidden.narrow(1, 0, 1).squeeze_dim::<2>(1),
        Pooling::Last => {
            // 1 where a real token has none after it.
            let [rows, width] = mask.dims();
            let end = Tensor::zeros([rows, 1], &mask.device());
            let next = Tensor::cat(vec![mask.clone().narrow(1, 1, width - 1), end], 1);
            let last = (mask - next).unsqueeze_dim::<3>(2);
            (hidden * last).sum_dim(1).squeeze_dim::<2>(1)
        }
    }
}
