//! Every measure of every query of the golden case, against `trec_eval`'s own figures.
//!
//! `tests/golden/measure_path.py` made them; how it did is told there.
#![allow(clippy::unwrap_used)]

use isogloss_measures::{
    average_precision, mean, ndcg_at, rank_distance, recall_at, reciprocal_rank, success_at,
};
use serde_json::Value;

const TOLERANCE: f64 = 1e-9;

fn golden() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/measure_path.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The runs of all pairs of languages, then those over the pool.
fn runs(golden: &Value) -> impl Iterator<Item = &Value> {
    ["pairs", "multilingual"].into_iter().flat_map(|setting| golden[setting].as_array().unwrap())
}

fn ranks(query: &Value) -> Vec<usize> {
    let ranks = query["ranks"].as_object().unwrap().values();
    ranks.map(|rank| usize::try_from(rank.as_u64().unwrap()).unwrap()).collect()
}

fn assert_close(got: f64, expected: &Value, what: &str) {
    let expected = expected.as_f64().unwrap();
    assert!((got - expected).abs() < TOLERANCE, "{what}: {got}, golden {expected}");
}

#[test]
fn each_query_has_the_measures_of_trec_eval() {
    let golden = golden();
    let mut queries = 0;
    for run in runs(&golden) {
        for (id, query) in run["queries"].as_object().unwrap() {
            let ranks = ranks(query);
            let relevant = usize::try_from(query["relevant"].as_u64().unwrap()).unwrap();
            for (name, got) in [
                ("map", average_precision(&ranks, relevant)),
                ("recall_1", recall_at(1, &ranks, relevant)),
                ("recall_10", recall_at(10, &ranks, relevant)),
                ("recip_rank", reciprocal_rank(&ranks)),
                ("success_1", success_at(1, &ranks)),
                ("success_10", success_at(10, &ranks)),
                ("ndcg_cut_10", ndcg_at(10, &ranks, relevant)),
            ] {
                assert_close(got, &query[name], &format!("{id} {name}"));
            }
            queries += 1;
        }
    }
    assert_eq!(queries, 128, "92 in pairs of languages, 36 over the pool");
}

#[test]
fn means_over_queries_are_those_of_trec_eval() {
    for run in runs(&golden()) {
        let queries = run["queries"].as_object().unwrap();
        let precisions: Vec<f64> = queries
            .values()
            .map(|query| average_precision(&ranks(query), ranks(query).len()))
            .collect();
        assert_close(mean(&precisions).unwrap(), &run["mean"]["map"], "map");
    }
}

#[test]
fn rank_distance_is_that_of_the_pooled_ranks() {
    for run in golden()["multilingual"].as_array().unwrap() {
        let queries = run["queries"].as_object().unwrap();
        let mut distances = Vec::new();
        for (id, query) in queries {
            let distance = rank_distance(&ranks(query));
            let golden = run["rank_distances"].get(id).and_then(Value::as_u64);
            assert_eq!(distance.map(|distance| distance as u64), golden, "{id}");
            distances.extend(distance.map(|distance| distance as f64));
        }
        assert!(distances.len() < queries.len(), "a query with one passage has none");
        assert_close(mean(&distances).unwrap(), &run["mean"]["rank_distance"], "mean");
    }
}
