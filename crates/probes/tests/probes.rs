//! Probes: equal to scikit-learn's, and right about data whose answer is known.
#![allow(clippy::unwrap_used)]

use isogloss_probes::few_shot::FewShot;
use isogloss_probes::language::{by_folds, by_split, stratified_folds};
use isogloss_probes::scores::{accuracy, macro_f1};
use isogloss_probes::{Labelled, LogisticRegression, ProbeError};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
    folds: Crossed,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    c: f64,
    dimension: usize,
    train: Vec<f32>,
    train_labels: Vec<u32>,
    test: Vec<f32>,
    test_labels: Vec<u32>,
    weights: Vec<Vec<f64>>,
    intercepts: Vec<f64>,
    predicted: Vec<u32>,
    accuracy: f64,
    macro_f1: f64,
}

#[derive(Deserialize)]
struct Crossed {
    dimension: usize,
    vectors: Vec<f32>,
    labels: Vec<u32>,
    fold_of_row: Vec<u32>,
    accuracy: Vec<f64>,
    macro_f1: Vec<f64>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("golden.json")).unwrap()
}

#[test]
fn weights_equal_scikit_learns() {
    for case in golden().cases {
        let train = Labelled::new(&case.train, case.dimension, &case.train_labels).unwrap();
        let exact =
            LogisticRegression { inverse_penalty: case.c, max_iterations: 5_000, tolerance: 1e-11 };
        let fitted = exact.fit(&train).unwrap();
        assert!(fitted.converged(), "{}", case.name);
        assert_eq!(fitted.weights().count(), case.weights.len(), "{}", case.name);
        let expected = case.weights.iter().zip(&case.intercepts);
        for ((weights, bias), (expected, intercept)) in fitted.weights().zip(expected) {
            let largest = expected.iter().fold(1f64, |most, it| most.max(it.abs()));
            let off = weights.iter().zip(expected).map(|(a, b)| (a - b).abs());
            let off = off.fold((bias - intercept).abs(), f64::max);
            assert!(off < 2e-5 * largest, "{}: {off}", case.name);
        }
    }
}

#[test]
fn predictions_and_scores_equal_scikit_learns() {
    for case in golden().cases {
        let train = Labelled::new(&case.train, case.dimension, &case.train_labels).unwrap();
        let test = Labelled::new(&case.test, case.dimension, &case.test_labels).unwrap();
        let regression =
            LogisticRegression { inverse_penalty: case.c, ..LogisticRegression::default() };
        let predicted = regression.fit(&train).unwrap().predict(&test).unwrap();
        assert_eq!(predicted, case.predicted, "{}", case.name);
        assert!((accuracy(&case.test_labels, &predicted) - case.accuracy).abs() < 1e-12);
        assert!((macro_f1(&case.test_labels, &predicted) - case.macro_f1).abs() < 1e-12);
        let outcome = by_split(&train, &test, regression).unwrap();
        assert!((outcome.accuracy[0] - case.accuracy).abs() < 1e-12);
    }
}

#[test]
fn cross_validation_equals_scikit_learns() {
    let Crossed { dimension, vectors, labels, fold_of_row: folds, accuracy, macro_f1 } =
        golden().folds;
    let data = Labelled::new(&vectors, dimension, &labels).unwrap();
    let outcome = by_folds(&data, &folds, LogisticRegression::default()).unwrap();
    assert_eq!(outcome.accuracy, accuracy);
    assert!(outcome.macro_f1.iter().zip(&macro_f1).all(|(a, b)| (a - b).abs() < 1e-12));
    assert!((outcome.chance - 30.0 / 84.0).abs() < 1e-12);
    let told: f64 = outcome.recall.iter().zip([30.0, 24.0, 18.0, 12.0]).map(|(r, n)| r.1 * n).sum();
    let sizes = (0..5).map(|fold| folds.iter().filter(|it| **it == fold).count() as f64);
    let expected: f64 = accuracy.iter().zip(sizes).map(|(share, size)| share * size).sum();
    assert!((told - expected).abs() < 1e-9);
}

/// Rows of 5 labels: noise, plus `apart` along an axis of the label.
fn rows(seed: u64, count: usize, dimension: usize, apart: f32) -> (Vec<f32>, Vec<u32>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let labels: Vec<u32> = (0..count as u32).map(|row| row % 5).collect();
    let mut vectors = Vec::new();
    for label in &labels {
        let mut row: Vec<f32> = (0..dimension).map(|_| rng.random_range(-1.0..1.0)).collect();
        row[*label as usize] += apart;
        vectors.extend(row);
    }
    (vectors, labels)
}

#[test]
fn languages_are_told_where_they_lie_apart_and_only_there() {
    let (dimension, count) = (20, 500);
    let probe = |apart| {
        let (vectors, labels) = rows(1, count, dimension, apart);
        let data = Labelled::new(&vectors, dimension, &labels).unwrap();
        let folds = stratified_folds(&labels, 5, 3);
        by_folds(&data, &folds, LogisticRegression::default()).unwrap()
    };
    let apart = probe(3.0);
    assert!(apart.mean_accuracy().0 > 0.97 && apart.recall.iter().all(|it| it.1 > 0.9));
    let mixed = probe(0.0);
    assert!((mixed.chance - 0.2).abs() < 1e-12);
    // Five deviations of a share of 500 rows.
    assert!((mixed.mean_accuracy().0 - mixed.chance).abs() < 0.09, "{:?}", mixed.accuracy);
}

#[test]
fn folds_have_equal_shares_of_each_label() {
    let labels: Vec<u32> = (0..103).map(|row| if row < 60 { 4 } else { row % 3 }).collect();
    let folds = stratified_folds(&labels, 5, 1);
    for label in [0, 1, 2, 4] {
        let count =
            |fold| labels.iter().zip(&folds).filter(|it| *it.0 == label && *it.1 == fold).count();
        let counts = [0, 1, 2, 3, 4].map(count);
        assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1, "{counts:?}");
    }
    assert_eq!(folds, stratified_folds(&labels, 5, 1));
    assert_ne!(folds, stratified_folds(&labels, 5, 2));
}

#[test]
fn few_examples_are_enough_where_labels_lie_apart() {
    let dimension = 12;
    let (train, train_labels) = rows(1, 300, dimension, 3.0);
    let (test, mut test_labels) = rows(2, 200, dimension, 3.0);
    // A label that is never seen in training: its rows are wrong.
    test_labels[..10].fill(9);
    let train = Labelled::new(&train, dimension, &train_labels).unwrap();
    let test = Labelled::new(&test, dimension, &test_labels).unwrap();
    let outcome = FewShot::default().run(&train, &test).unwrap();
    assert_eq!((outcome.accuracy.len(), outcome.unconverged), (10, 0));
    let (mean, deviation) = outcome.mean_accuracy();
    assert!(mean > 0.9 && mean <= 0.95 && deviation < 0.03, "{mean} {deviation}");
    // The unseen label has an F1 of 0 among six.
    assert!(outcome.mean_macro_f1().0 < 5.0 / 6.0);
}

#[test]
fn draws_follow_the_seed() {
    let dimension = 12;
    let ((train, train_labels), (test, test_labels)) =
        (rows(1, 300, dimension, 1.0), rows(2, 200, dimension, 1.0));
    let train = Labelled::new(&train, dimension, &train_labels).unwrap();
    let test = Labelled::new(&test, dimension, &test_labels).unwrap();
    let run = |seed| FewShot { seed, ..FewShot::default() }.run(&train, &test).unwrap();
    assert_eq!(run(42), run(42));
    assert_ne!(run(42).accuracy, run(1).accuracy);
    assert!(run(42).mean_accuracy().1 > 0.0);
}

#[test]
fn what_cannot_be_probed_is_named() {
    let labels = [1, 1, 2];
    let vectors = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
    let said = |result: Result<Labelled, ProbeError>| result.unwrap_err().to_string();
    let shape = said(Labelled::new(&vectors[..5], 2, &labels));
    assert_eq!(shape, "5 numbers are not 3 vectors of 2 dimensions");
    assert_eq!(said(Labelled::new(&[0.0, f32::INFINITY], 1, &[1, 2])), "row 1 holds inf");

    let data = Labelled::new(&vectors, 2, &labels).unwrap();
    let one = Labelled::new(&vectors[..4], 2, &labels[..2]).unwrap();
    let none = Labelled::new(&[], 2, &[]).unwrap();
    let regression = LogisticRegression::default();
    assert_eq!(regression.fit(&one).unwrap_err(), ProbeError::Labels { found: 1 });
    assert_eq!(
        by_split(&data, &none, regression).unwrap_err().to_string(),
        "no rows to be judged on"
    );
    let folds = by_folds(&data, &[0, 2, 2], regression).unwrap_err();
    assert_eq!(folds.to_string(), "no rows to be judged on in fold 1");
    let narrow = Labelled::new(&vectors[..3], 1, &labels).unwrap();
    let error = regression.fit(&data).unwrap().predict(&narrow).unwrap_err();
    assert_eq!(error, ProbeError::Dimension { train: 2, test: 1 });
    let bad = LogisticRegression { inverse_penalty: 0.0, ..regression };
    assert_eq!(bad.fit(&data).unwrap_err().to_string(), "`C` is 0: expected more than 0");
}
