//! Contrastive objectives.
//!
//! Losses take unit vectors and return one number; they know nothing of encoders or batches.
//! Negatives are the other rows' passages: the sampler sees to it that none of them is a
//! translation or a copy of the positive.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Tensor, TensorData};

/// InfoNCE over in-batch negatives (arXiv 1807.03748; the hybrid-batch paper's equation 1 with a
/// temperature, which its text leaves out).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InfoNce {
    /// Divides the cosines; 0.05 is sentence-transformers' scale of 20.
    pub temperature: f64,
    /// Adds the loss of finding the query from the passage and takes the mean of both, as
    /// LaBSE's translation ranking does.
    pub symmetric: bool,
    /// Subtracted from the positive's cosine (LaBSE's additive margin, arXiv 2007.01852).
    pub margin: f64,
}

impl InfoNce {
    /// Loss of a batch: mean over rows of `-log softmax(cos(q_i, p_j) / temperature)_i`.
    ///
    /// # Shapes
    ///
    /// - `queries`, `passages`: `[batch, dimension]`, unit rows; row `i` of one belongs to row
    ///   `i` of the other
    /// - output: `[1]`
    pub fn loss(&self, queries: Tensor<2>, passages: Tensor<2>) -> Tensor<1> {
        let [batch, _] = queries.dims();
        let device = queries.device();
        let mut diagonal = vec![0.0_f32; batch * batch];
        for i in 0..batch {
            diagonal[i * batch + i] = 1.0;
        }
        let diagonal = Tensor::<2>::from_data(TensorData::new(diagonal, [batch, batch]), &device);
        let mut cosines = queries.matmul(passages.transpose());
        if self.margin != 0.0 {
            cosines = cosines - diagonal.clone() * self.margin;
        }
        let scores = cosines / self.temperature;
        let direction = |scores: Tensor<2>, dim: usize| {
            let log = log_softmax(scores, dim);
            (log * diagonal.clone()).sum().neg() / batch as f64
        };
        let forward = direction(scores.clone(), 1);
        if self.symmetric { (forward + direction(scores, 0)) / 2.0 } else { forward }
    }
}
