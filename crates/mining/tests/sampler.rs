//! The sampler takes every negative that mining allows: both know the same false negatives.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use corpora::training::{Entry, TrainingSet};
use isogloss_mining::Pool;
use proptest::prelude::*;
use sampling::{Composition, Plan, Sampler};

/// Texts that the entries share among each other; two more are those of a row of its own.
const TEXTS: u32 = 12;

fn set(entries: &[(u32, u32, u32, u32)]) -> TrainingSet {
    let entry = |&(group, language, query, passage): &(u32, u32, u32, u32)| Entry {
        group,
        source: 0,
        language,
        query,
        passage,
    };
    TrainingSet {
        languages: vec!["de".to_owned(), "en".to_owned()],
        sources: vec!["all".to_owned(), "drawn".to_owned()],
        texts: (0..TEXTS + 2).map(|at| format!("t{at}")).collect(),
        entries: entries.iter().map(entry).collect(),
        ..TrainingSet::default()
    }
}

proptest! {
    #[test]
    fn no_allowed_negative_is_dropped_for_its_own_row(
        // Queries and passages overlap, so that some texts are both and some entries are bitext.
        entries in prop::collection::vec((0_u32..5, 0_u32..2, 0_u32..8, 4_u32..TEXTS), 2..14),
    ) {
        let whole = set(&entries);
        let pool = Pool::new(&whole, []).unwrap();
        for (at, entry) in whole.entries.iter().enumerate() {
            if entry.query == entry.passage {
                continue;
            }
            let same = pool.same_meaning(pool.query_of(at));
            let allowed = (0..pool.candidates() as u32).filter(|at| !same.contains(at));
            let texts: Vec<u32> = allowed
                .map(|at| pool.text(at as usize)[1..].parse().unwrap())
                .collect();
            // A batch of this row and one that shares nothing; all others tell what means the same.
            let mut drawn = whole.clone();
            drawn.entries[at].source = 1;
            let other = Entry { group: 9, source: 1, query: TEXTS, passage: TEXTS + 1, ..*entry };
            drawn.entries.push(other);
            drawn.negatives = texts.iter().map(|&text| (at as u32, text)).collect();
            if texts.is_empty() {
                continue;
            }
            let plan = Plan {
                composition: Composition::Mono,
                batch: 2,
                negatives_per_query: TEXTS as usize,
                source_weights: BTreeMap::from([("all".to_owned(), 0.0)]),
                ..Plan::default()
            };
            let mut sampler = Sampler::new(&drawn, &plan).unwrap();
            let batch = sampler.next_batch();
            let found: usize = batch.negatives.iter().map(Vec::len).sum();
            prop_assert_eq!(found, texts.len(), "row {} of {:?}: {:?}", at, entries, texts);
            prop_assert_eq!(sampler.tally().negatives.unwrap().dropped, 0);
        }
    }
}
