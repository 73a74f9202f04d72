//! Fusion: worked examples, and what a ranking does not list.
#![allow(clippy::unwrap_used)]

use isogloss_lexical::fusion::{Normalisation, RANK_OFFSET, normalised_sum, reciprocal_ranks};
use isogloss_lexical::{Hit, LexicalError, Order};

fn hits(list: &[(u32, f32)]) -> Vec<Hit> {
    list.iter().map(|&(document, score)| Hit { document, score }).collect()
}

fn order() -> Order {
    Order::of_ids(&["a", "b", "c", "d"])
}

fn assert_fused(fused: &[Hit], expected: &[(u32, f64)]) {
    assert_eq!(fused.len(), expected.len());
    for (hit, &(document, score)) in fused.iter().zip(expected) {
        assert_eq!(hit.document, document, "{fused:?}");
        assert!((f64::from(hit.score) - score).abs() < 1e-6, "{fused:?}");
    }
}

#[test]
fn reciprocal_ranks_add_up() {
    let words = hits(&[(0, 9.0), (1, 5.0), (2, 1.0)]);
    let vectors = hits(&[(2, 0.9), (0, 0.8), (3, 0.1)]);
    let fused = reciprocal_ranks(&[&words, &vectors], RANK_OFFSET, &order()).unwrap();
    let r = |rank: f64| 1.0 / (60.0 + rank);
    assert_fused(&fused, &[(0, r(1.0) + r(2.0)), (2, r(3.0) + r(1.0)), (1, r(2.0)), (3, r(3.0))]);
    let said = reciprocal_ranks(&[&words], -1.0, &order()).unwrap_err().to_string();
    assert_eq!(said, "`k` is -1: expected 0 or more");
}

#[test]
fn equal_sums_go_by_id_descending() {
    let (one, other) = (hits(&[(0, 2.0), (1, 1.0)]), hits(&[(1, 2.0), (0, 1.0)]));
    let fused = reciprocal_ranks(&[&one, &other], RANK_OFFSET, &order()).unwrap();
    assert_eq!(fused.iter().map(|hit| hit.document).collect::<Vec<_>>(), [1, 0]);
}

#[test]
fn normalised_scores_add_up() {
    let words = hits(&[(0, 10.0), (1, 6.0), (2, 2.0)]);
    let vectors = hits(&[(2, 0.9), (3, 0.5)]);
    let sum = |normalisation| {
        normalised_sum(&[&words, &vectors], &[1.0, 0.5], normalisation, &order()).unwrap()
    };
    // Words give 1, 0.5, 0 and 0 to what they do not list; vectors 0.5, 0 and 0.
    let fused = sum(Normalisation::MinMax);
    assert_fused(&fused, &[(0, 1.0), (2, 0.5), (1, 0.5), (3, 0.0)]);
    // Words have mean 6 and deviation √(32/3); vectors give 1 and −1, halved.
    let z = 4.0 / (32f64 / 3.0).sqrt();
    let fused = sum(Normalisation::ZScore);
    assert_fused(&fused, &[(0, z - 0.5), (1, -0.5), (2, -z + 0.5), (3, -z - 0.5)]);
}

#[test]
fn equal_scores_tell_nothing() {
    let (flat, words) = (hits(&[(0, 3.0), (1, 3.0)]), hits(&[(1, 2.0), (2, 1.0)]));
    for normalisation in [Normalisation::MinMax, Normalisation::ZScore] {
        let fused = normalised_sum(&[&flat, &words, &[]], &[1.0; 3], normalisation, &order());
        let order: Vec<u32> = fused.unwrap().iter().map(|hit| hit.document).collect();
        assert_eq!(order, [1, 2, 0]);
    }
}

#[test]
fn what_cannot_be_fused_is_named() {
    let bad = hits(&[(0, 1.0), (3, f32::NAN)]);
    let error = normalised_sum(&[&[], &bad], &[1.0, 1.0], Normalisation::MinMax, &order());
    assert_eq!(error.unwrap_err().to_string(), "ranking 1: the score of document 3 is NaN");
    let error = normalised_sum(&[&bad], &[], Normalisation::MinMax, &order()).unwrap_err();
    assert_eq!(error, LexicalError::Weights { weights: 0, rankings: 1 });
}
