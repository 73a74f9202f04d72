//! What an objective learns besides the encoder.

use burn::module::{Module, Param};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

/// A temperature that is learned as the logarithm of its inverse, as CLIP does
/// (arXiv 2103.00020, section 2.5): the parameter is `s`, cosines are multiplied by `exp(s)`.
///
/// CLIP holds the scale at 100 at most, since beyond it training became unstable. Here the forward
/// pass never uses a scale above the limit, while the gradient passes as if there were none: a
/// parameter at the limit can come back. [`LearnedTemperature::bounded`] after each step keeps the
/// parameter itself from running away.
#[derive(Module, Debug)]
pub struct LearnedTemperature {
    log_scale: Param<Tensor<1>>,
    highest: f64,
}

impl LearnedTemperature {
    /// A parameter that starts at `temperature` and never falls below `lowest`.
    pub fn new(temperature: f64, lowest: f64, device: &Device) -> Self {
        let highest = -lowest.ln();
        let start = (-temperature.ln()).min(highest) as f32;
        Self { log_scale: Param::from_data([start], device), highest }
    }

    /// What cosines are multiplied by, `[1]`.
    pub fn scale(&self) -> Tensor<1> {
        let log_scale = self.log_scale.val();
        let excess = (log_scale.clone().detach() - self.highest).clamp_min(0.0);
        (log_scale - excess).exp()
    }

    /// The parameter, `[1]`: the logarithm of the scale.
    pub fn log_scale(&self) -> Tensor<1> {
        self.log_scale.val()
    }

    /// The parameter within its limit; to be called after each optimiser step.
    #[must_use]
    pub fn bounded(self) -> Self {
        let highest = self.highest;
        let log_scale = self.log_scale.map(|value| {
            let learned = value.is_require_grad();
            // A leaf again: what is computed, even without gradients, is none.
            value.clamp_max(highest).detach().set_require_grad(learned)
        });
        Self { log_scale, highest }
    }
}

/// All that an objective learns; empty for most.
///
/// Weight decay does not belong on a temperature: it pulls towards 1.
#[derive(Module, Debug)]
pub struct Parameters {
    /// Of the contrastive loss that learns one.
    pub temperature: Option<LearnedTemperature>,
    /// From the student's embeddings to the teacher's space where their dimensions differ. Used
    /// in training only.
    pub projection: Option<Linear>,
}

impl Parameters {
    /// Nothing learned.
    pub fn none() -> Self {
        Self { temperature: None, projection: None }
    }

    /// Whether there is nothing to learn.
    pub fn is_empty(&self) -> bool {
        self.temperature.is_none() && self.projection.is_none()
    }

    /// Every parameter within its limits; to be called after each optimiser step.
    #[must_use]
    pub fn bounded(self) -> Self {
        Self { temperature: self.temperature.map(LearnedTemperature::bounded), ..self }
    }

    pub(crate) fn projection(from: usize, to: usize, device: &Device) -> Linear {
        LinearConfig::new(from, to).init(device)
    }
}
