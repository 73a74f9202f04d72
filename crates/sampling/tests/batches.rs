//! What every batch of every random training set must hold.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use corpora::training::{Entry, TrainingSet};
use isogloss_sampling::{
    Alpha, Batch, BatchKind, Composition, Curve, Plan, Sampler, SamplingError,
};
use proptest::prelude::*;

const LANGUAGES: u32 = 3;
const SOURCES: u32 = 2;

/// Groups of one to three languages with up to two alternatives each, a third of them bitext;
/// texts come from a pool small enough that groups share some.
fn sets() -> impl Strategy<Value = TrainingSet> {
    let entry = (0..LANGUAGES, 0..150_u32, 0..150_u32);
    let group = (0..SOURCES, 0..3_u32, prop::collection::vec(entry, 1..6));
    prop::collection::vec(group, 20..60).prop_map(|groups| {
        let mut entries = Vec::new();
        for (group, (source, kind, sides)) in (0..).zip(groups) {
            for (language, query, passage) in sides {
                let passage = if kind == 0 { query } else { 150 + passage };
                entries.push(Entry { group, source, language, query, passage });
            }
        }
        TrainingSet {
            languages: vec!["de".into(), "en".into(), "th".into()],
            sources: vec!["one".into(), "two".into()],
            texts: (0..300).map(|text| format!("text {text}")).collect(),
            entries,
            ..TrainingSet::default()
        }
    })
}

fn compositions() -> impl Strategy<Value = Composition> {
    prop_oneof![
        Just(Composition::Mono),
        Just(Composition::Cross),
        Just(Composition::Mixed),
        (0.0..=1.0).prop_map(|alpha| Composition::hybrid(alpha).unwrap()),
        (0.0..=1.0, 0.0..=1.0).prop_map(|(from, to)| Composition::Hybrid {
            alpha: Alpha::scheduled(from, to, Curve::Cosine).unwrap(),
        }),
    ]
}

fn plans() -> impl Strategy<Value = Plan> {
    (compositions(), 2..6_usize, 0.0..1.5, 0.0..1.5, any::<bool>(), any::<u64>()).prop_map(
        |(composition, batch, language_power, source_power, one_source_per_batch, seed)| Plan {
            composition,
            batch,
            language_power,
            source_power,
            one_source_per_batch,
            seed,
            steps: Some(12),
            ..Plan::default()
        },
    )
}

/// A sampler, or `None` when the random set is too small for the random plan.
fn sampler(set: &TrainingSet, plan: &Plan) -> Option<Sampler> {
    match Sampler::new(set, plan) {
        Ok(sampler) => Some(sampler),
        Err(
            SamplingError::TooFew { .. }
            | SamplingError::NoMono { .. }
            | SamplingError::NoCross { .. }
            | SamplingError::NoPairs { .. }
            | SamplingError::NoPairData { .. },
        ) => None,
        Err(other) => panic!("{other}"),
    }
}

/// Labels of the groups of pairs: equal for groups that share a text of the side `text`, along any
/// chain. Written apart from the sampler's own way, by repetition until nothing changes.
fn clusters(set: &TrainingSet, text: fn(&Entry) -> u32) -> BTreeMap<u32, u32> {
    let pairs: Vec<&Entry> = set.entries.iter().filter(|e| e.query != e.passage).collect();
    let mut labels: BTreeMap<u32, u32> = pairs.iter().map(|e| (e.group, e.group)).collect();
    loop {
        let mut changed = false;
        for a in &pairs {
            for b in &pairs {
                if text(a) == text(b) && labels[&a.group] < labels[&b.group] {
                    labels.insert(b.group, labels[&a.group]);
                    changed = true;
                }
            }
        }
        if !changed {
            return labels;
        }
    }
}

fn distinct<T: Ord>(items: impl IntoIterator<Item = T>) -> usize {
    items.into_iter().collect::<BTreeSet<_>>().len()
}

/// Groups that list a text as query or passage.
fn groups_of(set: &TrainingSet, text: u32) -> BTreeSet<u32> {
    let holds = |e: &&Entry| e.query == text || e.passage == text;
    set.entries.iter().filter(holds).map(|e| e.group).collect()
}

fn check_no_false_negatives(set: &TrainingSet, batch: &Batch) {
    let rows = batch.len();
    assert_eq!(distinct(&batch.queries), rows, "a query twice");
    assert_eq!(distinct(&batch.passages), rows, "a passage twice");
    assert_eq!(distinct(&batch.groups), rows, "a meaning twice");
    let (passages, queries) = (clusters(set, |e| e.passage), clusters(set, |e| e.query));
    for i in 0..rows {
        for j in 0..i {
            let pairs = batch.queries[i] != batch.passages[i];
            let (a, b) = (&batch.groups[i], &batch.groups[j]);
            let both =
                |labels: &BTreeMap<u32, u32>| labels.get(a).zip(labels.get(b)).map(|(a, b)| a == b);
            let is_pair = |row: usize| {
                set.entries.iter().any(|e| {
                    e.group == batch.groups[row]
                        && e.query == batch.queries[row]
                        && e.query != e.passage
                })
            };
            if pairs && is_pair(i) && is_pair(j) {
                assert_ne!(both(&passages), Some(true), "translations of one passage");
                assert_ne!(both(&queries), Some(true), "translations of one query");
            } else if !is_pair(i) && !is_pair(j) {
                for x in [batch.queries[i], batch.passages[i]] {
                    for y in [batch.queries[j], batch.passages[j]] {
                        let bitext: BTreeSet<u32> = set
                            .entries
                            .iter()
                            .filter(|e| e.query == e.passage)
                            .map(|e| e.group)
                            .collect();
                        let shared = &groups_of(set, x) & &groups_of(set, y);
                        assert!(shared.is_disjoint(&bitext), "a group lists a text of both rows");
                    }
                }
            }
        }
    }
}

/// Query and passage of row `i` are entries of its group and source in the languages it says.
fn check_row(set: &TrainingSet, batch: &Batch, i: usize) {
    let of_group = |e: &&Entry| e.group == batch.groups[i] && e.source == batch.sources[i];
    let query = |e: &Entry| e.query == batch.queries[i] && e.language == batch.query_languages[i];
    let passage =
        |e: &Entry| e.passage == batch.passages[i] && e.language == batch.passage_languages[i];
    let entries: Vec<&Entry> = set.entries.iter().filter(of_group).collect();
    assert!(entries.iter().any(|e| query(e)) && entries.iter().any(|e| passage(e)));
    if batch.kind == BatchKind::Cross {
        assert_ne!(batch.query_languages[i], batch.passage_languages[i]);
        assert_ne!(batch.queries[i], batch.passages[i]);
    } else {
        assert!(entries.iter().any(|e| query(e) && passage(e) && e.query != e.passage), "no pair");
        assert_eq!(batch.query_languages[i], batch.passage_languages[i]);
    }
}

fn check_kind(plan: &Plan, batch: &Batch) {
    let allowed = match plan.composition {
        Composition::Mono => matches!(batch.kind, BatchKind::Mono(_)),
        Composition::Cross => batch.kind == BatchKind::Cross,
        Composition::Mixed => batch.kind == BatchKind::Mixed,
        Composition::Hybrid { .. } => batch.kind != BatchKind::Mixed,
    };
    assert!(allowed, "{:?} in {}", batch.kind, plan.composition);
    if let BatchKind::Mono(language) = batch.kind {
        assert!(batch.query_languages.iter().all(|&other| other == language));
        assert!(batch.passage_languages.iter().all(|&other| other == language));
    }
    if plan.one_source_per_batch {
        assert_eq!(distinct(&batch.sources), 1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn batches_hold_their_rules(set in sets(), plan in plans()) {
        let sampler = sampler(&set, &plan);
        prop_assume!(sampler.is_some());
        let mut sampler = sampler.unwrap();
        let mut rows = 0;
        for _ in 0..12 {
            let batch = sampler.next_batch();
            check_kind(&plan, &batch);
            check_no_false_negatives(&set, &batch);
            (0..batch.len()).for_each(|i| check_row(&set, &batch, i));
            prop_assert!(batch.len() <= plan.batch);
            rows += batch.len() as u64;
        }
        let tally = sampler.tally();
        prop_assert_eq!((tally.batches, tally.rows), (12, rows));
        prop_assert!(tally.short_batches > 0 || rows == 12 * plan.batch as u64);
    }

    #[test]
    fn cross_rows_keep_to_the_pairs_chosen(
        set in sets(),
        plan in plans(),
        chosen in prop::sample::subsequence(vec!["de-en", "en-de", "en-th", "th-de"], 0..3),
        excluded in prop::sample::subsequence(vec!["de-th", "th-en"], 0..3),
    ) {
        let own = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let plan = Plan { pairs: own(&chosen), excluded_pairs: own(&excluded), ..plan };
        prop_assume!(chosen.is_empty() || !matches!(plan.composition, Composition::Mono | Composition::Mixed));
        let sampler = sampler(&set, &plan);
        prop_assume!(sampler.is_some());
        let mut sampler = sampler.unwrap();
        for _ in 0..12 {
            let batch = sampler.next_batch();
            for (&query, &passage) in batch.query_languages.iter().zip(&batch.passage_languages) {
                let name = |language: u32| set.languages[language as usize].as_str();
                let pair = format!("{}-{}", name(query), name(passage));
                prop_assert!(query == passage || chosen.is_empty() || chosen.contains(&&*pair));
                prop_assert!(!excluded.contains(&&*pair));
            }
        }
    }

    #[test]
    fn planned_shares_sum_to_one(set in sets(), plan in plans()) {
        let sampler = sampler(&set, &plan);
        prop_assume!(sampler.is_some());
        let tally = sampler.unwrap().tally();
        for shares in [&tally.kinds, &tally.languages, &tally.pairs, &tally.sources] {
            let sum: f64 = shares.values().map(|share| share.planned).sum();
            prop_assert!((sum - 1.0).abs() < 1e-9, "{:?}", shares);
        }
    }

    #[test]
    fn a_seed_gives_the_same_batches_again_and_skipping_continues_them(
        set in sets(), plan in plans(), skipped in 0..10_u64,
    ) {
        let first = sampler(&set, &plan);
        prop_assume!(first.is_some());
        let mut first = first.unwrap();
        let batches: Vec<Batch> = (0..15).map(|_| first.next_batch()).collect();
        let mut again = Sampler::new(&set, &plan).unwrap();
        again.skip(skipped);
        prop_assert_eq!(again.batches_drawn(), skipped);
        for batch in &batches[skipped as usize..] {
            prop_assert_eq!(&again.next_batch(), batch);
        }
        prop_assert_eq!(again.tally(), first.tally());
    }
}
