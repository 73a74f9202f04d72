//! `AdamW` (Loshchilov and Hutter 2019, arXiv 1711.05101) for the network on the device.
//!
//! Of our own, because Burn's can be written to a checkpoint but read back only onto the default
//! device, which a machine without a GPU may not have. The equations are the same; biases and
//! layer-norm weights, the parameters of one dimension, are not decayed, as is usual in training
//! transformers. Moments are kept by the parameters' ids, which are made of their names.

use std::collections::BTreeMap;

use artifact::{Stored, Weights};
use burn::module::{Module, ModuleMapper, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};

use crate::TrainingError;

/// Adam's constants, for the network and for the rows of the table alike.
pub(crate) const BETA_1: f32 = 0.9;
pub(crate) const BETA_2: f32 = 0.999;
pub(crate) const EPSILON: f32 = 1e-8;

/// The optimiser of a network.
#[derive(Clone, Debug)]
pub struct Adam {
    weight_decay: f64,
    moments: BTreeMap<u64, Moments>,
}

#[derive(Clone, Debug)]
struct Moments {
    first: Tensor<1>,
    second: Tensor<1>,
    updates: u32,
}

/// What an [`Adam`] keeps, on the host.
#[derive(Clone, Debug, Default)]
pub struct AdamState {
    /// Moments as `ID.first` and `ID.second`, flat.
    pub moments: Weights,
    /// Updates of each parameter, by id.
    pub updates: BTreeMap<String, u32>,
}

impl Adam {
    /// An optimiser that has not taken a step.
    pub fn new(weight_decay: f64) -> Self {
        Self { weight_decay, moments: BTreeMap::new() }
    }

    /// Takes a step of `rate` on the parameters of `module` that have a gradient.
    pub fn step<M: Module>(&mut self, rate: f64, module: M, gradients: GradientsParams) -> M {
        module.map(&mut Stepper { adam: self, rate, gradients })
    }

    /// What is kept, read from the device.
    pub fn state(&self) -> Result<AdamState, TrainingError> {
        let mut state = AdamState::default();
        for (id, kept) in &self.moments {
            let id = format!("{id:016x}");
            for (name, tensor) in [("first", &kept.first), ("second", &kept.second)] {
                let values = crate::learner::read(tensor.clone())?;
                let stored = Stored::from_f32(&values);
                state.moments.insert(&format!("{id}.{name}"), vec![values.len()], stored);
            }
            state.updates.insert(id, kept.updates);
        }
        Ok(state)
    }

    /// Goes on from `state`. None, and nothing done, when it does not hold together.
    pub fn restore(&mut self, state: &AdamState, device: &Device) -> Option<()> {
        let mut moments = BTreeMap::new();
        for (id, &updates) in &state.updates {
            let tensor = |name: &str| {
                let (shape, stored) = state.moments.get(&format!("{id}.{name}"))?;
                let data = TensorData::new(stored.to_f32(), [*shape.first()?]);
                Some(Tensor::<1>::from_data(data, device))
            };
            let (first, second) = (tensor("first")?, tensor("second")?);
            let id = u64::from_str_radix(id, 16).ok()?;
            moments.insert(id, Moments { first, second, updates });
        }
        self.moments = moments;
        Some(())
    }
}

struct Stepper<'a> {
    adam: &'a mut Adam,
    rate: f64,
    gradients: GradientsParams,
}

impl ModuleMapper for Stepper<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, tensor, mapper) = param.consume();
        let Some(gradient) = self.gradients.remove::<D>(id) else {
            return Param::from_mapped_value(id, tensor, mapper);
        };
        let value = tensor.inner();
        let shape = value.dims();
        let count = shape.iter().product::<usize>();
        let gradient = gradient.reshape([count]);
        let kept = self.adam.moments.remove(&id.val());
        let (first, second, updates) = match kept {
            Some(Moments { first, second, updates }) => (
                first * BETA_1 + gradient.clone() * (1.0 - BETA_1),
                second * BETA_2 + gradient.clone() * gradient * (1.0 - BETA_2),
                updates + 1,
            ),
            None => {
                (gradient.clone() * (1.0 - BETA_1), gradient.clone() * gradient * (1.0 - BETA_2), 1)
            }
        };
        let steps = updates.min(i32::MAX as u32) as i32;
        let mean = first.clone() / (1.0 - BETA_1.powi(steps));
        let spread = (second.clone() / (1.0 - BETA_2.powi(steps))).sqrt() + EPSILON;
        let decay = if D > 1 { self.rate * self.adam.weight_decay } else { 0.0 };
        let value = value * (1.0 - decay) - (mean / spread * self.rate).reshape(shape);
        self.adam.moments.insert(id.val(), Moments { first, second, updates });
        let value = Tensor::from_inner(value).require_grad();
        Param::from_mapped_value(id, value, mapper)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use burn::nn::{Linear, LinearConfig};
    use burn::optim::AdamWConfig;

    use super::*;

    fn gradients(linear: &Linear, device: &Device) -> GradientsParams {
        let data = TensorData::new((0..6).map(|i| i as f32 - 2.5).collect::<Vec<_>>(), [2, 3]);
        let out = linear.forward(Tensor::<2>::from_data(data, device));
        let loss = (out.clone() * out).sum();
        GradientsParams::from_grads(loss.backward(), linear)
    }

    fn values(linear: &Linear) -> (Vec<f32>, Vec<f32>) {
        let weight = linear.weight.val().into_data().try_to_vec().unwrap();
        (weight, linear.bias.as_ref().unwrap().val().into_data().try_to_vec().unwrap())
    }

    #[test]
    fn steps_are_those_of_burn_but_for_the_decay_of_biases() {
        let device = Device::flex().autodiff();
        let start = LinearConfig::new(3, 4).init(&device);
        let mut theirs = AdamWConfig::new().with_epsilon(EPSILON).with_weight_decay(0.0).init();
        let mut ours = Adam::new(0.0);
        let (mut a, mut b) = (start.clone(), start.clone());
        for _ in 0..5 {
            let given = gradients(&a, &device);
            a = theirs.step(0.01, a, given);
            let given = gradients(&b, &device);
            b = ours.step(0.01, b, given);
        }
        let ((a, c), (b, d)) = (values(&a), values(&b));
        for (x, y) in a.iter().chain(&c).zip(b.iter().chain(&d)) {
            assert!((x - y).abs() < 1e-6, "{x} and {y}");
        }

        let given = gradients(&start, &device);
        let plain = values(&Adam::new(0.0).step(0.01, start.clone(), given));
        let given = gradients(&start, &device);
        let decayed = values(&Adam::new(0.5).step(0.01, start, given));
        assert!(plain.0 != decayed.0 && plain.1 == decayed.1);
    }

    #[test]
    fn what_is_kept_survives() {
        let device = Device::flex().autodiff();
        let mut linear = LinearConfig::new(3, 4).init(&device);
        let mut adam = Adam::new(0.1);
        for _ in 0..3 {
            let given = gradients(&linear, &device);
            linear = adam.step(0.01, linear, given);
        }
        let mut again = Adam::new(0.1);
        again.restore(&adam.state().unwrap(), &Device::flex()).unwrap();
        let given = gradients(&linear, &device);
        let a = values(&adam.step(0.01, linear.clone(), given));
        let given = gradients(&linear, &device);
        assert_eq!(a, values(&again.step(0.01, linear, given)));
    }
}
