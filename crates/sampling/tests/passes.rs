//! Every entry is visited, and none again before the others.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::Build;
use isogloss_sampling::{Batch, Composition, Plan, Sampler};
use proptest::prelude::*;

fn plan(composition: Composition, batch: usize, seed: u64) -> Plan {
    Plan { composition, batch, seed, ..Plan::default() }
}

/// How often each row (group, query language, passage language) was drawn.
fn counts(batches: &[Batch]) -> BTreeMap<(u32, u32, u32), u32> {
    let mut counts = BTreeMap::new();
    for batch in batches {
        for i in 0..batch.len() {
            let row = (batch.groups[i], batch.query_languages[i], batch.passage_languages[i]);
            *counts.entry(row).or_default() += 1;
        }
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn each_pass_of_a_language_visits_every_entry_once(
        batch in 2..20_usize, passes in 1..4_u32, seed in any::<u64>(),
    ) {
        // As many entries as rows of ten batches, so that a pass ends with a batch.
        let entries = 10 * batch as u32;
        let set = Build::new(&["en"], &["one"]).pairs(0, &[0], entries).set();
        let mut sampler = Sampler::new(&set, &plan(Composition::Mono, batch, seed)).unwrap();
        let batches: Vec<Batch> = (0..10 * passes).map(|_| sampler.next_batch()).collect();
        let counts = counts(&batches);
        prop_assert_eq!(counts.len() as u32, entries);
        prop_assert!(counts.values().all(|&count| count == passes));
    }

    #[test]
    fn each_ordered_pair_of_languages_visits_every_group_before_any_again(seed in any::<u64>()) {
        let set = Build::new(&["de", "en", "th"], &["one"]).pairs(0, &[0, 1, 2], 40).set();
        let mut sampler = Sampler::new(&set, &plan(Composition::Cross, 7, seed)).unwrap();
        let mut seen: BTreeMap<(u32, u32), Vec<u32>> = BTreeMap::new();
        for _ in 0..100 {
            let batch = sampler.next_batch();
            for i in 0..batch.len() {
                let pair = (batch.query_languages[i], batch.passage_languages[i]);
                seen.entry(pair).or_default().push(batch.groups[i]);
            }
        }
        prop_assert_eq!(seen.len(), 6);
        for groups in seen.values() {
            // A pass ends early only when all it has left, at most six groups, are in the batch
            // already with other languages; those come first in the next.
            let distinct = |rows| groups.iter().take(rows).collect::<BTreeSet<_>>().len();
            prop_assert_eq!(distinct(40 - 6), 40 - 6);
            prop_assert_eq!(distinct(60), 40);
        }
    }
}

#[test]
fn rows_of_a_shared_passage_are_deferred_and_not_lost() {
    // 30 questions with one answer: a batch of 5 holds one of them at most.
    let set = Build::new(&["en"], &["one"]).one_passage(0, 0, 30).pairs(0, &[0], 20).set();
    let mut sampler = Sampler::new(&set, &plan(Composition::Mono, 5, 3)).unwrap();
    let batches: Vec<Batch> = (0..30).map(|_| sampler.next_batch()).collect();
    assert!(batches.iter().all(|batch| batch.len() == 5));
    let shared = |batch: &Batch| batch.groups.iter().filter(|&&group| group < 30).count();
    assert!(batches.iter().all(|batch| shared(batch) <= 1));
    // The first 20 rows of the others are all of them: none came twice before the last came once.
    let others: Vec<u32> =
        batches.iter().flat_map(|b| b.groups.iter().copied().filter(|&g| g >= 30)).collect();
    let mut first = others[..20].to_vec();
    first.sort_unstable();
    assert_eq!(first, (30..50).collect::<Vec<_>>());
    let visited = counts(&(0..20).map(|_| sampler.next_batch()).chain(batches).collect::<Vec<_>>());
    assert_eq!(visited.len(), 50, "every question came up");
}

#[test]
fn alternatives_of_a_language_all_come_up() {
    use corpora::training::Entry;
    // `Bank` and `Geldinstitut` both stand beside `bank`.
    let mut build = Build::new(&["de", "en"], &["lexicon"]).bitext(0, &[0, 1], 5);
    for (language, text) in [(0, 100), (0, 101), (1, 102)] {
        build = build.entry(Entry { group: 5, source: 0, language, query: text, passage: text });
    }
    let mut sampler = Sampler::new(&build.set(), &plan(Composition::Cross, 3, 1)).unwrap();
    let mut drawn = BTreeSet::new();
    for _ in 0..60 {
        let batch = sampler.next_batch();
        for i in (0..batch.len()).filter(|&i| batch.groups[i] == 5) {
            drawn.insert((batch.queries[i], batch.passages[i]));
        }
    }
    let all = [(100, 102), (101, 102), (102, 100), (102, 101)];
    assert_eq!(drawn, all.into_iter().collect());
}
