//! The first batches of one seed, written out: the same on every platform, and a change of the
//! stream, which would change every published run, does not go unseen.
#![allow(clippy::unwrap_used)]

mod common;

use common::Build;
use isogloss_sampling::{Plan, Sampler};

#[test]
fn the_first_batches_of_seed_42() {
    let set = Build::new(&["de", "en", "th"], &["bitext", "pairs", "parallel"])
        .bitext(0, &[0, 1, 2], 30)
        .pairs(1, &[1], 30)
        .pairs(2, &[0, 1, 2], 30)
        .set();
    let plan =
        Plan { batch: 5, language_power: 0.5, source_power: 0.3, seed: 42, ..Plan::default() };
    let mut sampler = Sampler::new(&set, &plan).unwrap();
    let batches: Vec<String> = (0..6)
        .map(|_| {
            let batch = sampler.next_batch();
            let rows: Vec<String> = (0..batch.len())
                .map(|i| {
                    let name = |language: u32| &set.languages[language as usize];
                    let (query, passage) = (batch.query_languages[i], batch.passage_languages[i]);
                    let (q, p) = (batch.queries[i], batch.passages[i]);
                    format!("{}:{q}>{}:{p}", name(query), name(passage))
                })
                .collect();
            format!("{} {}", batch.kind.name(), rows.join(" "))
        })
        .collect();
    let expected = [""];
    assert_eq!(batches, expected);
}
