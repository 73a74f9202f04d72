//! A plan that cannot be carried out is refused before the first batch, and the message says why.
#![allow(clippy::unwrap_used)]

mod common;

use common::Build;
use corpora::training::Entry;
use isogloss_sampling::{Composition, Plan, Sampler, SamplingError};

fn parallel(count: u32) -> Build {
    Build::new(&["de", "en", "th"], &["one", "two"]).pairs(0, &[0, 1], count)
}

fn plan(composition: Composition) -> Plan {
    Plan { composition, batch: 4, ..Plan::default() }
}

/// The error, after checking that its message names all of `words`.
fn refused(build: Build, plan: &Plan, words: &[&str]) -> SamplingError {
    let error = Sampler::new(&build.set(), plan).unwrap_err();
    let message = error.to_string();
    assert!(words.iter().all(|word| message.contains(word)), "{message}");
    error
}

#[test]
fn numbers_out_of_range() {
    for (alpha, shown) in [(1.5, "1.5"), (-0.1, "-0.1"), (f64::NAN, "NaN")] {
        let message = Composition::hybrid(alpha).unwrap_err().to_string();
        assert!(message.contains(shown) && message.contains("0..=1"), "{message}");
    }
    refused(parallel(9), &Plan { batch: 1, ..Plan::default() }, &["batch of 1"]);
    let weights = |weight| Plan {
        source_weights: [("one".to_owned(), weight)].into(),
        ..plan(Composition::Mono)
    };
    refused(parallel(9), &weights(-2.0), &["source `one`", "-2"]);
    refused(parallel(9), &weights(f64::INFINITY), &["source `one`", "inf"]);
    let power = Plan { language_power: -1.0, ..plan(Composition::Mono) };
    refused(parallel(9), &power, &["language_power", "-1"]);
}

#[test]
fn a_moving_alpha_without_the_length_of_the_run() {
    let moving = plan("hybrid:0.8..0.2".parse().unwrap());
    refused(parallel(9), &moving, &["hybrid:0.8..0.2", "steps"]);
    assert!(Sampler::new(&parallel(9).set(), &Plan { steps: Some(9), ..moving }).is_ok());
}

#[test]
fn a_moving_alpha_needs_data_for_both_its_ends() {
    let bitext = Build::new(&["de", "en"], &["one"]).bitext(0, &[0, 1], 20);
    let moving = Plan { steps: Some(9), ..plan("hybrid:0..0.5".parse().unwrap()) };
    refused(bitext, &moving, &["bitext serves cross batches only"]);
}

#[test]
fn unknown_names() {
    let plan = |weights: &str, language: &str| Plan {
        source_weights: [(weights.to_owned(), 1.0)].into(),
        languages: vec![language.to_owned()],
        ..plan(Composition::Mono)
    };
    refused(parallel(9), &plan("three", "en"), &["`three`", "one, two"]);
    refused(parallel(9), &plan("one", "xx"), &["`xx`", "de, en, th"]);
}

#[test]
fn a_language_without_data() {
    let plan = |composition, language: &str| Plan {
        languages: vec!["en".to_owned(), language.to_owned()],
        ..plan(composition)
    };
    let error = refused(parallel(9), &plan(Composition::Mono, "th"), &["`th`", "mono"]);
    assert!(matches!(error, SamplingError::NoData { .. }));
    // Thai has texts, but as bitext, which does not serve mono batches.
    let bitext = || parallel(9).bitext(1, &[1, 2], 9);
    refused(bitext(), &plan(Composition::Mono, "th"), &["`th`", "mono"]);
    assert!(Sampler::new(&bitext().set(), &plan(Composition::default(), "th")).is_ok());
}

#[test]
fn no_translations_for_cross_and_no_pairs_for_mono() {
    let english = || Build::new(&["de", "en"], &["one"]).pairs(0, &[1], 20);
    for composition in [Composition::Cross, Composition::default()] {
        let error = refused(english(), &plan(composition), &["two languages"]);
        assert!(matches!(error, SamplingError::NoCross { .. }));
    }
    assert!(Sampler::new(&english().set(), &plan(Composition::hybrid(1.0).unwrap())).is_ok());
    let bitext = || Build::new(&["de", "en"], &["one"]).bitext(0, &[0, 1], 20);
    for composition in [Composition::Mono, Composition::Mixed, Composition::default()] {
        let error = refused(bitext(), &plan(composition), &["bitext serves cross batches only"]);
        assert!(matches!(error, SamplingError::NoMono { .. }));
    }
    assert!(Sampler::new(&bitext().set(), &plan(Composition::Cross)).is_ok());
}

#[test]
fn a_name_spelt_alike_in_both_languages_is_no_cross_pair() {
    let mut build = Build::new(&["de", "en"], &["one"]);
    for group in 0..20 {
        for language in [0, 1] {
            build = build.entry(Entry { group, source: 0, language, query: group, passage: group });
        }
    }
    refused(build, &plan(Composition::Cross), &["different texts in two languages"]);
}

#[test]
fn too_few_distinct_examples() {
    // 20 German pairs, but with three passages; plenty of English.
    let few = || {
        Build::new(&["de", "en"], &["one", "two"])
            .one_passage(0, 0, 18)
            .pairs(0, &[0], 2)
            .pairs(1, &[0, 1], 1)
            .pairs(1, &[1], 50)
    };
    let plan = |composition, one_source_per_batch| Plan {
        batch: 5,
        one_source_per_batch,
        ..plan(composition)
    };
    let mono =
        refused(few(), &plan(Composition::Mono, false), &["language `de`", "batch of 5", "only 4"]);
    assert!(matches!(mono, SamplingError::TooFew { distinct: 4, batch: 5, .. }));
    refused(few(), &plan(Composition::Mono, true), &["`de`", "source `one`", "only 3"]);
    refused(few(), &plan(Composition::Cross, false), &["cross batches", "only 1"]);
    assert!(Sampler::new(&few().set(), &plan(Composition::Mixed, false)).is_ok());
    refused(few(), &plan(Composition::Mixed, true), &["mixed batches", "source `one`", "only 3"]);
    let without =
        Plan { excluded_languages: vec!["de".to_owned()], ..plan(Composition::Mono, false) };
    assert!(Sampler::new(&few().set(), &without).is_ok());
}

#[test]
fn nothing_left_and_contradictions() {
    let weights = [("one".to_owned(), 0.0), ("two".to_owned(), 0.0)].into();
    let plan = Plan { source_weights: weights, ..plan(Composition::Mono) };
    assert_eq!(Sampler::new(&parallel(9).set(), &plan).unwrap_err(), SamplingError::Empty);
    let mut set = parallel(9).set();
    set.entries[3].language = 7;
    let message = Sampler::new(&set, &Plan::default()).unwrap_err().to_string();
    assert!(message.contains("entry 3") && message.contains("language is 7"), "{message}");
}

#[test]
fn a_misspelt_name_comes_with_the_one_that_was_meant() {
    let build = || Build::new(&["de", "en", "th"], &["wikipedia"]).pairs(0, &[0, 1, 2], 9);
    let weights =
        Plan { source_weights: [("wikipdia".to_owned(), 1.0)].into(), ..plan(Composition::Mono) };
    refused(build(), &weights, &["did you mean `wikipedia`?"]);
    let language = Plan { languages: vec!["EN".to_owned()], ..plan(Composition::Mono) };
    refused(build(), &language, &["unknown language `EN`", "did you mean `en`?"]);
    let excluded = Plan { excluded_languages: vec!["el".to_owned()], ..plan(Composition::Cross) };
    refused(build(), &excluded, &["unknown language `el`", "did you mean `en`?"]);
}

fn pairs(pairs: &[&str], excluded: &[&str]) -> Plan {
    let own = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    Plan { pairs: own(pairs), excluded_pairs: own(excluded), ..plan(Composition::Cross) }
}

#[test]
fn pairs_that_are_none_of_the_training_set() {
    for (name, words) in [
        ("de-ne", &["`de-ne`", "`pairs`", "did you mean `de-en`?", "de, en, th"][..]),
        ("de>en", &["`de>en`", "QUERY-PASSAGE", "did you mean `de-en`?"]),
        ("fr-it", &["unknown pair of languages `fr-it` in", ": expected"]),
        ("de", &["unknown pair of languages `de`"]),
        ("en-en", &["`en-en`", "one language twice"]),
    ] {
        refused(parallel(9), &pairs(&[name], &[]), words);
        let words: Vec<&str> =
            words.iter().map(|&w| if w == "`pairs`" { "`excluded_pairs`" } else { w }).collect();
        refused(parallel(9), &pairs(&[], &[name]), &words);
    }
}

#[test]
fn pairs_without_data() {
    let error = refused(parallel(9), &pairs(&["de-en", "en-th"], &[]), &["pair `en-th`"]);
    assert!(matches!(error, SamplingError::NoPairData { .. }));
    let error = refused(parallel(9), &pairs(&["th-de"], &[]), &["pair `th-de`"]);
    assert!(matches!(error, SamplingError::NoPairData { .. }));
    let error = refused(parallel(9), &pairs(&[], &["de-en", "en-de"]), &["`excluded_pairs`"]);
    assert!(matches!(error, SamplingError::NoPairs { .. }));
}

#[test]
fn options_that_contradict_one_another() {
    let both = pairs(&["de-en"], &["de-en"]);
    refused(parallel(9), &both, &["conflicting", "`de-en` stands in `pairs`", "`excluded_pairs`"]);
    let left_out = Plan { excluded_languages: vec!["en".to_owned()], ..pairs(&["de-en"], &[]) };
    refused(parallel(9), &left_out, &["`de-en`", "the language `en` is left out"]);
    let mono = Plan { composition: Composition::Mono, ..pairs(&["de-en"], &[]) };
    refused(parallel(9), &mono, &["mono batches have no cross rows"]);
    let twice = Plan {
        languages: vec!["en".to_owned()],
        excluded_languages: vec!["en".to_owned()],
        ..plan(Composition::Mono)
    };
    refused(parallel(9), &twice, &["`en` stands in `languages` and in `excluded_languages`"]);
}

#[test]
fn a_pair_is_cut_between_two_languages_also_where_codes_hold_a_hyphen() {
    let build = || Build::new(&["pt", "pt-BR", "zh-Hans"], &["one"]).pairs(0, &[0, 1, 2], 9);
    for name in ["pt-BR-zh-Hans", "zh-Hans-pt", "pt-pt-BR"] {
        let mut sampler = Sampler::new(&build().set(), &pairs(&[name], &[])).unwrap();
        sampler.skip(3);
        assert_eq!(sampler.tally().pairs.keys().collect::<Vec<_>>(), [name]);
    }
    let build = Build::new(&["a", "a-b", "b-c", "c"], &["one"]).pairs(0, &[0, 1, 2, 3], 9);
    refused(build, &pairs(&["a-b-c"], &[]), &["`a-b-c`", "several ways"]);
}
