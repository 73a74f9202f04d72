//! What a step does with gradients: clipping, accumulation, on the host and on devices.

use burn::tensor::Device;
use objective::{Contrastive, EmbeddingDistillation, Objective, Sum, Term};

use super::*;
use crate::adam::{BETA_1, BETA_2};
use crate::testing::{Found, config, learner, rows, turn};

/// Learns a temperature and a projection beside the network.
fn objective() -> Objective {
    let learned = Contrastive { learn_temperature: true, ..Contrastive::symmetric() };
    let term = |loss| Term { weight: 1.0, loss };
    let terms = vec![
        term(Objective::Contrastive(learned)),
        term(Objective::Embeddings(EmbeddingDistillation::default())),
    ];
    Objective::Sum(Sum { terms })
}

/// Adam's moments after one update: shares of the gradient and of its square.
///
/// Adam's first step does not depend on the size of a gradient; its moments do.
fn check_moments(learner: &Learner, found: &Found, factor: f64, what: &str) {
    let state = learner.state().unwrap();
    let close = |got: &[f32], expected: &dyn Fn(f64) -> f64, gradient: &[f32], name: &str| {
        let largest = gradient.iter().map(|&g| expected(f64::from(g)).abs()).fold(0.0, f64::max);
        for (&got, &g) in got.iter().zip(gradient) {
            let (got, expected) = (f64::from(got), expected(f64::from(g)));
            // A value of a gradient is rounded as its largest one is.
            let room = 2e-4 * expected.abs() + 2e-5 * largest + 1e-12;
            assert!((got - expected).abs() < room, "{what}, {name}: {got} is not {expected}");
        }
    };
    let first = |g: f64| (1.0 - f64::from(BETA_1)) * factor * g;
    let second = |g: f64| (1.0 - f64::from(BETA_2)) * (factor * g).powi(2);
    assert_eq!(state.network.updates.len(), found.of.len());
    for (id, gradient) in &found.of {
        let kept = |name| state.network.moments.get(&format!("{id:016x}.{name}")).unwrap().1;
        close(&kept("first").to_f32(), &first, gradient, "first");
        close(&kept("second").to_f32(), &second, gradient, "second");
    }
    let width = 16;
    let rows = &state.rows;
    assert_eq!(rows.rows, found.rows.ids, "the rows of the batch and no others");
    assert_eq!(rows.first.len(), rows.rows.len() * width);
    close(&rows.first, &first, &found.rows.values, "rows, first");
    close(&rows.second, &second, &found.rows.values, "rows, second");
}

fn known(step: &Step) -> f32 {
    let Loss::Known(loss) = step.loss else { panic!("the loss is not known") };
    loss
}

#[test]
fn the_norm_is_of_all_gradients_together_and_shortens_them_all() {
    let _turn = turn();
    let config = config("modernbert", 0.0);
    let batch = [rows(9, 1)];
    for (name, device) in device::for_tests() {
        let start = |clip_norm| {
            let settings = Optimisation { clip_norm, ..Optimisation::default() };
            learner(&config, &objective(), &settings, &device)
        };
        let found = Found::in_step(&start(0.0), &batch, 1);
        let norm = found.norm();
        // Each of the three has a part in the norm that the test would miss.
        let network = found.of.len();
        assert!(network > 10 && !found.rows.ids.is_empty(), "{network}");
        for (clip, factor) in [(norm / 3.0, 1.0 / 3.0), (norm * 2.0, 1.0)] {
            let mut learner = start(clip);
            let step = learner.step(&batch, 1, 0.01).unwrap();
            let told = f64::from(step.gradient_norm.unwrap());
            assert!((told - norm).abs() < 1e-4 * norm, "{name}: {told}, by hand {norm}");
            assert!((known(&step) - found.loss).abs() < 1e-4 * found.loss);
            check_moments(&learner, &found, factor, &format!("{name}, clipped at {clip}"));
        }
        let mut learner = start(0.0);
        let step = learner.step(&batch, 1, 0.01).unwrap();
        assert_eq!(step.gradient_norm, None, "nobody asked for it");
        check_moments(&learner, &found, 1.0, &name);
    }
}

#[test]
fn a_device_that_nobody_waits_for_clips_alike() {
    let _turn = turn();
    let config = config("bert", 0.0);
    let batch = [rows(6, 2)];
    for (name, device) in device::for_tests() {
        let start = |clip_norm| {
            let embeddings = Embeddings::Frozen;
            let settings = Optimisation { embeddings, clip_norm, ..Optimisation::default() };
            learner(&config, &objective(), &settings, &device)
        };
        let found = Found::in_step(&start(0.0), &batch, 1);
        assert!(found.rows.ids.is_empty(), "the table is frozen");
        let norm = found.norm();
        for (clip, factor) in [(0.0, 1.0), (norm / 5.0, 0.2), (norm * 2.0, 1.0)] {
            let mut learner = start(clip);
            let step = learner.step(&batch, 1, 0.01).unwrap();
            let later = matches!(step.loss, Loss::Later(_));
            assert_eq!(later, !on_host(&device), "{name}");
            let loss = match step.loss {
                Loss::Known(loss) => loss,
                Loss::Later(loss) => read(loss).unwrap()[0],
            };
            assert!((loss - found.loss).abs() < 1e-4 * found.loss, "{name}: {loss}");
            check_moments(&learner, &found, factor, &format!("{name}, clipped at {clip}"));
        }
    }
}

#[test]
fn accumulated_batches_are_a_step_on_their_mean_gradient() {
    let _turn = turn();
    for budget in [0, 30] {
        let settings = Optimisation { token_budget: budget, ..Optimisation::default() };
        let mut learner = learner(&config("bert", 0.0), &objective(), &settings, &Device::flex());
        let batches = [rows(6, 1), rows(6, 2)];
        let one = Found::in_step(&learner, &batches[..1], 1);
        let other = Found::in_step(&learner, &batches[1..], 1);
        let half = |found: &Found| -> RowGradients {
            let values = found.rows.values.iter().map(|x| x / 2.0).collect();
            RowGradients { ids: found.rows.ids.clone(), values }
        };
        let mut mean = one.clone();
        mean.rows = RowGradients::sum(&[half(&one), half(&other)]);
        for (id, values) in &mut mean.of {
            values.iter_mut().zip(&other.of[id]).for_each(|(a, b)| *a = f32::midpoint(*a, *b));
        }
        let step = learner.step(&batches, 1, 0.01).unwrap();
        let loss = f32::midpoint(one.loss, other.loss);
        assert!((known(&step) - loss).abs() < 1e-5 * loss);
        check_moments(&learner, &mean, 1.0, &format!("budget {budget}"));
    }
}

#[test]
fn a_static_table_is_clipped_and_accumulated_too() {
    let _turn = turn();
    let mut config = config("bert", 0.0);
    config.architecture = encoder::Architecture::Static;
    let objective = Objective::Contrastive(Contrastive::symmetric());
    let batches = [rows(6, 1), rows(6, 2)];
    for (name, device) in device::for_tests() {
        let start = |clip_norm| {
            let settings = Optimisation { clip_norm, ..Optimisation::default() };
            learner(&config, &objective, &settings, &device)
        };
        let found = Found::in_step(&start(0.0), &batches, 1);
        let mut learner = start(found.norm() / 4.0);
        learner.step(&batches, 1, 0.01).unwrap();
        check_moments(&learner, &found, 0.25, &name);
    }
}

#[test]
fn parts_of_a_seed_have_seeds_of_their_own() {
    // Of steps, batches and passes: no two of a run may draw the same.
    let mut seeds: Vec<u64> = Vec::new();
    for step in 0..20 {
        for batch in 0..4 {
            seeds.extend((0..20).map(|pass| mixed(mixed(mixed(4, step), batch), pass)));
        }
    }
    let count = seeds.len();
    seeds.sort_unstable();
    seeds.dedup();
    assert_eq!(seeds.len(), count);
}
