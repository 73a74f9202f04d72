//! A small run: made-up languages, a model of a few thousand weights.

#![allow(clippy::unwrap_used, reason = "a test's panic is its failure")]

use std::fmt::Write;
use std::path::Path;

use isogloss_training::RunConfig;
use serde_json::json;
use tokens::{Unigram, train_unigram};

const LANGUAGES: [&str; 3] = ["de", "en", "es"];

/// Twenty-four meanings in three made-up languages: a word of its own for each meaning.
pub fn write_data(dir: &Path) {
    let mut rows = String::new();
    let mut texts = Vec::new();
    for id in 0..24 {
        for lang in LANGUAGES {
            let query = format!("{lang}q{id} wo{lang}");
            let passage = format!("{lang}p{id} da{lang} und{}", id % 5);
            let row =
                json!({"id": format!("m{id}"), "lang": lang, "query": query, "passage": passage});
            writeln!(rows, "{row}").unwrap();
            texts.extend([query, passage]);
        }
    }
    std::fs::write(dir.join("parallel.jsonl"), rows).unwrap();
    let options = Unigram { vocabulary: 400, cased: false, max_piece_length: 8 };
    let tokenizer = train_unigram(&texts, &options).unwrap();
    std::fs::write(dir.join("tokenizer.json"), tokenizer.to_json().unwrap()).unwrap();
}

pub fn config(dir: &Path, architecture: &str, composition: &str, steps: u64) -> RunConfig {
    let config = json!({
        "seed": 4,
        "model": {"fresh": {
            "tokenizer": dir.join("tokenizer.json"),
            "config": {"model_type": architecture, "hidden_size": 16, "num_hidden_layers": 1,
                "num_attention_heads": 2, "intermediate_size": 32, "max_position_embeddings": 256},
        }},
        "data": {"parallel": [dir.join("parallel.jsonl")]},
        "batches": {"composition": composition, "batch": 12},
        "training": {"steps": steps, "learning_rate": 0.01, "token_dropout": 0.1},
    });
    serde_json::from_value(config).unwrap()
}
