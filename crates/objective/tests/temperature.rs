//! A learned temperature moves the right way and keeps to its limit.
#![allow(clippy::unwrap_used)]

use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::{Device, Tensor};
use isogloss_objective::{Contrastive, Objective, Parameters, Sides, normalise};

mod support;
use support::{DEVICES, gradient, number};

fn objective() -> Objective {
    Objective::Contrastive(Contrastive { learn_temperature: true, ..Contrastive::default() })
}

fn steps(parameters: Parameters, sides: &Sides, count: usize) -> Parameters {
    let mut optimizer = AdamWConfig::new().with_weight_decay(0.0).init();
    (0..count).fold(parameters, |parameters, _| {
        let gradients = objective().loss(sides, &parameters).unwrap().backward();
        let gradients = GradientsParams::from_grads(gradients, &parameters);
        optimizer.step(0.1, parameters, gradients).bounded()
    })
}

fn temperature(parameters: &Parameters) -> f32 {
    number(&parameters.temperature.as_ref().unwrap().scale()).recip()
}

/// Vectors so near to each other (cosines of 0.97) that the temperature matters; on both sides the
/// same, or the passages of other rows.
fn batch(aligned: bool, device: &Device) -> Sides {
    let near = normalise(Tensor::<2>::eye(6, device) + 2.0);
    let passages = if aligned { near.clone() } else { near.clone().flip([0]) };
    Sides::new(near, passages)
}

#[test]
fn it_falls_to_the_limit_and_comes_back() {
    for (name, device) in DEVICES.iter() {
        let start = objective().parameters(6, None, device).unwrap();
        assert!((temperature(&start) - 0.05).abs() < 1e-6, "{name}");
        // Pairs that agree push the scale up without end.
        let low = steps(start, &batch(true, device), 60);
        assert!((temperature(&low) - 0.01).abs() < 1e-5, "{name}: {}", temperature(&low));
        let high = steps(low.clone(), &batch(false, device), 20);
        assert!(temperature(&high) > temperature(&low) * 1.5, "{name}: {}", temperature(&high));
    }
}

#[test]
fn beyond_the_limit_the_loss_stays_and_the_gradient_shows_the_way_back() {
    for (name, device) in DEVICES.iter() {
        let settings = Contrastive {
            learn_temperature: true,
            temperature: 0.05,
            lowest_temperature: 0.05,
            ..Contrastive::default()
        };
        let objective = Objective::Contrastive(settings);
        let mut parameters = objective.parameters(6, None, device).unwrap();
        let sides = batch(false, device);
        let at_limit = number(&objective.loss(&sides, &parameters).unwrap());
        // A step of the optimiser went beyond; nobody has called `bounded` yet.
        let gradients = objective.loss(&batch(true, device), &parameters).unwrap().backward();
        let gradients = GradientsParams::from_grads(gradients, &parameters);
        let mut optimizer = AdamWConfig::new().init();
        parameters = optimizer.step(0.5, parameters, gradients);
        let learned = parameters.temperature.clone().unwrap();
        assert!(number(&learned.log_scale()) > 20_f32.ln() + 0.1, "{name}: it went beyond");
        let loss = objective.loss(&sides, &parameters).unwrap();
        assert!((number(&loss) - at_limit).abs() < 1e-3, "{name}: {loss}, {at_limit}");
        let slope = gradient(&learned.log_scale(), &loss.backward())[0];
        assert!(slope > 0.1, "{name}: {slope}");
        let bounded = number(&parameters.bounded().temperature.unwrap().log_scale());
        assert!((bounded - 20_f32.ln()).abs() < 1e-6, "{name}: {bounded}");
    }
}
