//! Hard negatives: which come with a row, and which may not.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeSet;

use common::Build;
use corpora::training::Entry;
use isogloss_sampling::{Batch, Composition, NegativeCounts, Plan, Sampler, SamplingError};
use proptest::prelude::*;

fn plan(composition: Composition, batch: usize, negatives_per_query: usize) -> Plan {
    Plan { composition, batch, negatives_per_query, ..Plan::default() }
}

fn without(batch: &Batch) -> Batch {
    Batch { negatives: vec![Vec::new(); batch.len()], ..batch.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Negatives come from a pool in which they are often a passage or query of other rows.
    #[test]
    fn negatives_are_of_the_row_and_mean_none_of_the_batch(
        entries in prop::collection::vec((0..3_u32, 0..300_u32, 300..600_u32), 60..120),
        lists in prop::collection::vec(prop::collection::vec(0..700_u32, 0..8), 120),
        per_query in 1..4_usize,
        cross in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let mut build = Build::new(&["de", "en", "th"], &["one"]);
        for (i, &(language, query, passage)) in (0..).zip(&entries) {
            build = build.entry(Entry { group: i / 3, source: 0, language, query, passage });
        }
        for (i, texts) in (0..entries.len() as u32).zip(&lists) {
            for &text in texts {
                build = build.negative(i, text);
            }
        }
        let set = build.set();
        let composition = if cross { Composition::Cross } else { Composition::Mixed };
        let plan = Plan { seed, ..plan(composition, 3, per_query) };
        let sampler = Sampler::new(&set, &plan);
        prop_assume!(!matches!(
            sampler,
            Err(SamplingError::TooFew { .. } | SamplingError::NoNegatives { .. } | SamplingError::NoCross { .. })
        ));
        let (mut sampler, mut counts) = (sampler.unwrap(), NegativeCounts::default());
        let mut again = Sampler::new(&set, &plan).unwrap();
        let mut plain = Sampler::new(&set, &Plan { negatives_per_query: 0, ..plan }).unwrap();
        for _ in 0..10 {
            let batch = sampler.next_batch();
            prop_assert_eq!(&again.next_batch(), &batch);
            prop_assert_eq!(plain.next_batch(), without(&batch), "negatives change no row");
            let positives: BTreeSet<u32> =
                batch.queries.iter().chain(&batch.passages).copied().collect();
            for (i, negatives) in batch.negatives.iter().enumerate() {
                let own: BTreeSet<u32> = (0..)
                    .zip(&set.entries)
                    .filter(|(_, e)| e.group == batch.groups[i])
                    .filter(|(_, e)| e.query == batch.queries[i] || e.passage == batch.passages[i])
                    .flat_map(|(position, _)| set.negatives.of(position).to_vec())
                    .collect();
                let drawn: BTreeSet<u32> = negatives.iter().copied().collect();
                prop_assert!(drawn.len() == negatives.len() && negatives.len() <= per_query);
                prop_assert!(drawn.is_subset(&own));
                prop_assert!(drawn.is_disjoint(&positives));
                // Neither does one stand in an entry beside a text of the batch.
                for e in &set.entries {
                    let side = |texts: &BTreeSet<u32>, text: u32| texts.contains(&text);
                    let same_group = batch.groups.contains(&e.group);
                    prop_assert!(!(same_group && (side(&drawn, e.passage) || side(&drawn, e.query))));
                }
                counts.drawn += negatives.len() as u64;
            }
            counts.asked += (batch.len() * per_query) as u64;
        }
        let told = sampler.tally().negatives.unwrap();
        prop_assert_eq!((told.asked, told.drawn), (counts.asked, counts.drawn));
    }
}

#[test]
fn all_negatives_of_a_row_come_up_as_often_as_one_another() {
    let set = Build::new(&["en"], &["one"]).pairs(0, &[0], 10).negatives(5).set();
    let mut sampler = Sampler::new(&set, &plan(Composition::Mono, 5, 2)).unwrap();
    let mut drawn = vec![0_u32; set.texts.len()];
    for _ in 0..2000 {
        let batch = sampler.next_batch();
        assert!(batch.negatives.iter().all(|of_row| of_row.len() == 2));
        batch.negatives.iter().flatten().for_each(|&text| drawn[text as usize] += 1);
    }
    // 10,000 rows of two, over 10 rows of five.
    let drawn: Vec<u32> = set.negatives.iter().map(|(_, text)| drawn[text as usize]).collect();
    assert!(drawn.iter().all(|count| (330..470).contains(count)), "{drawn:?}");
    let counts = sampler.tally().negatives;
    assert_eq!(counts, Some(NegativeCounts { asked: 20_000, drawn: 20_000, dropped: 0 }));
}

#[test]
fn a_cross_row_takes_negatives_in_the_passages_language_first() {
    let set = Build::new(&["de", "en"], &["one"]).pairs(0, &[0, 1], 10).negatives(2).set();
    for (per_query, from_passage) in [(1, 1), (2, 2), (3, 2), (5, 2)] {
        let mut sampler = Sampler::new(&set, &plan(Composition::Cross, 4, per_query)).unwrap();
        for _ in 0..20 {
            let batch = sampler.next_batch();
            for (i, negatives) in batch.negatives.iter().enumerate() {
                assert_eq!(negatives.len(), per_query.min(4));
                let passage = set.entries.iter().position(|e| e.passage == batch.passages[i]);
                let of_passage = set.negatives.of(passage.unwrap() as u32);
                assert!(negatives[..from_passage].iter().all(|text| of_passage.contains(text)));
                assert!(negatives[from_passage..].iter().all(|text| !of_passage.contains(text)));
            }
        }
    }
}

#[test]
fn what_answers_a_query_of_the_batch_is_passed_over_and_counted() {
    // The only negative of the first row is the second row's passage, in the other language.
    let set = Build::new(&["de", "en"], &["one"]).pairs(0, &[0, 1], 2).negative(1, 5).set();
    let with = Plan { languages: vec!["en".into()], ..plan(Composition::Mono, 2, 1) };
    let mut sampler = Sampler::new(&set, &with).unwrap();
    assert!(sampler.next_batch().negatives.iter().all(Vec::is_empty));
    let counts = sampler.tally().negatives;
    assert_eq!(counts, Some(NegativeCounts { asked: 2, drawn: 0, dropped: 1 }));
}

#[test]
fn negatives_asked_of_data_without_any_are_refused() {
    let build = || Build::new(&["de", "en"], &["one"]).pairs(0, &[0], 10).negatives(1);
    let set = build().pairs(0, &[1], 10).set();
    assert!(Sampler::new(&set, &plan(Composition::Mono, 2, 3)).is_ok());
    let english = Plan { languages: vec!["en".into()], ..plan(Composition::Mono, 2, 3) };
    let error = Sampler::new(&set, &english).unwrap_err();
    assert_eq!(error, SamplingError::NoNegatives { asked: 3 });
    assert!(error.to_string().contains("negatives_per_query is 3"), "{error}");

    let mut outside = build().set();
    outside.negatives = [(3, 1000)].into_iter().collect();
    let message = Sampler::new(&outside, &plan(Composition::Mono, 2, 1)).unwrap_err().to_string();
    assert!(message.contains("entry 3") && message.contains("negative is 1000"), "{message}");
    outside.negatives = [(1000, 3)].into_iter().collect();
    assert!(Sampler::new(&outside, &Plan { batch: 2, ..Plan::default() }).is_err());
}
