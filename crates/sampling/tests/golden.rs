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
    let expected = [
        "cross en:206>th:209 de:0>en:1 th:202>de:199 th:190>en:189 th:196>de:193",
        "cross en:73>de:72 de:51>th:53 de:18>en:19 th:220>en:219 th:274>de:271",
        "mono de:252>de:253 de:222>de:223 de:312>de:313 de:324>de:325 de:234>de:235",
        "cross th:232>de:229 th:166>en:165 th:11>en:10 de:210>th:215 en:40>de:39",
        "mono en:320>en:321 en:206>en:207 en:278>en:279 en:116>en:117 en:284>en:285",
        "cross de:75>th:77 de:33>en:34 de:66>en:67 th:262>de:259 en:218>th:221",
    ];
    assert_eq!(batches, expected);
}
