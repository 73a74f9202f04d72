//! BM25: scores equal to those of other programs, and rankings that follow the rule for ties.
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;

use bm25::{EmbedderBuilder, Scorer, Tokenizer};
use isogloss_lexical::{Hit, Index, LexicalError, Parameters, Words};

const DOCUMENTS: [&str; 5] = [
    "the cat sat on the mat",
    "the dog chased the cat and the cat ran",
    "a bird sang",
    "dogs and cats and birds are animals in the house of the old man near the river",
    "mat",
];
const IDS: [&str; 5] = ["d0", "d1", "d2", "d3", "d4"];

fn close(a: f32, b: f32) -> bool {
    (a - b).abs() < 2e-6
}

#[test]
fn scores_equal_those_of_bm25s() {
    let mut lines = 0;
    for line in include_str!("golden.txt").lines() {
        let mut cells = line.split('\t');
        let mut number = || cells.next().unwrap().parse::<f32>().unwrap();
        let parameters = Parameters { k1: number(), b: number() };
        let index = Index::new(&IDS, &DOCUMENTS, parameters).unwrap();
        let scores = index.scores(cells.next().unwrap());
        let expected: Vec<f32> = cells.map(|cell| cell.parse().unwrap()).collect();
        assert_eq!(scores.len(), expected.len());
        assert!(scores.iter().zip(&expected).all(|(a, b)| close(*a, *b)), "{line}\n{scores:?}");
        lines += 1;
    }
    assert_eq!(lines, 8);
}

#[derive(Default)]
struct Ours(Words);

impl Tokenizer for Ours {
    fn tokenize(&self, text: &str) -> Vec<String> {
        self.0.of(text)
    }
}

/// The `bm25` crate multiplies by `k1 + 1`; else the formula is the same.
#[test]
fn scores_equal_those_of_the_bm25_crate() {
    let texts = [
        "แมวกินปลา แมวนอน",
        "中央银行提高了利率。银行在哪里?",
        "Die Zentralbank erhöhte den Zins.",
        "La banque centrale a relevé le taux; la banque attend.",
        "แมวนอนบนธนาคาร",
        "银行",
    ];
    let ids = ["a", "b", "c", "d", "e", "f"];
    let parameters = Parameters::LUCENE;
    let index = Index::new(&ids, &texts, parameters).unwrap();
    let words = Ours::default();
    let lengths: Vec<usize> = texts.iter().map(|text| words.tokenize(text).len()).collect();
    let mean = lengths.iter().sum::<usize>() as f32 / texts.len() as f32;
    let embedder = EmbedderBuilder::<u64, Ours>::with_tokenizer_and_fit_to_corpus(words, &texts)
        .k1(parameters.k1)
        .b(parameters.b)
        .avgdl(mean)
        .build();
    let mut scorer = Scorer::<usize, u64>::new();
    for (document, text) in texts.iter().enumerate() {
        scorer.upsert(&document, embedder.embed(text));
    }
    for query in ["แมว แมว ธนาคาร", "银行 利率", "banque la la", "Zins der Zentralbank"]
    {
        let theirs = embedder.embed(query);
        let ours = index.scores(query);
        assert!(ours.iter().any(|score| *score > 0.0), "{query}");
        for (document, score) in ours.iter().enumerate() {
            let expected = scorer.score(&document, &theirs).unwrap() / (parameters.k1 + 1.0);
            assert!(close(*score, expected), "{query}, {document}: {score} and {expected}");
        }
    }
}

/// The formula once more, without an index.
fn by_hand(texts: &[&str], query: &str, Parameters { k1, b }: Parameters) -> Vec<f64> {
    let words = Words::new();
    let documents: Vec<Vec<String>> = texts.iter().map(|text| words.of(text)).collect();
    let total = documents.len() as f64;
    let mean = documents.iter().map(Vec::len).sum::<usize>() as f64 / total;
    let score = |document: &Vec<String>| {
        let mut counts = HashMap::<&str, f64>::new();
        for word in document {
            *counts.entry(word.as_str()).or_default() += 1.0;
        }
        let one = |word: &String| {
            let f = counts.get(word.as_str()).copied().unwrap_or(0.0);
            if f == 0.0 {
                return 0.0;
            }
            let n = documents.iter().filter(|other| other.contains(word)).count() as f64;
            let idf = (1.0 + (total - n + 0.5) / (n + 0.5)).ln();
            let length = document.len() as f64 / mean;
            idf * f / (f + f64::from(k1) * (1.0 - f64::from(b) + f64::from(b) * length))
        };
        words.of(query).iter().map(one).sum()
    };
    documents.iter().map(score).collect()
}

#[test]
fn scores_equal_the_formula() {
    // Documents of words drawn by a fixed rule, some empty, some long.
    let vocabulary = ["кот", "пёс", "دار", "نهر", "घर", "नदी", "house", "river", "σπίτι", "nhà"];
    let texts: Vec<String> = (0..200usize)
        .map(|document| {
            let word = |place: usize| vocabulary[(document * 7 + place * place * 3) % 10];
            (0..document * 13 % 40).map(word).collect::<Vec<_>>().join(" ")
        })
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let ids: Vec<String> = (0..texts.len()).map(|document| format!("d{document:03}")).collect();
    for parameters in [Parameters::default(), Parameters::LUCENE, Parameters { k1: 0.0, b: 1.0 }] {
        let index = Index::new(&ids, &texts, parameters).unwrap();
        for query in ["кот دار घर", "river river nhà", "σπίτι"] {
            let expected = by_hand(&texts, query, parameters);
            for (score, expected) in index.scores(query).iter().zip(expected) {
                assert!((f64::from(*score) - expected).abs() < 1e-5, "{query}");
            }
        }
    }
}

#[test]
fn the_best_are_those_of_all_scores_and_ties_go_by_id() {
    let ids = ["a", "c", "b", "e", "d", "f"];
    let texts = ["x y", "x y", "x y", "x x y", "z", ""];
    let index = Index::new(&ids, &texts, Parameters::default()).unwrap();
    let names =
        |hits: &[Hit]| -> Vec<&str> { hits.iter().map(|hit| ids[hit.document as usize]).collect() };
    assert_eq!(names(&index.top("x", 10)), ["e", "c", "b", "a"]);
    assert_eq!(names(&index.top("x", 2)), ["e", "c"]);
    assert_eq!(names(&index.top("unknown", 2)), [""; 0]);
    assert_eq!(names(&index.top("x", 0)), [""; 0]);
    let all = index.order().ranking(&index.scores("x"));
    assert_eq!(names(&all), ["e", "c", "b", "a", "f", "d"]);
    assert_eq!(index.order().ranks(&index.scores("x"), &[0, 5, 3]), [4, 5, 1]);
    let many = index.top_all(&["x", "z", "x"], 3);
    assert_eq!(many[0], index.top("x", 3));
    assert_eq!(many[2], many[0]);
    assert_eq!(names(&many[1]), ["d"]);
}

#[test]
fn parameters_out_of_range_are_named() {
    let new = |k1, b| Index::new(&IDS, &DOCUMENTS, Parameters { k1, b }).map(|_| ());
    let said = new(f32::NAN, 0.4).unwrap_err().to_string();
    assert_eq!(said, "`k1` is NaN: expected 0 or more");
    assert!(matches!(new(0.9, 1.5), Err(LexicalError::Parameter { name: "b", .. })));
    let empty = Index::new::<&str, &str>(&[], &[], Parameters::default()).unwrap();
    assert!(empty.is_empty() && empty.top("x", 5).is_empty());
}
