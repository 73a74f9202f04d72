//! Token dropout leaves tokens out of every text of a batch.

use std::fmt::Write;

use corpora::lexicon::Lexicon;
use corpora::training::Builder;
use rand::SeedableRng;
use sampling::{CodeSwitch, Composition, Plan, Sampler, Sides};
use serde_json::json;

use super::*;
use crate::testing::{config, tokenizer};

#[test]
fn tokens_are_left_out_of_every_text() {
    let dir = tempfile::tempdir().unwrap();
    let mut rows = String::new();
    for id in 0..8 {
        for lang in ["de", "en"] {
            let text = format!("{} wo{lang}", "ab cd ".repeat(id + 3));
            let row = json!({"id": id.to_string(), "lang": lang, "query": format!("q {text}"),
                "passage": format!("p {text}"), "negatives": [format!("n{id} {text}")]});
            writeln!(rows, "{row}").unwrap();
        }
    }
    let path = dir.path().join("rows.jsonl");
    std::fs::write(&path, rows).unwrap();
    let mut builder = Builder::new();
    builder.parallel(&path).unwrap();
    let set = builder.finish().unwrap();
    let words = dir.path().join("words.tsv");
    std::fs::write(&words, "de\ten\nwode\twoen\n").unwrap();
    let mut lexicon = Lexicon::new();
    lexicon.read(&words).unwrap();
    let switch = CodeSwitch { rows: 0.5, words: 1.0, sides: Sides::Both, ..CodeSwitch::default() };
    let plan = Plan {
        composition: Composition::Mixed,
        batch: 8,
        negatives_per_query: 1,
        code_switch: switch,
        ..Plan::default()
    };
    let batch = Sampler::new(&set, &plan).unwrap().next_batch();
    assert!((2..14).contains(&batch.switches.len()), "some rows are switched");

    let lengths = |dropout: f64| -> Vec<Vec<usize>> {
        let mut texts = Texts::new(&set, &config("bert", 0.0), &tokenizer()).unwrap();
        texts.dropout = dropout;
        texts.switcher = Some(Switcher::new(&lexicon, &plan).unwrap());
        texts.translate(&set, &plan).unwrap();
        let rows = texts.rows(&set, &batch, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
        let negatives = rows.negatives.concat();
        let sides = [rows.queries, rows.passages, negatives, rows.translations.unwrap()];
        sides.iter().map(|side| side.iter().map(Vec::len).collect()).collect()
    };
    let (whole, thin) = (lengths(0.0), lengths(0.6));
    for (side, (whole, thin)) in whole.iter().zip(&thin).enumerate() {
        assert_eq!(whole.len(), 8);
        for (row, (whole, thin)) in whole.iter().zip(thin).enumerate() {
            assert!(thin < whole && *thin > 0, "side {side}, row {row}: {thin} of {whole}");
        }
    }
}
