//! `AdamW` (Loshchilov and Hutter 2019, arXiv 1711.05101) for the network on the device.
//!
//! Of our own, because Burn's can be written to a checkpoint but read back only onto the default
//! device, which a machine without a GPU may not have, and because on the CPU backend a step of
//! a dozen tensor operations per parameter took longer than one loop does. The equations are the
//! same; biases and layer-norm weights, the parameters of one dimension, are not decayed, as is
//! usual in training transformers. Moments are kept by the parameters' ids, which are made of
//! their names.

use std::collections::BTreeMap;

use artifact::{Stored, Weights};
use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Tensor};
use rayon::prelude::*;

use crate::TrainingError;
use crate::groups::Treatment;
use crate::values::{BLOCK, Values};

/// Adam's constants, for the network and for the rows of the table alike.
pub(crate) const BETA_1: f32 = 0.9;
pub(crate) const BETA_2: f32 = 0.999;
pub(crate) const EPSILON: f32 = 1e-8;

/// The optimiser of a network.
#[derive(Clone, Debug, Default)]
pub struct Adam {
    moments: BTreeMap<u64, Moments>,
}

#[derive(Clone, Debug)]
struct Moments {
    first: Values,
    second: Values,
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

/// What gradients are multiplied by before they are used.
#[allow(clippy::large_enum_variant, reason = "there are few of them")]
#[derive(Clone, Debug)]
pub enum Factor {
    /// Known.
    Host(f32),
    /// Known on the device, `[1]`: nobody waits for it.
    Device(Tensor<1>),
}

impl Adam {
    /// Takes a step of `rate` on the parameters of `module` that have a gradient; `treat` tells
    /// how each of them is updated.
    pub fn step<M: Module>(
        &mut self,
        rate: f64,
        module: M,
        gradients: &mut BTreeMap<u64, Values>,
        factor: &Factor,
        treat: impl Fn(u64) -> Treatment,
    ) -> M {
        module.map(&mut Stepper { adam: self, rate, gradients, factor, treat })
    }

    /// What is kept, read from the device.
    pub fn state(&self) -> Result<AdamState, TrainingError> {
        let mut state = AdamState::default();
        for (id, kept) in &self.moments {
            let id = format!("{id:016x}");
            for (name, values) in [("first", &kept.first), ("second", &kept.second)] {
                let values = values.read()?;
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
            let values = |name: &str| {
                let (_, stored) = state.moments.get(&format!("{id}.{name}"))?;
                Some(Values::of(stored.to_f32(), device))
            };
            let (first, second) = (values("first")?, values("second")?);
            let id = u64::from_str_radix(id, 16).ok()?;
            moments.insert(id, Moments { first, second, updates });
        }
        self.moments = moments;
        Some(())
    }
}

/// The numbers of one update.
#[derive(Clone, Copy)]
pub(crate) struct Update {
    rate: f32,
    /// What is left of a value after decay.
    kept: f32,
    /// Corrections of the moments' bias.
    correct_1: f32,
    correct_2: f32,
}

impl Update {
    /// Update number `updates` of a parameter, from 1.
    pub fn new(rate: f64, decay: f64, updates: u32) -> Self {
        let updates = updates.min(i32::MAX as u32) as i32;
        Self {
            rate: rate as f32,
            kept: (1.0 - rate * decay) as f32,
            correct_1: 1.0 / (1.0 - BETA_1.powi(updates)),
            correct_2: 1.0 / (1.0 - BETA_2.powi(updates)),
        }
    }

    /// Changes `values` and their moments by `gradient`, multiplied by `factor`.
    pub fn apply(
        self,
        values: &mut [f32],
        first: &mut [f32],
        second: &mut [f32],
        gradient: &[f32],
        factor: f32,
    ) {
        let moments = first.iter_mut().zip(second);
        for ((x, &g), (m, v)) in values.iter_mut().zip(gradient).zip(moments) {
            let g = g * factor;
            *m = BETA_1 * *m + (1.0 - BETA_1) * g;
            *v = BETA_2 * *v + (1.0 - BETA_2) * g * g;
            let step = *m * self.correct_1 / ((*v * self.correct_2).sqrt() + EPSILON);
            *x = *x * self.kept - self.rate * step;
        }
    }
}

struct Stepper<'a, F> {
    adam: &'a mut Adam,
    rate: f64,
    gradients: &'a mut BTreeMap<u64, Values>,
    factor: &'a Factor,
    treat: F,
}

impl<F: Fn(u64) -> Treatment> ModuleMapper for Stepper<'_, F> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let id = param.id.val();
        let Some(gradient) = self.gradients.remove(&id) else { return param };
        let (param_id, tensor, mapper) = param.consume();
        let treatment = (self.treat)(id);
        let decay = if D > 1 { treatment.decay } else { 0.0 };
        let kept = self.adam.moments.remove(&id);
        let updates = kept.as_ref().map_or(0, |kept| kept.updates) + 1;
        let update = Update::new(self.rate * treatment.rate, decay, updates);
        let moments = kept.map(|kept| (kept.first, kept.second));
        let value = tensor.inner();
        let (value, (first, second)) = match (gradient, self.factor) {
            (Values::Host(gradient), Factor::Host(factor)) => {
                update.on_host(value, moments, &gradient, *factor)
            }
            (Values::Device(gradient), Factor::Host(factor)) => {
                update.on_device(value, moments, gradient * *factor)
            }
            (Values::Device(gradient), Factor::Device(factor)) => {
                update.on_device(value, moments, gradient * factor.clone())
            }
            (Values::Host(_), Factor::Device(_)) => {
                unreachable!("what is computed on the host is known there")
            }
        };
        self.adam.moments.insert(id, Moments { first, second, updates });
        let value = Tensor::from_inner(value).require_grad();
        Param::from_mapped_value(param_id, value, mapper)
    }
}

type Pair = (Values, Values);

impl Update {
    fn on_host<const D: usize>(
        self,
        value: Tensor<D>,
        moments: Option<Pair>,
        gradient: &[f32],
        factor: f32,
    ) -> (Tensor<D>, Pair) {
        let (mut first, mut second) = match moments {
            Some((Values::Host(first), Values::Host(second))) => (first, second),
            _ => (vec![0.0; gradient.len()], vec![0.0; gradient.len()]),
        };
        let device = value.device();
        let mut data = value.into_data();
        // On the CPU backend parameters are f32, and their memory is ours once they are consumed.
        if let Ok(values) = data.as_mut_slice::<f32>() {
            values
                .par_chunks_mut(BLOCK)
                .zip(first.par_chunks_mut(BLOCK))
                .zip(second.par_chunks_mut(BLOCK))
                .zip(gradient.par_chunks(BLOCK))
                .for_each(|(((values, first), second), gradient)| {
                    self.apply(values, first, second, gradient, factor);
                });
        }
        (Tensor::from_data(data, &device), (Values::Host(first), Values::Host(second)))
    }

    fn on_device<const D: usize>(
        self,
        value: Tensor<D>,
        moments: Option<Pair>,
        gradient: Tensor<1>,
    ) -> (Tensor<D>, Pair) {
        let shape = value.dims();
        let square = gradient.clone().square() * (1.0 - BETA_2);
        let fresh = gradient * (1.0 - BETA_1);
        let (first, second) = match moments {
            Some((Values::Device(first), Values::Device(second))) => {
                (first * BETA_1 + fresh, second * BETA_2 + square)
            }
            _ => (fresh, square),
        };
        let spread = (second.clone() * self.correct_2).sqrt() + EPSILON;
        let step = first.clone() * (self.correct_1 * self.rate) / spread;
        let value = value * self.kept - step.reshape(shape);
        (value, (Values::Device(first), Values::Device(second)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use burn::nn::{Linear, LinearConfig};
    use burn::optim::{AdamWConfig, GradientsParams};
    use burn::tensor::TensorData;

    use super::*;

    const FREE: Treatment = Treatment { rate: 1.0, decay: 0.0 };

    fn step(adam: &mut Adam, linear: Linear, device: &Device, treatment: Treatment) -> Linear {
        let mut gradients = crate::gradients::Gradients::default();
        gradients.add(&mut graph(&linear, device), &linear).unwrap();
        adam.step(0.01, linear, &mut gradients.of, &Factor::Host(1.0), |_| treatment)
    }

    fn graph(linear: &Linear, device: &Device) -> burn::tensor::Gradients {
        let data = TensorData::new((0..6).map(|i| i as f32 - 2.5).collect::<Vec<_>>(), [2, 3]);
        let out = linear.forward(Tensor::<2>::from_data(data, device));
        (out.clone() * out).sum().backward()
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
        let mut ours = Adam::default();
        let (mut a, mut b) = (start.clone(), start.clone());
        for _ in 0..5 {
            let given = GradientsParams::from_grads(graph(&a, &device), &a);
            a = theirs.step(0.01, a, given);
            b = step(&mut ours, b, &device, FREE);
        }
        let ((a, c), (b, d)) = (values(&a), values(&b));
        for (x, y) in a.iter().chain(&c).zip(b.iter().chain(&d)) {
            assert!((x - y).abs() < 1e-6, "{x} and {y}");
        }

        let plain = values(&step(&mut Adam::default(), start.clone(), &device, FREE));
        let decay = Treatment { decay: 0.5, ..FREE };
        let decayed = values(&step(&mut Adam::default(), start, &device, decay));
        assert!(plain.0 != decayed.0 && plain.1 == decayed.1);
    }

    #[test]
    fn what_is_kept_survives() {
        let device = Device::flex().autodiff();
        let mut linear = LinearConfig::new(3, 4).init(&device);
        let mut adam = Adam::default();
        for _ in 0..3 {
            linear = step(&mut adam, linear, &device, FREE);
        }
        let mut again = Adam::default();
        again.restore(&adam.state().unwrap(), &Device::flex()).unwrap();
        let a = values(&step(&mut adam, linear.clone(), &device, FREE));
        assert_eq!(a, values(&step(&mut again, linear, &device, FREE)));
    }
}
