//! Files and wishes that cannot be met are named.

use isogloss_tokens::trim;
use serde_json::{Value, json};

fn file() -> Value {
    json!({
        "version": "1.0", "truncation": null, "padding": null,
        "added_tokens": [{"id": 0, "content": "<unk>", "single_word": false, "lstrip": false,
                          "rstrip": false, "normalized": false, "special": true}],
        "normalizer": null, "pre_tokenizer": null, "post_processor": null, "decoder": null,
        "model": {"type": "BPE", "unk_token": "<unk>", "vocab": {"<unk>": 0, "a": 1, "b": 2, "ab": 3},
                  "merges": [["a", "b"]]}
    })
}

/// The error of trimming to the piece 3, after `change`.
fn refused(change: impl FnOnce(&mut Value)) -> String {
    let mut value = file();
    change(&mut value);
    trim(value.to_string().as_bytes(), [3]).unwrap_err().to_string()
}

#[test]
fn the_file_is_fine_before_it_is_changed() {
    assert_eq!(trim(file().to_string().as_bytes(), [3]).unwrap().kept, [0, 1, 2, 3]);
}

#[test]
fn a_model_of_another_type_is_named() {
    let error = refused(|file| file["model"]["type"] = json!("Neural"));
    assert!(error.contains("`Neural`") && error.contains("WordPiece"), "{error}");
}

#[test]
fn gaps_and_duplicates_of_ids_are_named() {
    let error = refused(|file| file["model"]["vocab"]["b"] = json!(9));
    assert!(error.contains("`b`") && error.contains('9') && error.contains("gaps"), "{error}");
    let error = refused(|file| file["model"]["vocab"]["b"] = json!(1));
    assert!(error.contains("id 1") && error.contains("`a`") && error.contains("`b`"), "{error}");
    let error = refused(|file| file["model"]["vocab"]["b"] = json!(-1));
    assert!(error.contains("\"b\""), "{error}");
    let text = file().to_string().replace(r#""a":1"#, r#""a":1,"a":2"#);
    let error = trim(text.as_bytes(), [3]).unwrap_err().to_string();
    assert!(error.contains("`a` twice"), "{error}");
}

#[test]
fn an_added_token_under_another_id_is_named() {
    let error = refused(|file| {
        file["added_tokens"][0]["content"] = json!("<mask>");
        file["added_tokens"][0]["id"] = json!(7);
    });
    assert!(error.contains("`<mask>`") && error.contains('7') && error.contains('4'), "{error}");
}

#[test]
fn ids_of_no_piece_are_named() {
    let error = refused(|file| file["padding"] = json!({"pad_id": 4}));
    assert!(error.contains("padding.pad_id") && error.contains("the id 4"), "{error}");
    let error = refused(|file| file["post_processor"] = json!({"sep": ["x", 8], "cls": ["x", 0]}));
    assert!(error.contains("post_processor") && error.contains("the id 8"), "{error}");
    let error = trim(file().to_string().as_bytes(), [3, 77]).unwrap_err().to_string();
    assert!(error.contains("the id 77") && error.contains("4 pieces"), "{error}");
}

#[test]
fn a_merge_of_missing_pieces_is_named() {
    let error = refused(|file| file["model"]["merges"] = json!(["a b", "b c"]));
    assert!(error.contains("merge 1") && error.contains("`c`"), "{error}");
    let error = refused(|file| file["model"]["merges"] = json!(["a b c"]));
    assert!(error.contains("model.merges"), "{error}");
}

#[test]
fn a_vocabulary_of_special_pieces_alone_is_refused() {
    for wanted in [vec![], vec![0]] {
        let error = trim(file().to_string().as_bytes(), wanted).unwrap_err().to_string();
        assert!(error.contains("nothing would be left"), "{error}");
    }
}

#[test]
fn what_is_no_tokenizer_is_named() {
    for (text, part) in [
        ("{\"model\"", "EOF"),
        ("[]", "`model`"),
        ("{\"model\":{\"type\":\"BPE\"}}", "`model.vocab`"),
        ("{\"model\":{\"type\":\"Unigram\",\"vocab\":[[\"a\"]]}}", "model.vocab[0]"),
        ("{\"model\":{\"vocab\":{}}}", "`none`"),
    ] {
        let error = trim(text.as_bytes(), [0]).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
    let deep = format!(
        "{}{{}}{}",
        "{\"type\":\"Sequence\",\"processors\":[".repeat(5000),
        "]}".repeat(5000)
    );
    let text = file()
        .to_string()
        .replace("\"post_processor\":null", &format!("\"post_processor\":{deep}"));
    let error = trim(text.as_bytes(), [3]).unwrap_err().to_string();
    assert!(error.contains("deep"), "{error}");
}
