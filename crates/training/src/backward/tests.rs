//! A token budget changes neither the loss nor any gradient.

use burn::tensor::Device;
use objective::{
    Candidates, Contrastive, Direction, EmbeddingDistillation, Lakda, Matryoshka, Objective,
    QueryConsistency, Scope, ScoreKl, Softmax, Sum, Term,
};

use super::*;
use crate::testing::{Found, config, learner, rows, turn};
use crate::{Optimisation, Precision};

/// Losses that together use all that a batch can have.
fn objectives() -> Vec<(&'static str, Objective)> {
    let learned = Contrastive { learn_temperature: true, ..Contrastive::improved() };
    let own = Contrastive {
        softmax: Softmax::PerDirection,
        directions: Direction::ALL.to_vec(),
        negatives: Scope::Own,
        ..Contrastive::symmetric()
    };
    let term = |weight, loss| Term { weight, loss };
    let taught = Sum {
        terms: vec![
            term(1.0, Objective::Contrastive(learned.clone())),
            term(0.5, Objective::Embeddings(EmbeddingDistillation::default())),
            term(0.3, Objective::MarginMse(objective::MarginMse::default())),
            term(0.3, Objective::ScoreKl(ScoreKl::default())),
            term(0.2, Objective::QueryConsistency(QueryConsistency::default())),
        ],
    };
    let batch = ScoreKl { candidates: Candidates::Batch, ..ScoreKl::default() };
    let nested = Matryoshka {
        dimensions: vec![16, 8, 4],
        weights: Vec::new(),
        of: Box::new(Objective::Contrastive(learned)),
    };
    vec![
        ("one direction", Objective::Contrastive(Contrastive::default())),
        ("symmetric", Objective::Contrastive(Contrastive::symmetric())),
        ("all directions, own negatives", Objective::Contrastive(own)),
        ("matryoshka, learned temperature", Objective::Matryoshka(nested)),
        ("taught", Objective::Sum(taught)),
        ("the batch's scores", Objective::ScoreKl(batch)),
        ("lakda", Objective::Lakda(Lakda::default())),
    ]
}

#[test]
fn a_budget_changes_neither_loss_nor_gradients() {
    let _turn = turn();
    for architecture in ["bert", "modernbert"] {
        let config = config(architecture, 0.0);
        for (at, (name, objective)) in (0..).zip(objectives()) {
            let batch = [rows(5 + at, at as u64)];
            let mut learner =
                learner(&config, &objective, &Optimisation::default(), &Device::flex());
            let whole = Found::in_step(&learner, &batch, 1);
            assert!(whole.norm() > 1e-3, "{name}: nothing to compare");
            // From a text a pass, through a few texts, to all in one.
            for budget in [1, 17, 40, 90, 100_000] {
                learner.token_budget = budget;
                let got = Found::in_step(&learner, &batch, 1);
                let loss = (got.loss - whole.loss).abs() / whole.loss.abs();
                let gradients = whole.distance(&got);
                let what = format!("{architecture}, {name}, budget {budget}");
                assert!(loss < 1e-5, "{what}: loss {} became {}", whole.loss, got.loss);
                assert!(gradients < 1e-5, "{what}: gradients are {gradients} apart");
            }
        }
    }
}

#[test]
fn nor_does_it_on_devices_and_in_f16() {
    let _turn = turn();
    let (_, objective) = objectives().swap_remove(4);
    let batch = [rows(6, 3)];
    // In f16 sums over a pass round by 1e-3, those of other passes otherwise.
    for (precision, room) in [(Precision::F32, 1e-5), (Precision::F16, 5e-3)] {
        for (name, device) in device::for_tests() {
            let settings = Optimisation { precision, ..Optimisation::default() };
            let mut learner = learner(&config("bert", 0.0), &objective, &settings, &device);
            let whole = Found::in_step(&learner, &batch, 1);
            learner.token_budget = 50;
            let got = Found::in_step(&learner, &batch, 1);
            let apart = whole.distance(&got);
            assert!(apart < room, "{name}, {precision:?}: gradients are {apart} apart");
            assert!((got.loss - whole.loss).abs() < room as f32 * whole.loss);
        }
    }
}

#[test]
fn what_dropout_left_out_is_left_out_again() {
    let _turn = turn();
    for architecture in ["bert", "modernbert"] {
        let (_, objective) = objectives().swap_remove(4);
        let learner = learner(
            &config(architecture, 0.3),
            &objective,
            &Optimisation::default(),
            &Device::flex(),
        );
        let batch = rows(7, 9);
        let flat = batch.flat();
        for budget in [13, 60] {
            let passes = plan(&flat, budget, 0);
            assert!(passes.len() > 3);
            let one_graph = |seed| {
                let mut backward = Backward::new(&learner, 1.0);
                backward.whole(&batch, &flat, &passes, seed).unwrap();
                Found::of(backward, &learner)
            };
            let mut backward = Backward::new(&learner, 1.0);
            backward.cached(&batch, &flat, &passes, 5).unwrap();
            let cached = Found::of(backward, &learner);
            let (same, other) = (one_graph(5), one_graph(6));
            assert!((cached.loss - same.loss).abs() < 1e-5 * same.loss, "{architecture}");
            let apart = same.distance(&cached);
            assert!(apart < 1e-5, "{architecture}, budget {budget}: {apart}");
            assert!(same.distance(&other) > 1e-2, "{architecture}: nothing was dropped");
        }
    }
}

#[test]
fn a_batch_of_2048_pairs_goes_through_a_small_budget() {
    let _turn = turn();
    let objective = Objective::Contrastive(Contrastive::symmetric());
    let mut all = rows(2048, 4);
    (all.negatives, all.translations, all.teacher) = (Vec::new(), None, None);
    let batch = [all];
    let settings = Optimisation::default();
    let mut learner = learner(&config("bert", 0.0), &objective, &settings, &Device::flex());
    let whole = Found::in_step(&learner, &batch, 1);
    learner.token_budget = 1024;
    let got = Found::in_step(&learner, &batch, 1);
    assert!((got.loss - whole.loss).abs() < 1e-5 * whole.loss, "{} {}", whole.loss, got.loss);
    // Sums over 2,048 rows and forty passes round more than those of a small batch.
    let apart = whole.distance(&got);
    assert!(apart < 1e-4, "gradients are {apart} apart");
}
