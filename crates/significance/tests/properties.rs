//! Properties of the tests, on random values.
// What is promised to be equal is equal to the last bit.
#![allow(clippy::unwrap_used, clippy::float_cmp)]

use isogloss_significance::{Comparison, Options, Spread, holm, interval, p_value};
use proptest::collection::vec;
use proptest::prelude::*;

fn options() -> impl Strategy<Value = Options> {
    (1usize..400, any::<u64>(), 0.5f64..0.999).prop_map(|(resamples, seed, confidence)| Options {
        resamples,
        seed,
        confidence,
    })
}

/// Values as retrieval has them: many exact zeros and ones.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), Just(1.0), Just(0.5), 0.0f64..1.0]
}

fn pairs() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    vec((value(), value()), 1..60).prop_map(|pairs| pairs.into_iter().unzip())
}

proptest! {
    #[test]
    fn a_p_value_is_above_0_and_at_most_1(
        (first, second) in pairs(),
        options in options(),
    ) {
        let p = Comparison::of(&first, &second, &options).unwrap().p;
        prop_assert!(p > 0.0 && p <= 1.0, "{p}");
    }

    #[test]
    fn who_comes_first_changes_signs_only((first, second) in pairs(), options in options()) {
        let one = Comparison::of(&first, &second, &options).unwrap();
        let two = Comparison::of(&second, &first, &options).unwrap();
        prop_assert_eq!(one.p, two.p);
        prop_assert_eq!(one.difference, -two.difference);
        prop_assert_eq!(one.effect, two.effect.map(|effect| -effect));
        prop_assert!((one.interval.0 + two.interval.1).abs() < 1e-12);
        prop_assert!((one.interval.1 + two.interval.0).abs() < 1e-12);
    }

    #[test]
    fn a_system_does_not_differ_from_itself((values, _) in pairs(), options in options()) {
        let same = Comparison::of(&values, &values, &options).unwrap();
        prop_assert_eq!((same.p, same.difference, same.interval), (1.0, 0.0, (0.0, 0.0)));
        prop_assert_eq!(same.effect, None);
    }

    #[test]
    fn the_interval_lies_within_the_differences(
        differences in vec(-1.0f64..1.0, 1..60),
        options in options(),
    ) {
        let (low, high) = interval(&differences, &options).unwrap();
        let least = differences.iter().copied().fold(f64::INFINITY, f64::min);
        let most = differences.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        prop_assert!(least - 1e-12 <= low && low <= high && high <= most + 1e-12);
    }

    #[test]
    fn more_confidence_is_a_wider_interval(
        differences in vec(-1.0f64..1.0, 1..40),
        options in options(),
    ) {
        let wider = Options { confidence: f64::midpoint(1.0, options.confidence), ..options };
        let (low, high) = interval(&differences, &options).unwrap();
        let (lower, higher) = interval(&differences, &wider).unwrap();
        prop_assert!(lower <= low && high <= higher);
    }

    #[test]
    fn equal_queries_beside_change_no_p_value(
        differences in vec(-1.0f64..1.0, 1..40),
        zeros in 0usize..20,
        options in options(),
    ) {
        let more = [differences.clone(), vec![0.0; zeros]].concat();
        prop_assert_eq!(p_value(&more, &options), p_value(&differences, &options));
    }

    #[test]
    fn scale_changes_no_p_value(differences in vec(-1.0f64..1.0, 1..40), options in options()) {
        // A power of two, so that nothing is rounded.
        let scaled: Vec<f64> = differences.iter().map(|d| d * 1024.0).collect();
        prop_assert_eq!(p_value(&scaled, &options), p_value(&differences, &options));
    }

    #[test]
    fn adjusted_p_values_keep_the_order_and_are_never_smaller(p in vec(0.0f64..=1.0, 0..20)) {
        let adjusted = holm(&p);
        for (at, &value) in adjusted.iter().enumerate() {
            prop_assert!(value >= p[at] && value <= 1.0);
            for (other, &adjusted) in adjusted.iter().enumerate() {
                prop_assert!(p[at] > p[other] || value <= adjusted);
            }
        }
    }

    #[test]
    fn one_smaller_p_value_raises_no_other(
        mut p in vec(0.0f64..=1.0, 1..12),
        which in any::<prop::sample::Index>(),
    ) {
        let before = holm(&p);
        let which = which.index(p.len());
        p[which] /= 2.0;
        for (after, before) in holm(&p).into_iter().zip(before) {
            prop_assert!(after <= before + 1e-15);
        }
    }

    #[test]
    fn a_spread_moves_with_its_values(values in vec(-1.0f64..1.0, 2..20), by in -5.0f64..5.0) {
        let moved: Vec<f64> = values.iter().map(|value| value + by).collect();
        let (one, two) = (Spread::of(&values).unwrap(), Spread::of(&moved).unwrap());
        prop_assert!((one.mean + by - two.mean).abs() < 1e-9);
        prop_assert!((one.deviation.unwrap() - two.deviation.unwrap()).abs() < 1e-9);
    }
}

#[test]
fn the_seed_decides_and_the_number_of_threads_does_not() {
    let differences: Vec<f64> =
        (0..500).map(|i| f64::from(i * 7919 % 101) / 100.0 - 0.48).collect();
    let figures = |seed: u64| {
        let options = Options { seed, resamples: 3000, ..Options::default() };
        (interval(&differences, &options), p_value(&differences, &options).to_bits())
    };
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let many = rayon::ThreadPoolBuilder::new().num_threads(7).build().unwrap();
    assert_eq!(alone.install(|| figures(1)), many.install(|| figures(1)));
    assert_ne!(figures(1), figures(2));
}

/// Of many comparisons of equals about 5 % come out below 0.05, not more.
#[test]
fn equals_are_called_different_as_rarely_as_promised() {
    let options = Options { resamples: 400, ..Options::default() };
    let mut state = 1_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as f64 / f64::from(1_u32 << 31) - 0.5
    };
    let below = (0..1000)
        .filter(|_| {
            let differences: Vec<f64> = (0..40).map(|_| random()).collect();
            p_value(&differences, &options) <= 0.05
        })
        .count();
    assert!((25..=75).contains(&below), "{below} of 1000");
}
