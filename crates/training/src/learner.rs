//! One optimiser step.
//!
//! The vocabulary table is a [`SparseTable`] on the host. What reaches the device is, for a
//! static encoder, the mean vector of each text, since nothing happens to a token before the mean
//! is taken; for a transformer, the distinct rows of the batch. In both cases that tensor is a
//! leaf of the graph, and its gradient comes back to the host to update the rows.

use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use encoder::{Config, Encoder, Network, Parts, normalise};
use objective::{Contrastive, Sides};
use tokens::{TokenBatch, Tokenizer};

use crate::TrainingError;
use crate::adam::{Adam, AdamState};
use crate::sparse::{RowGradients, SparseState, SparseTable};

/// An encoder in training.
pub struct Learner {
    config: Config,
    tokenizer: Tokenizer,
    network: Network,
    table: SparseTable,
    optimizer: Adam,
    objective: Contrastive,
    weight_decay: f64,
    device: Device,
}

/// What a step reports.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Loss of the batch, before the update.
    pub loss: f32,
}

impl Learner {
    /// Prepares an encoder, loaded on `device.autodiff()`, for training.
    pub fn new(
        encoder: Encoder,
        objective: Contrastive,
        weight_decay: f64,
        device: &Device,
    ) -> Self {
        let Parts { config, tokenizer, table, network } = encoder.with_unit_vectors().into_parts();
        let table = SparseTable::new(&table);
        let optimizer = Adam::new(weight_decay);
        let device = device.clone().autodiff();
        Self { config, tokenizer, network, table, optimizer, objective, weight_decay, device }
    }

    /// Takes a step on a batch of token sequences; row `i` of both sides belong together.
    ///
    /// A loss that is not a number is returned before anything is updated.
    pub fn step(
        &mut self,
        queries: &[Vec<u32>],
        passages: &[Vec<u32>],
        rate: f64,
    ) -> Result<Step, TrainingError> {
        if self.config.is_mean_of_rows() {
            self.step_on_means(queries, passages, rate)
        } else {
            self.step_on_rows(queries, passages, rate)
        }
    }

    fn step_on_means(
        &mut self,
        queries: &[Vec<u32>],
        passages: &[Vec<u32>],
        rate: f64,
    ) -> Result<Step, TrainingError> {
        let batch = queries.len();
        let dimension = self.config.hidden_size;
        let texts: Vec<&[u32]> = queries.iter().chain(passages).map(Vec::as_slice).collect();
        let means = TensorData::new(self.table.means(&texts), [2 * batch, dimension]);
        let means = Tensor::<2>::from_data(means, &self.device).require_grad();
        let units = normalise(means.clone());
        let sides = Sides::new(units.clone().narrow(0, 0, batch), units.narrow(0, batch, batch));
        let loss = self.objective.loss(&sides, None)?;
        let gradients = loss.backward();
        let loss = scalar(loss)?;
        if !loss.is_finite() {
            return Ok(Step { loss });
        }
        if let Some(gradient) = means.grad(&gradients) {
            let rows = self.table.backward(&texts, &read(gradient)?);
            self.table.update(&rows, rate, self.weight_decay);
        }
        Ok(Step { loss })
    }

    fn step_on_rows(
        &mut self,
        queries: &[Vec<u32>],
        passages: &[Vec<u32>],
        rate: f64,
    ) -> Result<Step, TrainingError> {
        let padding = self.config.pad_token_id;
        let sides = [TokenBatch::new(queries, padding), TokenBatch::new(passages, padding)];
        let mut ids: Vec<u32> = sides.iter().flat_map(|side| &side.ids).copied().collect();
        ids.sort_unstable();
        ids.dedup();
        let dimension = self.config.hidden_size;
        let rows = TensorData::new(self.table.gather(&ids), [ids.len(), dimension]);
        let rows = Tensor::<2>::from_data(rows, &self.device).require_grad();
        let [q, p] = [0, 1].map(|side| {
            let side: &TokenBatch = &sides[side];
            let positions =
                side.ids.iter().map(|id| ids.partition_point(|x| x < id) as i32).collect();
            Parts::forward(&self.config, &self.network, rows.clone(), positions, side)
        });
        let loss = self.objective.loss(&Sides::new(q, p), None)?;
        let gradients = loss.backward();
        let loss = scalar(loss)?;
        if !loss.is_finite() {
            return Ok(Step { loss });
        }
        if let Some(gradient) = rows.grad(&gradients) {
            let gradient = RowGradients { values: read(gradient)?, ids };
            self.table.update(&gradient, rate, self.weight_decay);
        }
        if !self.network.is_empty() {
            let gradients = GradientsParams::from_grads(gradients, &self.network);
            self.network = self.optimizer.step(rate, self.network.clone(), gradients);
        }
        Ok(Step { loss })
    }

    /// What the optimisers keep: of the rows of the table, and of the network.
    pub fn state(&self) -> Result<(SparseState, AdamState), TrainingError> {
        Ok((self.table.state(), self.optimizer.state()?))
    }

    /// Goes on from what [`Learner::state`] gave, over the encoder of that time.
    ///
    /// False, and nothing done, when the moments are not of such an encoder.
    #[must_use]
    pub fn restore(&mut self, rows: SparseState, network: &AdamState) -> bool {
        let mut optimizer = self.optimizer.clone();
        let device = self.device.clone().inner();
        let restored = optimizer.restore(network, &device).is_some() && self.table.restore(rows);
        if restored {
            self.optimizer = optimizer;
        }
        restored
    }

    /// The encoder as it is now; its table in f32.
    pub fn parts(&self) -> Parts {
        Parts {
            config: self.config.clone(),
            tokenizer: self.tokenizer.clone(),
            table: self.table.table(),
            network: self.network.clone(),
        }
    }
}

pub(crate) fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, TrainingError> {
    let failed = |error: String| TrainingError::Device(error);
    let data = tensor.try_into_data().map_err(|error| failed(format!("{error:?}")))?;
    data.try_to_vec().map_err(|error| failed(format!("{error:?}")))
}

fn scalar(tensor: Tensor<1>) -> Result<f32, TrainingError> {
    Ok(read(tensor)?.first().copied().unwrap_or(f32::NAN))
}
