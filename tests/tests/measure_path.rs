//! The whole measure path against other public software.
//!
//! LAReQA files are parsed, positives linked, vectors scored, ties broken, ranks measured and means
//! taken as an evaluation does it, and every figure of the report is compared with what `trec_eval`
//! (through `pytrec_eval`) and scikit-learn give for the same vectors.
//! `tests/golden/measure_path.py` makes the case and the figures.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use burn::tensor::Device;
use corpora::Split;
use corpora::lareqa::{Benchmark, parse};
use evaluation::{CandidateText, Means, PairMatrix, Report, Scorer};
use retrieval::Vectors;
use serde_json::Value;

const TOLERANCE: f64 = 1e-6;

fn golden() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/measure_path.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().unwrap()
}

fn benchmark(golden: &Value) -> Benchmark {
    let sets = list(golden, "languages").iter().map(|set| {
        let bytes = serde_json::to_vec(&set["lareqa"]).unwrap();
        parse(set["language"].as_str().unwrap(), "golden", &bytes, Split::All).unwrap()
    });
    Benchmark::new(sets.collect()).unwrap()
}

fn vectors(golden: &Value, rows: &[Value]) -> Vectors {
    let dimension = usize::try_from(golden["dimension"].as_u64().unwrap()).unwrap();
    let values = rows
        .iter()
        .flat_map(|row| row.as_array().unwrap())
        .map(|value| value.as_f64().unwrap() as f32)
        .collect();
    Vectors::new(dimension, values).unwrap()
}

/// Scores the golden vectors on every device under test, `piece` questions at a time.
fn reports(golden: &Value, piece: usize) -> Vec<Report> {
    let devices = device::for_tests();
    devices.iter().map(|(_, device)| report(golden, piece, device)).collect()
}

fn report(golden: &Value, piece: usize, device: &Device) -> Report {
    let benchmark = benchmark(golden);
    let languages = list(golden, "languages");
    let candidates =
        languages.iter().map(|set| vectors(golden, list(set, "candidate_vectors"))).collect();
    let mut scorer = Scorer::new(&benchmark, candidates, device).unwrap();
    for (language, set) in languages.iter().enumerate() {
        for (number, rows) in list(set, "question_vectors").chunks(piece).enumerate() {
            let queries = vectors(golden, rows);
            pollster::block_on(scorer.add(language, number * piece, &queries)).unwrap();
        }
    }
    scorer.finish("golden", CandidateText::Sentence).unwrap()
}

fn assert_close(got: Option<f64>, expected: &Value, what: &str) {
    let (got, expected) = (got.unwrap(), expected.as_f64().unwrap());
    assert!((got - expected).abs() < TOLERANCE, "{what}: {got}, golden {expected}");
}

#[test]
fn ids_and_positives_are_those_of_the_golden_case() {
    let golden = golden();
    let benchmark = benchmark(&golden);
    for (set, expected) in benchmark.languages.iter().zip(list(&golden, "languages")) {
        let ids: Vec<&str> = set.candidates.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(expected["candidates"], serde_json::json!(ids));
        for (question, id) in set.questions.iter().zip(list(expected, "questions")) {
            assert_eq!(question.id, id.as_str().unwrap());
            let positive = &expected["positives"][&question.id];
            assert_eq!(set.candidates[question.candidate].id, positive.as_str().unwrap());
        }
    }
    let of = |id| benchmark.positives(id).len();
    assert_eq!((of("q00"), of("q08"), of("q10")), (3, 2, 1));
}

#[test]
fn every_pair_of_languages_scores_as_in_trec_eval() {
    let golden = golden();
    for report in reports(&golden, 5) {
        check_pairs(&golden, &report.pairs);
    }
}

fn check_pairs(golden: &Value, pairs: &PairMatrix) {
    let count = pairs.languages.len();
    for (number, expected) in list(golden, "pairs").iter().enumerate() {
        let (query, candidate) = (number / count, number % count);
        assert_eq!(pairs.languages[query], expected["query_language"].as_str().unwrap());
        assert_eq!(pairs.languages[candidate], expected["candidate_language"].as_str().unwrap());
        let what = format!("{} to {}", pairs.languages[query], pairs.languages[candidate]);
        let mean = &expected["mean"];
        assert_eq!(
            pairs.questions[query][candidate] as u64,
            mean["questions"].as_u64().unwrap(),
            "{what}"
        );
        assert_close(pairs.map[query][candidate], &mean["map"], &what);
        assert_close(pairs.recall_at_1[query][candidate], &mean["recall_1"], &what);
    }
    assert_eq!(count * count, list(golden, "pairs").len());
}

#[test]
fn the_pool_of_all_languages_scores_as_in_trec_eval() {
    let golden = golden();
    for report in reports(&golden, 12) {
        check_pool(&golden, &report);
    }
}

fn check_pool(golden: &Value, report: &Report) {
    for expected in list(golden, "multilingual") {
        let language = expected["query_language"].as_str().unwrap();
        let scores = report.language(language).unwrap();
        let mean = &expected["mean"];
        let pooled = scores.multilingual;
        assert_close(pooled.map(|it| it.map), &mean["map"], language);
        assert_close(pooled.map(|it| it.recall_at_10), &mean["recall_10"], language);
        assert_close(scores.rank_distance, &mean["rank_distance"], language);
        assert_eq!(
            scores.questions - scores.skipped.rank_distance,
            expected["rank_distances"].as_object().unwrap().len()
        );
    }
    assert_eq!(report.languages.len(), list(golden, "multilingual").len());
}

#[test]
fn macro_means_are_means_over_languages_and_pairs() {
    let golden = golden();
    for report in reports(&golden, 1) {
        check_means(report.mean, &golden["mean"]);
    }
}

fn check_means(mean: Means, expected: &Value) {
    let one = [("monolingual", mean.monolingual), ("crosslingual", mean.crosslingual)];
    for (setting, got) in one {
        assert_close(got.map(|it| it.map), &expected[setting]["map"], setting);
        assert_close(got.map(|it| it.recall_at_1), &expected[setting]["recall_1"], setting);
    }
    let (got, expected) = (mean.multilingual, &expected["multilingual"]);
    assert_close(got.map(|it| it.map), &expected["map"], "multilingual map");
    assert_close(got.map(|it| it.recall_at_10), &expected["recall_10"], "multilingual recall");
    assert_close(mean.rank_distance, &expected["rank_distance"], "rank distance");
}
