//! What must hold of losses whatever the numbers.
#![allow(clippy::unwrap_used)]

use burn::tensor::{DType, Tensor};
use isogloss_objective::{
    Candidates, Contrastive, Direction, Distance, EmbeddingDistillation, Harder, Hardness,
    LearnedTemperature, MarginMse, Matryoshka, Objective, Parameters, QueryConsistency, Scope,
    ScoreKl, Sides, Softmax,
};
use proptest::prelude::*;

mod support;
use support::{DEVICES, Numbers, all_gradients, difference, gradient, mask, number, permuted};

const DIMENSION: usize = 8;

fn contrastive() -> impl Strategy<Value = Contrastive> {
    let directions = proptest::sample::subsequence(Direction::ALL.to_vec(), 1..=4);
    let harder = proptest::sample::select(vec![Harder::InBatch, Harder::Hard, Harder::All]);
    let hardness = proptest::option::of((harder, 0.0..9.0_f64));
    let softmax = proptest::sample::select(vec![Softmax::Joint, Softmax::PerDirection]);
    let scope = proptest::sample::select(vec![Scope::Shared, Scope::Own]);
    (directions, softmax, scope, 0.05..1.0_f64, 0.0..0.4_f64, hardness).prop_map(
        |(directions, softmax, negatives, temperature, margin, hardness)| Contrastive {
            directions,
            softmax,
            negatives,
            temperature,
            margin,
            hardness: hardness.map(|(of, strength)| Hardness { of, strength }),
            ..Contrastive::default()
        },
    )
}

fn objective() -> impl Strategy<Value = Objective> {
    let candidates = proptest::sample::select(vec![Candidates::Own, Candidates::Batch]);
    let distance = proptest::sample::select(vec![Distance::Mse, Distance::Cosine, Distance::L2]);
    let leaf = prop_oneof![
        4 => contrastive().prop_map(Objective::Contrastive),
        1 => (candidates, 0.1..2.0_f64).prop_map(|(candidates, temperature)| {
            Objective::ScoreKl(ScoreKl { candidates, temperature, ..ScoreKl::default() })
        }),
        1 => Just(Objective::MarginMse(MarginMse {})),
        1 => (0.1..2.0_f64).prop_map(|temperature| {
            Objective::QueryConsistency(QueryConsistency { temperature })
        }),
        1 => distance.prop_map(|distance| {
            Objective::Embeddings(EmbeddingDistillation { distance })
        }),
    ];
    (leaf, any::<bool>()).prop_map(|(leaf, nested)| {
        if !nested {
            return leaf;
        }
        let (dimensions, weights) = (vec![DIMENSION, 3], vec![1.0, 0.5]);
        Objective::Matryoshka(Matryoshka { dimensions, weights, of: Box::new(leaf) })
    })
}

fn loss(objective: &Objective, sides: &Sides) -> Tensor<1> {
    objective.loss(sides, &Parameters::none()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_rows_does_not_matter(
        objective in objective(), seed: u64, rows in 1..9_usize, n in 1..4_usize,
    ) {
        for (name, device) in DEVICES.iter() {
            let sides = Numbers::new(seed).sides(rows, DIMENSION, n, device);
            let order: Vec<usize> = (0..rows).map(|i| (i + seed as usize % rows) % rows).rev().collect();
            let whole = loss(&objective, &sides);
            let other = loss(&objective, &permuted(&sides, &order));
            let by = difference(&[number(&other)], &[number(&whole)]);
            prop_assert!(by < 1e-5, "{name}: loss {by}");
            // The permutation is a part of the graph, so gradients come back in the first order.
            let gradients = |loss: &Tensor<1>| all_gradients(&sides, &loss.backward());
            let by = difference(&gradients(&other), &gradients(&whole));
            prop_assert!(by < 1e-5, "{name}: gradients {by}");
        }
    }

    #[test]
    fn the_length_of_embeddings_does_not_matter(
        objective in objective(), seed: u64, factor in 0.01..100.0_f64,
    ) {
        for (name, device) in DEVICES.iter() {
            let sides = Numbers::new(seed).sides(5, DIMENSION, 2, device);
            let mut longer = sides.clone();
            longer.queries = longer.queries * factor;
            longer.passages = longer.passages * (factor / 2.0);
            longer.translations = longer.translations.map(|x| x * factor);
            if let Some(negatives) = &mut longer.negatives {
                negatives.embeddings = negatives.embeddings.clone() * (factor / 3.0);
            }
            let (one, other) = (loss(&objective, &sides), loss(&objective, &longer.normalised()));
            let by = difference(&[number(&other)], &[number(&one)]);
            prop_assert!(by < 1e-5, "{name}: {by}");
        }
    }

    #[test]
    fn parts_of_a_batch_add_up_to_the_whole(
        settings in contrastive(), seed: u64, rows in 1..9_usize, part in 1..5_usize,
    ) {
        for (name, device) in DEVICES.iter() {
            let sides = Numbers::new(seed).sides(rows, DIMENSION, 2, device);
            let learned = LearnedTemperature::new(settings.temperature, 0.01, device);
            let whole = settings.loss(&sides, Some(&learned)).unwrap();
            let parts: Vec<Tensor<1>> = (0..rows)
                .step_by(part)
                .map(|at| {
                    let range = at..(at + part).min(rows);
                    settings.loss_of_rows(&sides, Some(&learned), range).unwrap()
                })
                .collect();
            let sum = Tensor::cat(parts, 0).sum();
            let by = difference(&[number(&sum)], &[number(&whole)]);
            prop_assert!(by < 1e-5, "{name}: loss {by}");
            let (sum, whole) = (sum.backward(), whole.backward());
            let by = difference(&all_gradients(&sides, &sum), &all_gradients(&sides, &whole));
            prop_assert!(by < 1e-5, "{name}: gradients {by}");
            let slope = |gradients| gradient(&learned.log_scale(), gradients);
            let by = difference(&slope(&sum), &slope(&whole));
            prop_assert!(by < 1e-5, "{name}: temperature {by}");
        }
    }

    #[test]
    fn hard_negatives_that_are_absent_are_as_if_never_given(
        settings in contrastive(), seed: u64, n in 1..4_usize, as_false: bool,
    ) {
        for (name, device) in DEVICES.iter() {
            let rows = 5;
            let mut sides = Numbers::new(seed).sides(rows, DIMENSION, n, device);
            if let Some(negatives) = &mut sides.negatives {
                let all = rows * n;
                negatives.absent = (!as_false).then(|| mask(vec![true; all], [all], device));
                let every = || mask(vec![true; rows * all], [rows, all], device);
                negatives.same = as_false.then(every);
            }
            let bare = Sides { negatives: None, teacher: None, ..sides.clone() };
            let (with, without) =
                (settings.loss(&sides, None).unwrap(), settings.loss(&bare, None).unwrap());
            let by = difference(&[number(&with)], &[number(&without)]);
            prop_assert!(by < 1e-6, "{name}: loss {by}");
            let (with, without) = (with.backward(), without.backward());
            let by = difference(&all_gradients(&bare, &with), &all_gradients(&bare, &without));
            prop_assert!(by < 1e-5, "{name}: gradients {by}");
            let hard = sides.negatives.unwrap().embeddings;
            let gradients = gradient(&hard, &with);
            prop_assert!(gradients.iter().all(|&g| g == 0.0), "{name}: {gradients:?}");
        }
    }

    #[test]
    fn the_gradient_of_the_temperature_is_the_slope(settings in contrastive(), seed: u64) {
        const STEP: f64 = 0.02;
        for (name, device) in DEVICES.iter() {
            let sides = Numbers::new(seed).sides(5, DIMENSION, 2, device);
            let at = |shift: f64| {
                let temperature = settings.temperature * (-shift).exp();
                let learned = LearnedTemperature::new(temperature, 0.01, device);
                (settings.loss(&sides, Some(&learned)).unwrap(), learned)
            };
            let value = |shift: f64| f64::from(number(&at(shift).0));
            let slope = (value(STEP) - value(-STEP)) / (2.0 * STEP);
            let (loss, learned) = at(0.0);
            let found = gradient(&learned.log_scale(), &loss.backward())[0];
            // Of f32 losses over 0.04, and of a curve that bends.
            let most = 2e-3 * slope.abs().max(1.0);
            prop_assert!((f64::from(found) - slope).abs() < most, "{name}: {found} and {slope}");
        }
    }

    #[test]
    fn a_student_that_is_its_teacher_has_nothing_to_learn(seed: u64, temperature in 0.1..2.0_f64) {
        for (name, device) in DEVICES.iter() {
            let mut sides = Numbers::new(seed).sides(5, DIMENSION, 2, device);
            let dots = |a: Tensor<2>, b: Tensor<2>| (a * b).sum_dim(1);
            let hard = sides.negatives.clone().unwrap().embeddings.reshape([5, 2, DIMENSION]);
            let hard = (sides.queries.clone().unsqueeze_dim::<3>(1) * hard).sum_dim(2);
            let passage = dots(sides.queries.clone(), sides.passages.clone());
            let scores = Tensor::cat(vec![passage, hard.squeeze_dim::<2>(2)], 1);
            let teacher = sides.teacher.as_mut().unwrap();
            teacher.queries = Some(sides.queries.clone());
            teacher.passages = Some(sides.passages.clone());
            // Neither a distribution nor a margin changes with the level of the scores.
            teacher.scores = Some(scores + 3.0);
            sides.translations = Some(sides.queries.clone());
            let kl = |candidates| {
                Objective::ScoreKl(ScoreKl { candidates, temperature, ..ScoreKl::default() })
            };
            let distance = |distance| Objective::Embeddings(EmbeddingDistillation { distance });
            for objective in [
                kl(Candidates::Own),
                kl(Candidates::Batch),
                Objective::MarginMse(MarginMse {}),
                Objective::QueryConsistency(QueryConsistency { temperature }),
                distance(Distance::Mse),
                distance(Distance::Cosine),
                distance(Distance::L2),
            ] {
                let loss = loss(&objective, &sides);
                prop_assert!(number(&loss).abs() < 1e-6, "{name} {objective:?}: {loss}");
                let gradients = all_gradients(&sides, &loss.backward());
                let most = gradients.iter().fold(0.0_f32, |most, g| most.max(g.abs()));
                prop_assert!(most < 1e-5, "{name} {objective:?}: {most}");
            }
        }
    }

    #[test]
    fn matryoshka_of_the_full_dimension_is_the_loss_itself(
        settings in contrastive(), seed: u64, weight in 0.1..3.0_f64,
    ) {
        for (name, device) in DEVICES.iter() {
            let sides = Numbers::new(seed).sides(5, DIMENSION, 2, device);
            let of = Objective::Contrastive(settings.clone());
            let nested = Objective::Matryoshka(Matryoshka {
                dimensions: vec![DIMENSION],
                weights: vec![weight],
                of: Box::new(of.clone()),
            });
            let plain = number(&loss(&of, &sides)) * weight as f32;
            let by = difference(&[number(&loss(&nested, &sides))], &[plain]);
            prop_assert!(by < 1e-5, "{name}: {by}");
        }
    }
}

#[test]
fn perfect_alignment_costs_nothing_as_the_temperature_falls() {
    for (name, device) in DEVICES.iter() {
        let axes = Tensor::<2>::eye(DIMENSION, device);
        for directions in [vec![Direction::QueryToPassage], Direction::ALL.to_vec()] {
            let mut last = f32::INFINITY;
            for temperature in [1.0, 0.3, 0.1, 0.03, 0.01] {
                let settings = Contrastive {
                    directions: directions.clone(),
                    softmax: Softmax::PerDirection,
                    temperature,
                    ..Contrastive::default()
                };
                let sides = Sides::new(axes.clone(), axes.clone());
                let loss = number(&settings.loss(&sides, None).unwrap());
                assert!(loss < last || loss == 0.0, "{name}: {loss} at {temperature}");
                last = loss;
            }
            assert!(last.abs() < 1e-6, "{name}: {last}");
        }
    }
}

#[test]
fn equal_embeddings_have_the_loss_of_chance() {
    for (name, device) in DEVICES.iter() {
        let ones = Tensor::<2>::full([6, 4], 0.5, device);
        for settings in [Contrastive::default(), Contrastive::symmetric()] {
            let sides = Sides::new(ones.clone(), ones.clone());
            let loss = number(&settings.loss(&sides, None).unwrap());
            assert!((loss - 6_f32.ln()).abs() < 1e-5, "{name}: {loss}");
        }
    }
}

#[test]
fn a_row_alone_has_no_loss_and_no_gradient() {
    for (name, device) in DEVICES.iter() {
        let sides = Numbers::new(3).sides(1, DIMENSION, 1, device);
        let sides = Sides { negatives: None, teacher: None, ..sides };
        let loss = Contrastive::default().loss(&sides, None).unwrap();
        assert!(number(&loss).abs() < 1e-6, "{name}: {loss}");
        let gradients = all_gradients(&sides, &loss.backward());
        assert!(gradients.iter().all(|g| g.abs() < 1e-5), "{name}: {gradients:?}");
    }
}

/// Cosines over 0.01 differ by more than f16 tells apart: the loss must be that of the same
/// numbers in f32, and gradients come back in the dtype of the embeddings.
#[test]
fn embeddings_in_f16_are_scored_in_f32() {
    for (name, device) in DEVICES.iter() {
        if name != "cpu" && !device.supports_dtype(DType::F16) {
            // This adapter has no f16 at all.
            continue;
        }
        let half = |x: Tensor<2>| x.cast(DType::F16).detach().require_grad();
        let sides = Numbers::new(5).sides(6, DIMENSION, 2, device);
        let queries = half(sides.queries);
        let passages = half(sides.passages);
        let rounded =
            Sides::new(queries.clone().cast(DType::F32), passages.clone().cast(DType::F32));
        let sides = Sides::new(queries.clone(), passages);
        let settings = Contrastive { temperature: 0.01, ..Contrastive::default() };
        let (a, b) = (settings.loss(&sides, None).unwrap(), settings.loss(&rounded, None).unwrap());
        assert_eq!(a.dtype(), DType::F32);
        assert!(difference(&[number(&a)], &[number(&b)]) < 1e-6, "{name}: {a}, {b}");
        let gradients = queries.grad(&a.backward()).unwrap();
        assert_eq!(gradients.dtype(), DType::F16, "{name}");
    }
}
