//! From the texts of a batch to gradients.
//!
//! A batch within the token budget is one graph. A larger one is encoded in passes, by `GradCache`
//! (Gao et al. 2021, arXiv 2101.06983): all passes forward without keeping their graphs, the loss
//! and its gradient over the embeddings, then each pass again with its graph, carrying that gradient
//! on. The memory of a step is that of its largest pass and of the embeddings. What dropout
//! draws is decided by a seed of each pass, so both times the same values are dropped.

use burn::tensor::{Bool, Int, Tensor, TensorData};
use encoder::{Network, Parts, normalise};
use objective::{Negatives, Sides, Teacher};

use crate::TrainingError;
use crate::gradients::Gradients;
use crate::learner::{Learner, mixed};
use crate::passes::{Pass, order, plan};
use crate::rows::{Flat, TokenRows};
use crate::sparse::{RowGradients, SparseTable};

/// A tensor through which gradients reach the table.
pub(crate) struct Leaf {
    pub uses: Uses,
    pub gradient: Tensor<2>,
}

/// What rows of the table a leaf was made of.
pub(crate) enum Uses {
    /// The rows themselves.
    Rows(Vec<u32>),
    /// Means of the rows of each text.
    Means(Vec<Vec<u32>>),
}

impl Uses {
    /// Gradients of rows from those of the leaf.
    pub fn rows(self, table: &SparseTable, values: Vec<f32>) -> RowGradients {
        match self {
            Self::Rows(ids) => RowGradients { ids, values },
            Self::Means(texts) => table.backward(&texts, &values),
        }
    }
}

/// The backward passes of a step.
pub(crate) struct Backward<'a> {
    learner: &'a Learner,
    /// What losses are multiplied by before their backward pass.
    share: f64,
    pub gradients: Gradients,
    pub leaves: Vec<Leaf>,
    /// Losses of the batches, `[1]`, not multiplied.
    pub losses: Vec<Tensor<1>>,
}

impl<'a> Backward<'a> {
    pub fn new(learner: &'a Learner, share: f64) -> Self {
        let (gradients, leaves, losses) = Default::default();
        Self { learner, share, gradients, leaves, losses }
    }

    /// Adds the gradients of a batch.
    pub fn pass(&mut self, rows: &TokenRows, seed: u64) -> Result<(), TrainingError> {
        let flat = rows.flat();
        if self.learner.config.is_mean_of_rows() {
            return self.means(rows, &flat);
        }
        let budget = self.learner.token_budget;
        let passes = plan(&flat, budget, self.learner.config.pad_token_id);
        if budget == 0 || passes.len() == 1 {
            self.whole(rows, &flat, &passes, seed)
        } else {
            self.cached(rows, &flat, &passes, seed)
        }
    }

    /// A static encoder: the texts' means are all that the device sees.
    fn means(&mut self, rows: &TokenRows, flat: &Flat<'_>) -> Result<(), TrainingError> {
        let learner = self.learner;
        let shape = [flat.texts.len(), learner.config.hidden_size];
        let means = TensorData::new(learner.table.means(&flat.texts), shape);
        let means = Tensor::<2>::from_data(means, &learner.device).require_grad();
        let mut graph = self.loss(&normalise(means.clone()), rows, flat)?;
        if let Some(gradient) = means.grad_remove(&mut graph) {
            let texts = flat.texts.iter().map(|text| text.to_vec()).collect();
            self.leaves.push(Leaf { uses: Uses::Means(texts), gradient });
        }
        Ok(())
    }

    /// All passes in one graph.
    fn whole(
        &mut self,
        rows: &TokenRows,
        flat: &Flat<'_>,
        passes: &[Pass],
        seed: u64,
    ) -> Result<(), TrainingError> {
        let learner = self.learner;
        let network = learner.computing();
        let leaves: Vec<Tensor<2>> = passes.iter().map(|pass| learner.leaf(pass)).collect();
        let encoded: Vec<Tensor<2>> = (0..)
            .zip(passes.iter().zip(&leaves))
            .map(|(at, (pass, leaf))| learner.forward(&network, pass, leaf, mixed(seed, at)))
            .collect();
        let embeddings = in_order(Tensor::cat(encoded, 0), order(passes));
        let mut graph = self.loss(&embeddings, rows, flat)?;
        self.gradients.add(&mut graph, &learner.network)?;
        for (pass, leaf) in passes.iter().zip(leaves) {
            self.leaf(pass, leaf.grad_remove(&mut graph));
        }
        Ok(())
    }

    /// One pass after the other, twice.
    fn cached(
        &mut self,
        rows: &TokenRows,
        flat: &Flat<'_>,
        passes: &[Pass],
        seed: u64,
    ) -> Result<(), TrainingError> {
        let learner = self.learner;
        let network = learner.computing();
        let encoded: Vec<Tensor<2>> = (0..)
            .zip(passes)
            .map(|(at, pass)| {
                let seed = mixed(seed, at);
                learner.forward(&network, pass, &learner.leaf(pass), seed).inner()
            })
            .collect();
        let embeddings = in_order(Tensor::cat(encoded, 0), order(passes));
        let embeddings = Tensor::from_inner(embeddings).require_grad();
        let mut graph = self.loss(&embeddings, rows, flat)?;
        let Some(gradient) = embeddings.grad_remove(&mut graph) else { return Ok(()) };
        for (at, pass) in (0..).zip(passes) {
            let texts = pass.texts.iter().map(|&text| text as i32).collect();
            let gradient = Tensor::from_inner(in_order(gradient.clone(), Some(texts)));
            let leaf = learner.leaf(pass);
            // A cast of its own for each pass: a backward pass uses its graph up.
            let network = learner.computing();
            let encoded = learner.forward(&network, pass, &leaf, mixed(seed, at));
            let mut graph = (encoded * gradient).sum().backward();
            self.gradients.add(&mut graph, &learner.network)?;
            self.leaf(pass, leaf.grad_remove(&mut graph));
        }
        Ok(())
    }

    /// The backward pass of the loss over `embeddings`, those of all texts.
    fn loss(
        &mut self,
        embeddings: &Tensor<2>,
        rows: &TokenRows,
        flat: &Flat<'_>,
    ) -> Result<burn::tensor::Gradients, TrainingError> {
        let learner = self.learner;
        let sides = sides(embeddings, rows, flat);
        let loss = learner.objective.loss(&sides, &learner.parameters)?;
        self.losses.push(loss.clone().inner());
        let mut graph = (loss * self.share).backward();
        self.gradients.add(&mut graph, &learner.parameters)?;
        Ok(graph)
    }

    fn leaf(&mut self, pass: &Pass, gradient: Option<Tensor<2>>) {
        if let (Some(gradient), true) = (gradient, self.learner.trains_table()) {
            self.leaves.push(Leaf { uses: Uses::Rows(pass.ids.clone()), gradient });
        }
    }
}

impl Learner {
    /// The rows of the table that a pass uses, `[rows, hidden_size]`.
    fn leaf(&self, pass: &Pass) -> Tensor<2> {
        let shape = [pass.ids.len(), self.config.hidden_size];
        let rows = TensorData::new(self.table.gather(&pass.ids), shape);
        Tensor::from_data(rows, &self.device).set_require_grad(self.trains_table())
    }

    /// Embeddings of the texts of a pass.
    fn forward(&self, network: &Network, pass: &Pass, leaf: &Tensor<2>, seed: u64) -> Tensor<2> {
        self.device.clone().inner().seed(seed);
        let positions = pass.positions.clone();
        Parts::forward(&self.config, network, leaf.clone(), positions, &pass.batch)
    }
}

/// The rows of `embeddings` at `places`.
pub(crate) fn in_order(embeddings: Tensor<2>, places: Option<Vec<i32>>) -> Tensor<2> {
    let Some(places) = places else { return embeddings };
    let count = places.len();
    let data = TensorData::new(places, [count]);
    let places = Tensor::<1, Int>::from_data(data, &embeddings.device());
    embeddings.select(0, places)
}

/// The embeddings of all texts as the sides of a batch.
pub(crate) fn sides(embeddings: &Tensor<2>, rows: &TokenRows, flat: &Flat<'_>) -> Sides {
    let device = embeddings.device();
    let side =
        |range: &std::ops::Range<usize>| embeddings.clone().narrow(0, range.start, range.len());
    let mut sides = Sides::new(side(&flat.queries), side(&flat.passages));
    if !flat.negatives.is_empty() {
        let absent = flat.absent.contains(&true).then(|| {
            let data = TensorData::new(flat.absent.clone(), [flat.absent.len()]);
            Tensor::<1, Bool>::from_data(data, &device)
        });
        sides.negatives = Some(Negatives { embeddings: side(&flat.negatives), absent, same: None });
    }
    if !flat.translations.is_empty() {
        sides.translations = Some(side(&flat.translations));
    }
    if let Some(lesson) = &rows.teacher {
        let matrix = |values: &[f32], width: usize| {
            let data = TensorData::new(values.to_vec(), [values.len() / width.max(1), width]);
            (!values.is_empty()).then(|| Tensor::<2>::from_data(data, &device))
        };
        sides.teacher = Some(Teacher {
            queries: matrix(&lesson.queries, lesson.dimension),
            passages: matrix(&lesson.passages, lesson.dimension),
            scores: matrix(&lesson.scores, 1 + rows.negatives_per_row()),
        });
    }
    sides
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
