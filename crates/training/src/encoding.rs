//! The model in training, without gradients: for validation.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use encoder::{Parts, normalise};

use crate::TrainingError;
use crate::backward::{in_order, sides};
use crate::learner::{Learner, read};
use crate::passes::{Pass, order, plan};
use crate::rows::TokenRows;

/// Padded tokens of a pass where the run has no budget.
const TOKENS: usize = 16 * 1024;

impl Learner {
    /// Values of an embedding.
    pub fn dimension(&self) -> usize {
        self.config.dimension()
    }

    /// The device, without gradients.
    pub(crate) fn plain_device(&self) -> Device {
        self.device.clone().inner()
    }

    /// Embeddings of `sequences`, row-major.
    pub fn embed(&self, sequences: &[Vec<u32>]) -> Result<Vec<f32>, TrainingError> {
        if sequences.is_empty() {
            return Ok(Vec::new());
        }
        let rows = TokenRows::new(sequences.to_vec(), Vec::new());
        read(self.encoded(&rows))
    }

    /// The objective's loss of a batch.
    pub fn loss_of(&self, rows: &TokenRows) -> Result<f32, TrainingError> {
        let sides = sides(&self.encoded(rows), rows, &rows.flat());
        let loss = self.objective.loss(&sides, &self.parameters.valid())?;
        Ok(read(loss)?.first().copied().unwrap_or(f32::NAN))
    }

    /// Embeddings of all texts of a batch, `[texts, dimension]`, in their order.
    fn encoded(&self, rows: &TokenRows) -> Tensor<2> {
        let flat = rows.flat();
        let device = self.plain_device();
        let matrix = |values: Vec<f32>, width: usize| {
            let count = values.len() / width.max(1);
            Tensor::<2>::from_data(TensorData::new(values, [count, width]), &device)
        };
        let width = self.config.hidden_size;
        if self.config.is_mean_of_rows() {
            return normalise(matrix(self.table.means(&flat.texts), width));
        }
        let network = self.computing().valid();
        let budget = if self.token_budget > 0 { self.token_budget } else { TOKENS };
        let passes = plan(&flat, budget, self.config.pad_token_id);
        let forward = |pass: &Pass| {
            let rows = matrix(self.table.gather(&pass.ids), width);
            Parts::forward(&self.config, &network, rows, pass.positions.clone(), &pass.batch)
        };
        in_order(Tensor::cat(passes.iter().map(forward).collect(), 0), order(&passes))
    }
}
