//! Logistic regression with an L2 penalty, as scikit-learn's `LogisticRegression` has it.
//!
//! The mean over rows of the cross entropy, plus the squared weights (without the intercepts)
//! divided by `2 · C · rows`. Two labels have one vector of weights, more have one each. It starts
//! from zeros and computes in f64. Rows are summed in blocks whose size depends on their number
//! alone, so the result is the same on any number of cores.

use rayon::prelude::*;

use crate::minimise::{Minimum, add, dot, minimise};
use crate::{Labelled, ProbeError};

/// Blocks that rows are summed in, at most.
const BLOCKS: usize = 64;

/// How to fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogisticRegression {
    /// `C`: larger means a weaker penalty.
    pub inverse_penalty: f64,
    /// Iterations after which to stop.
    pub max_iterations: usize,
    /// The largest part of the gradient of the mean that counts as none.
    pub tolerance: f64,
}

/// scikit-learn's defaults: `C` 1, 100 iterations, tolerance 1e-4.
impl Default for LogisticRegression {
    fn default() -> Self {
        Self { inverse_penalty: 1.0, max_iterations: 100, tolerance: 1e-4 }
    }
}

/// A classifier that was fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct Classifier {
    labels: Vec<u32>,
    dimension: usize,
    /// Weights and intercept, label after label; of two labels, those of the second.
    parameters: Vec<f64>,
    iterations: usize,
    converged: bool,
}

impl LogisticRegression {
    /// Fits the labels of `data`.
    ///
    /// # Errors
    ///
    /// [`ProbeError::Labels`] for fewer than two labels, and [`ProbeError::Parameter`].
    pub fn fit(&self, data: &Labelled) -> Result<Classifier, ProbeError> {
        for (name, value) in [("C", self.inverse_penalty), ("tolerance", self.tolerance)] {
            if !(value.is_finite() && value > 0.0) {
                return Err(ProbeError::Parameter { name, value, expected: "more than 0" });
            }
        }
        let mut labels = data.labels().to_vec();
        labels.sort_unstable();
        labels.dedup();
        if labels.len() < 2 {
            return Err(ProbeError::Labels { found: labels.len() });
        }
        let targets: Vec<usize> = data
            .labels()
            .iter()
            .map(|label| labels.partition_point(|other| other < label))
            .collect();
        let sets = if labels.len() == 2 { 1 } else { labels.len() };
        let problem = Problem {
            data,
            targets: &targets,
            sets,
            penalty: 1.0 / (self.inverse_penalty * data.len() as f64),
        };
        let start = vec![0.0; sets * (data.dimension() + 1)];
        let limits = (self.tolerance, self.max_iterations);
        let Minimum { at, iterations, converged } =
            minimise(start, limits, |at, gradient| problem.evaluate(at, gradient));
        let dimension = data.dimension();
        Ok(Classifier { labels, dimension, parameters: at, iterations, converged })
    }
}

impl Classifier {
    /// The labels it knows, sorted.
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// The vectors of weights, each with its intercept: one for each label, or, of two labels, one
    /// for the second against the first.
    pub fn weights(&self) -> impl Iterator<Item = (&[f64], f64)> {
        let sets = self.parameters.chunks_exact(self.dimension + 1);
        sets.map(|set| (&set[..self.dimension], set[self.dimension]))
    }

    /// Iterations that fitting took.
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// Whether fitting ended at the optimum, and not at the largest number of iterations.
    pub fn converged(&self) -> bool {
        self.converged
    }

    /// The label of each row of `data`, whose own labels are not read. Of equal scores the first
    /// label wins.
    ///
    /// # Errors
    ///
    /// [`ProbeError::Dimension`] for rows of another dimension.
    pub fn predict(&self, data: &Labelled) -> Result<Vec<u32>, ProbeError> {
        if data.dimension() != self.dimension {
            let (train, test) = (self.dimension, data.dimension());
            return Err(ProbeError::Dimension { train, test });
        }
        let predict = |row: usize| {
            let row: Vec<f64> = data.row(row).iter().map(|value| f64::from(*value)).collect();
            let mut scores = self.weights().map(|(weights, bias)| dot(&row, weights) + bias);
            let best = if self.labels.len() == 2 {
                usize::from(scores.next().is_some_and(|score| score > 0.0))
            } else {
                let first = (0, f64::NEG_INFINITY);
                let higher = |best: (usize, f64), (at, score)| {
                    if score > best.1 { (at, score) } else { best }
                };
                scores.enumerate().fold(first, higher).0
            };
            self.labels[best]
        };
        Ok((0..data.len()).into_par_iter().map(predict).collect())
    }
}

/// What is minimised.
struct Problem<'a> {
    data: &'a Labelled<'a>,
    /// The label of each row, by its place among the labels.
    targets: &'a [usize],
    /// Vectors of weights.
    sets: usize,
    penalty: f64,
}

impl Problem<'_> {
    fn evaluate(&self, at: &[f64], gradient: &mut [f64]) -> f64 {
        let (dimension, rows) = (self.data.dimension(), self.data.len());
        let size = rows.div_ceil(BLOCKS).max(1);
        let blocks: Vec<(f64, Vec<f64>)> = (0..rows.div_ceil(size))
            .into_par_iter()
            .map(|block| self.block(at, block * size..rows.min((block + 1) * size)))
            .collect();
        gradient.fill(0.0);
        let mut value = 0.0;
        for (loss, part) in &blocks {
            value += loss;
            add(gradient, part, 1.0);
        }
        value /= rows as f64;
        let sets = gradient.chunks_exact_mut(dimension + 1).zip(at.chunks_exact(dimension + 1));
        for (gradient, at) in sets {
            for part in gradient.iter_mut() {
                *part /= rows as f64;
            }
            let weights = &at[..dimension];
            add(&mut gradient[..dimension], weights, self.penalty);
            value += 0.5 * self.penalty * dot(weights, weights);
        }
        value
    }

    /// Loss and gradient, summed over some rows.
    fn block(&self, at: &[f64], rows: std::ops::Range<usize>) -> (f64, Vec<f64>) {
        let width = self.data.dimension() + 1;
        let mut gradient = vec![0.0; at.len()];
        let mut loss = 0.0;
        // The row, then 1 for the intercept.
        let mut row = vec![1.0; width];
        let mut scores = vec![0.0; self.sets];
        for index in rows {
            row.iter_mut().zip(self.data.row(index)).for_each(|(to, from)| *to = f64::from(*from));
            for (score, weights) in scores.iter_mut().zip(at.chunks_exact(width)) {
                *score = dot(&row, weights);
            }
            loss += errors(&mut scores, self.targets[index]);
            for (error, gradient) in scores.iter().zip(gradient.chunks_exact_mut(width)) {
                add(gradient, &row, *error);
            }
        }
        (loss, gradient)
    }
}

/// The cross entropy of a row; its scores become their gradient.
fn errors(scores: &mut [f64], target: usize) -> f64 {
    if let [score] = scores {
        let wanted = target as f64;
        let loss = score.max(0.0) - wanted * *score + (-score.abs()).exp().ln_1p();
        *score = 1.0 / (1.0 + (-*score).exp()) - wanted;
        return loss;
    }
    let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let above = scores[target] - highest;
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - highest).exp();
        sum += *score;
    }
    for score in scores.iter_mut() {
        *score /= sum;
    }
    scores[target] -= 1.0;
    sum.ln() - above
}
