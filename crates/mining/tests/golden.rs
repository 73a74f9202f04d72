//! The negatives that sentence-transformers mines from the same vectors, with the same settings.
//!
//! `golden.py` made the values and tells what cannot be compared.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;

use corpora::texts::Text;
use isogloss_mining::{Inputs, Layout, Nearest, Pool, Settings, choose};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Golden {
    pairs: Vec<(String, String)>,
    corpus: Vec<String>,
    vectors: BTreeMap<String, Vec<f32>>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    settings: Named,
    corpus: bool,
    negatives: BTreeMap<String, Vec<(String, f32)>>,
}

/// Settings by the names of `mine_hard_negatives`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    num_negatives: Option<usize>,
    range_min: Option<usize>,
    range_max: Option<usize>,
    absolute_margin: Option<f64>,
    relative_margin: Option<f64>,
    max_score: Option<f64>,
    min_score: Option<f64>,
}

impl Named {
    fn ours(&self) -> Settings {
        Settings {
            negatives: self.num_negatives.unwrap_or(3),
            range_min: self.range_min.unwrap_or(0),
            range_max: self.range_max,
            max_score: self.max_score,
            min_score: self.min_score,
            margin: self.absolute_margin,
            percent: self.relative_margin.map(|margin| 100.0 * (1.0 - margin)),
            ..Settings::default()
        }
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[test]
fn negatives_and_their_scores_are_those_of_sentence_transformers() {
    let golden: Golden = serde_json::from_str(include_str!("golden.json")).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("pairs.jsonl");
    let rows = golden.pairs.iter().map(|(query, passage)| {
        json!({"query": query, "passage": passage, "lang": "en"}).to_string() + "\n"
    });
    fs::write(&path, rows.collect::<String>()).unwrap();
    let inputs = Inputs::read(vec![(path, Layout::Pairs)]).unwrap();
    let mut compared = 0;
    for (number, case) in golden.cases.iter().enumerate() {
        let corpus = golden.corpus.iter().filter(|_| case.corpus).map(|text| {
            Ok(Text { id: text.clone(), lang: Some("en".to_owned()), text: text.clone() })
        });
        let pool = Pool::new(inputs.set(), corpus).unwrap();
        let settings = case.settings.ours();
        settings.check().unwrap();
        let mut nearest = Nearest::new(&pool, settings.languages, settings.window());
        let queries = 0..pool.queries().len();
        // In blocks, as a large corpus comes.
        for first in (0..pool.candidates()).step_by(7) {
            let block = first..(first + 7).min(pool.candidates());
            let vector = |text: &str| golden.vectors[text].as_slice();
            let row = |query: usize| {
                let query = vector(pool.query_text(query));
                let score = |at| dot(query, vector(pool.text(at)));
                block.clone().map(score).collect::<Vec<f32>>()
            };
            let scores: Vec<f32> = queries.clone().flat_map(row).collect();
            nearest.add(queries.clone(), first, &scores);
        }
        assert_eq!(queries.len(), case.negatives.len());
        for query in queries {
            let choice =
                choose(&nearest.eligible(query), nearest.positive(query), &settings, query);
            let expected = &case.negatives[pool.query_text(query)];
            let texts: Vec<&str> =
                choice.negatives.iter().map(|hit| pool.text(hit.candidate as usize)).collect();
            let wanted: Vec<&str> = expected.iter().map(|(text, _)| text.as_str()).collect();
            assert_eq!(texts, wanted, "case {number}, {}", pool.query_text(query));
            for (hit, (text, score)) in choice.negatives.iter().zip(expected) {
                assert!((hit.score - score).abs() < 1e-6, "case {number}, {text}");
                compared += 1;
            }
        }
    }
    assert!(compared > 400, "{compared}");
}
