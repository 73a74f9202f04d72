//! Whatever a run is for, it gets better at it: every objective with the data that it needs.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use isogloss_training::RunConfig;
use serde_json::{Value, json};

use crate::common::{config, write_data};
use crate::fields::with;
use crate::runs::{losses, tensors, trained, write_negatives};

/// A static model of 24 dimensions that has learned the data: a teacher.
pub fn write_teacher(dir: &Path) -> PathBuf {
    let fields = json!({"model": {"fresh": {"config": {"hidden_size": 24}}}});
    let config = with(&config(dir, "isogloss-static", "hybrid", 40), &fields);
    let (run, _) = trained(&config, &Device::flex());
    let path = dir.join("teacher");
    run.files("teacher", "test").unwrap().write(&path).unwrap();
    path
}

/// Thirty steps; the mean loss of the first five and of the last five.
fn ends(config: &RunConfig) -> (f32, f32) {
    let losses = losses(config);
    assert_eq!(losses.len(), 30);
    let mean = |range: &[f32]| range.iter().sum::<f32>() / range.len() as f32;
    (mean(&losses[..5]), mean(&losses[25..]))
}

fn learns(dir: &Path, name: &str, fields: &Value) {
    for architecture in ["isogloss-static", "bert"] {
        let config = with(&config(dir, architecture, "hybrid", 30), fields);
        let (first, last) = ends(&config);
        assert!(last < 0.8 * first, "{name}, {architecture}: {first} became {last}");
    }
}

#[test]
fn hard_negatives_of_different_numbers() {
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    let negatives = write_negatives(dir.path());
    let data = json!({"parallel": [negatives]});
    let batches = json!({"negatives_per_query": 2});
    learns(dir.path(), "shared", &json!({"data": data, "batches": batches}));
    let own = json!({"kind": "contrastive", "negatives": "own"});
    let fields = json!({"data": data, "batches": batches, "objective": own});
    learns(dir.path(), "own", &fields);

    // They are in the loss: without them it is another one.
    let plain = config(dir.path(), "bert", "hybrid", 30);
    let with_them = with(&plain, &json!({"data": data, "batches": batches}));
    let without = with(&plain, &json!({"data": data}));
    assert!(ends(&with_them).0 > ends(&without).0);
}

#[test]
fn words_switched_with_a_lexicon() {
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    let mut lexicon = "de\ten\tes\n".to_owned();
    for id in 0..24 {
        writeln!(lexicon, "deq{id}\tenq{id}\tesq{id}").unwrap();
    }
    let path = dir.path().join("lexicon.tsv");
    std::fs::write(&path, lexicon).unwrap();
    let fields = json!({
        "data": {"dictionaries": [path]},
        "batches": {"code_switch": {"rows": 0.7, "words": 1.0, "sides": "both"}},
    });
    learns(dir.path(), "code-switching", &fields);

    let plain = config(dir.path(), "bert", "mono", 5);
    assert_ne!(losses(&plain), losses(&with(&plain, &fields)), "nothing was switched");
}

#[test]
fn a_teacher() {
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    let teacher = write_teacher(dir.path());
    let negatives = write_negatives(dir.path());
    let contrastive = json!({"kind": "contrastive"});
    let beside = |other: Value| {
        let terms = [(1.0, contrastive.clone()), (1.0, other)];
        let terms: Vec<Value> = terms
            .into_iter()
            .map(|(weight, loss)| json!({"weight": weight, "loss": loss}))
            .collect();
        json!({"kind": "sum", "terms": terms})
    };
    for (name, objective) in [
        ("embeddings, mse", json!({"kind": "embeddings"})),
        ("embeddings, cosine", json!({"kind": "embeddings", "distance": "cosine"})),
        (
            "scores of the batch",
            json!({"kind": "score-kl", "candidates": "batch", "temperature": 0.1}),
        ),
        ("scores of its own", json!({"kind": "score-kl", "temperature": 0.1})),
        ("margins", json!({"kind": "margin-mse"})),
        ("margins and contrast", beside(json!({"kind": "margin-mse"}))),
        ("mimo", json!({"kind": "mimo"})),
    ] {
        let fields = json!({
            "data": {"parallel": [negatives]},
            "batches": {"negatives_per_query": 2},
            "teacher": {"model": teacher},
            "objective": objective,
        });
        learns(dir.path(), name, &fields);
    }
}

#[test]
fn a_model_that_is_its_own_teacher_has_nothing_to_learn() {
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    let teacher = write_teacher(dir.path());
    let negatives = write_negatives(dir.path());
    for objective in [
        json!({"kind": "embeddings"}),
        json!({"kind": "embeddings", "distance": "cosine"}),
        json!({"kind": "score-kl", "candidates": "batch", "temperature": 0.1}),
        json!({"kind": "score-kl", "temperature": 0.1}),
        json!({"kind": "margin-mse"}),
    ] {
        let fields = json!({
            "model": {"base": teacher, "fresh": null},
            "data": {"parallel": [negatives]},
            "batches": {"negatives_per_query": 2},
            // Adam makes a step of the rate out of a gradient that is rounding alone.
            "training": {"token_dropout": 0.0, "learning_rate": 1e-9},
            "teacher": {"model": teacher},
            "objective": objective,
        });
        let config = with(&config(dir.path(), "isogloss-static", "hybrid", 8), &fields);
        let losses = losses(&config);
        assert!(losses.iter().all(|loss| loss.abs() < 1e-5), "{objective}: {losses:?}");
    }
}

#[test]
fn a_batch_without_any_hard_negative_is_no_failure() {
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    let teacher = write_teacher(dir.path());
    // Of 72 rows one has a hard negative: most batches have none.
    let rows = std::fs::read_to_string(dir.path().join("parallel.jsonl")).unwrap();
    let with_one = rows.replacen("{\"id\"", "{\"negatives\":[\"falsch\"],\"id\"", 1);
    let path = dir.path().join("one.jsonl");
    std::fs::write(&path, with_one).unwrap();
    for objective in [json!({"kind": "margin-mse"}), json!({"kind": "score-kl"})] {
        let fields = json!({
            "data": {"parallel": [path]},
            "batches": {"negatives_per_query": 2},
            "teacher": {"model": teacher},
            "objective": objective,
        });
        let config = with(&config(dir.path(), "isogloss-static", "hybrid", 20), &fields);
        let losses = losses(&config);
        let nothing = losses.iter().filter(|loss| loss.abs() < 1e-6).count();
        assert!((1..20).contains(&nothing), "{objective}: {losses:?}");
    }
}

#[test]
fn queries_in_two_languages() {
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    learns(dir.path(), "lakda", &json!({"objective": {"kind": "lakda"}}));
    // The consistency alone; lower temperatures tell queries apart from the start.
    let alone = json!({"kind": "query-consistency", "temperature": 0.05});
    learns(dir.path(), "consistency", &json!({"objective": alone}));
}

#[test]
fn several_dimensions_and_a_learned_temperature() {
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    let learned = json!({"kind": "contrastive", "learn_temperature": true,
        "directions": ["query-to-passage", "passage-to-query"], "softmax": "per-direction"});
    let objective = json!({"kind": "matryoshka", "dimensions": [16, 8, 4], "of": learned});
    learns(dir.path(), "matryoshka", &json!({"objective": objective}));
}

#[test]
fn a_language_left_out_is_in_no_translation_either() {
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    // Spanish in letters of its own, so that rows of the table tell whether it was seen.
    let rows = std::fs::read_to_string(dir.path().join("parallel.jsonl")).unwrap();
    let greek = |line: &str| -> String {
        if !line.contains("\"lang\":\"es\"") {
            return line.to_owned();
        }
        let mut row: Value = serde_json::from_str(line).unwrap();
        for side in ["query", "passage"] {
            let text = row[side].as_str().unwrap();
            let letter = |c: char| {
                if c.is_ascii_digit() {
                    char::from_u32(0x3b1 + c as u32 - 48).unwrap()
                } else {
                    'ω'
                }
            };
            row[side] = text
                .chars()
                .map(|c| if c == ' ' { c } else { letter(c) })
                .collect::<String>()
                .into();
        }
        row.to_string()
    };
    let rows: Vec<String> = rows.lines().map(greek).collect();
    let texts: Vec<String> = rows
        .iter()
        .flat_map(|row| {
            let row: Value = serde_json::from_str(row).unwrap();
            [row["query"].as_str().unwrap().to_owned(), row["passage"].as_str().unwrap().to_owned()]
        })
        .collect();
    std::fs::write(dir.path().join("parallel.jsonl"), rows.join("\n")).unwrap();
    let pieces = tokens::Unigram { vocabulary: 400, cased: false, max_piece_length: 8 };
    let tokenizer = tokens::train_unigram(&texts, &pieces).unwrap();
    std::fs::write(dir.path().join("tokenizer.json"), tokenizer.to_json().unwrap()).unwrap();
    let of = |greek: bool| -> Vec<u32> {
        let texts: Vec<&String> = texts.iter().filter(|text| text.contains('ω') == greek).collect();
        tokenizer.encode_all(&texts, 64, false).unwrap().concat()
    };
    let (ours, theirs) = (of(true), of(false));
    let only: Vec<u32> = ours.into_iter().filter(|id| !theirs.contains(id)).collect();
    assert!(!only.is_empty());

    let moved = |excluded: &[&str]| -> bool {
        let fields =
            json!({"objective": {"kind": "lakda"}, "batches": {"excluded_languages": excluded}});
        let config = with(&config(dir.path(), "isogloss-static", "hybrid", 20), &fields);
        let before = isogloss_training::Run::prepare(&config, &Device::flex()).unwrap();
        let (after, _) = trained(&config, &Device::flex());
        let rows = |run| tensors(run).remove("embeddings.weight").unwrap();
        let (before, after) = (rows(&before), rows(&after));
        only.iter().any(|&id| {
            let range = id as usize * 16..(id as usize + 1) * 16;
            before[range.clone()] != after[range]
        })
    };
    assert!(moved(&[]), "the rows tell");
    assert!(!moved(&["es"]), "Spanish was seen as a translation");
}
