//! Flat numbers of a parameter: its gradient or its moments.
//!
//! On the CPU backend they are vectors that loops over whole cores change in place; tensor
//! operations there allocate a result each and run on one core. On a GPU they are tensors, and
//! nothing is read back.

use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;

use crate::TrainingError;
use crate::learner::read;

/// Values that one thread works on.
pub(crate) const BLOCK: usize = 16 * 1024;

/// Flat numbers, where they are computed with.
#[allow(clippy::large_enum_variant, reason = "there are few of them")]
#[derive(Clone, Debug)]
pub enum Values {
    /// On the CPU backend.
    Host(Vec<f32>),
    /// On a GPU, without gradients of their own.
    Device(Tensor<1>),
}

/// Whether `device` is the CPU backend.
pub(crate) fn on_host(device: &Device) -> bool {
    device.clone().inner() == Device::flex()
}

impl Values {
    /// The values of `tensor`, flat.
    pub fn new<const D: usize>(tensor: Tensor<D>) -> Result<Self, TrainingError> {
        if on_host(&tensor.device()) {
            return Ok(Self::Host(read(tensor)?));
        }
        let count = tensor.shape().num_elements();
        Ok(Self::Device(tensor.reshape([count])))
    }

    /// `values` for computing on `device`.
    pub fn of(values: Vec<f32>, device: &Device) -> Self {
        if on_host(device) {
            return Self::Host(values);
        }
        let count = values.len();
        Self::Device(Tensor::from_data(TensorData::new(values, [count]), &device.clone().inner()))
    }

    /// The values, read from the device.
    pub fn read(&self) -> Result<Vec<f32>, TrainingError> {
        match self {
            Self::Host(values) => Ok(values.clone()),
            Self::Device(tensor) => read(tensor.clone()),
        }
    }

    /// Adds `others`, of the same number.
    pub fn add(&mut self, others: Self) {
        match (self, others) {
            (Self::Host(values), Self::Host(others)) => {
                values.par_chunks_mut(BLOCK).zip(others.par_chunks(BLOCK)).for_each(|(a, b)| {
                    for (a, b) in a.iter_mut().zip(b) {
                        *a += b;
                    }
                });
            }
            (Self::Device(tensor), Self::Device(others)) => *tensor = tensor.clone() + others,
            _ => unreachable!("the gradients of one run are all in one place"),
        }
    }
}

/// Sum of squares of `values`, in one order whatever the number of threads.
pub(crate) fn squares(values: &[f32]) -> f64 {
    let block = |block: &[f32]| block.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>();
    let sums: Vec<f64> = values.par_chunks(BLOCK).map(block).collect();
    sums.iter().sum()
}
