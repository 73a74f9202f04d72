//! Drawn shares approach planned ones.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;

use common::Build;
use isogloss_sampling::{Composition, Plan, Sampler, Share, Tally};

fn tally(build: Build, plan: &Plan, batches: u64) -> Tally {
    let mut sampler = Sampler::new(&build.set(), plan).unwrap();
    sampler.skip(batches);
    sampler.tally()
}

fn near(shares: &BTreeMap<String, Share>, expected: &[(&str, f64)]) {
    let names: Vec<&str> = shares.keys().map(String::as_str).collect();
    assert_eq!(names, expected.iter().map(|e| e.0).collect::<Vec<_>>());
    for &(name, share) in expected {
        let Share { planned, drawn, .. } = shares[name];
        assert!((planned - share).abs() < 1e-6, "{name}: planned {planned}, not {share}");
        assert!((drawn - share).abs() < 0.025, "{name}: drawn {drawn}, planned {planned}");
    }
}

fn unequal() -> Build {
    Build::new(&["de", "en", "th"], &["one"]).pairs(0, &[1], 300).pairs(0, &[0, 1], 60).pairs(
        0,
        &[0, 1, 2],
        40,
    )
}

#[test]
fn alpha_is_the_share_of_mono_batches() {
    for alpha in [0.0, 0.3, 0.5, 1.0] {
        let composition = Composition::hybrid(alpha).unwrap();
        let plan = Plan { composition, batch: 8, ..Plan::default() };
        let kinds = tally(unequal(), &plan, 4000).kinds;
        let drawn = |kind: &str| kinds.get(kind).map_or(0.0, |share| share.drawn);
        assert!((drawn("mono") - alpha).abs() < 0.025, "{alpha}: {kinds:?}");
        assert!((drawn("mono") + drawn("cross") - 1.0).abs() < 1e-12);
    }
}

#[test]
fn a_moving_alpha_moves_the_share_of_mono_batches() {
    for (word, steps, quarter) in [
        ("hybrid:0.9..0.1", 8000, [0.8, 0.6, 0.4, 0.2]),
        // Means of (1 - cos)/2 over the quarters of 0..pi.
        ("hybrid:0..1:cosine", 8000, [0.0498, 0.3136, 0.6864, 0.9502]),
    ] {
        let plan = Plan {
            composition: word.parse().unwrap(),
            batch: 4,
            steps: Some(steps),
            ..Plan::default()
        };
        let mut sampler = Sampler::new(&unequal().set(), &plan).unwrap();
        assert!((sampler.tally().kinds["mono"].planned - 0.5).abs() < 1e-9);
        let mut before = 0;
        let mut expected = 0.0;
        for (i, share) in quarter.into_iter().enumerate() {
            sampler.skip(steps / 4);
            let mono = sampler.tally().kinds["mono"];
            let drawn = (mono.count - before) as f64 / (steps / 4) as f64;
            assert!((drawn - share).abs() < 0.03, "{word}, quarter {i}: {drawn}, not {share}");
            before = mono.count;
            // Planned is what was due so far, not what the whole run plans.
            expected += share;
            assert!((mono.planned - expected / (i + 1) as f64).abs() < 1e-3, "{word}: {mono:?}");
        }
    }
}

#[test]
fn languages_are_uniform_or_by_size_to_a_power() {
    // 100 German, 400 English, 40 Thai entries.
    let power = |power: f64| {
        let sizes = [100.0_f64, 400.0, 40.0].map(|size| size.powf(power));
        let total: f64 = sizes.iter().sum();
        [("de", sizes[0] / total), ("en", sizes[1] / total), ("th", sizes[2] / total)]
    };
    for language_power in [0.0, 0.5, 1.0] {
        for composition in [Composition::Mono, Composition::Mixed] {
            let plan = Plan { composition, batch: 4, language_power, ..Plan::default() };
            near(&tally(unequal(), &plan, 4000).languages, &power(language_power));
        }
    }
}

#[test]
fn cross_rows_draw_an_ordered_pair_of_those_that_exist() {
    // English stands beside German and beside Thai; German and Thai never meet.
    let build =
        Build::new(&["de", "en", "th"], &["one"]).pairs(0, &[0, 1], 80).pairs(0, &[1, 2], 80);
    let plan = Plan { composition: Composition::Cross, batch: 6, ..Plan::default() };
    let third = 1.0 / 3.0;
    near(
        &tally(build, &plan, 3000).pairs,
        &[("de-en", third), ("en-de", third / 2.0), ("en-th", third / 2.0), ("th-en", third)],
    );
}

#[test]
fn sources_are_drawn_by_weight_per_row_or_per_batch() {
    for one_source_per_batch in [false, true] {
        let build = Build::new(&["de", "en"], &["big", "named", "off"])
            .pairs(0, &[0, 1], 200)
            .pairs(1, &[0, 1], 50)
            .pairs(2, &[0, 1], 50);
        let source_weights = [("named".to_owned(), 60.0), ("off".to_owned(), 0.0)].into();
        // `big` has 400 entries and the default weight 400^0.5 = 20.
        let plan = Plan {
            batch: 8,
            source_weights,
            source_power: 0.5,
            one_source_per_batch,
            ..Plan::default()
        };
        near(&tally(build, &plan, 4000).sources, &[("big", 0.25), ("named", 0.75)]);
    }
}

#[test]
fn a_source_of_one_language_serves_mono_batches_and_bitext_serves_cross_batches() {
    let build = || {
        Build::new(&["de", "en"], &["bitext", "english", "parallel"])
            .bitext(0, &[0, 1], 100)
            .pairs(1, &[1], 100)
            .pairs(2, &[0, 1], 100)
    };
    let plan = |composition| Plan { composition, batch: 5, source_power: 0.0, ..Plan::default() };
    let mono = tally(build(), &plan(Composition::Mono), 4000);
    // German batches, one half, come from `parallel` alone.
    near(&mono.sources, &[("english", 0.25), ("parallel", 0.75)]);
    let cross = tally(build(), &plan(Composition::Cross), 4000);
    near(&cross.sources, &[("bitext", 0.5), ("parallel", 0.5)]);
}

#[test]
fn what_a_small_queue_cannot_give_goes_to_the_others_and_shows() {
    let build =
        Build::new(&["de", "en", "th"], &["one"]).pairs(0, &[0, 1], 100).pairs(0, &[2, 1], 2);
    let plan = Plan { composition: Composition::Cross, batch: 30, ..Plan::default() };
    let tally = tally(build, &plan, 50);
    assert_eq!((tally.rows, tally.short_batches), (1500, 0));
    let thai = tally.languages["th"];
    assert!(thai.planned > 0.2 && thai.drawn < 0.04, "{thai:?}");
}

#[test]
fn another_seed_gives_other_batches() {
    let set = unequal().set();
    let batch = |seed| Sampler::new(&set, &Plan { batch: 20, seed, ..Plan::default() }).unwrap();
    let (mut one, mut two) = (batch(1), batch(2));
    assert!((0..5).all(|_| one.next_batch().groups != two.next_batch().groups));
}
