//! Texts whose pieces are kept are divided as before.

use isogloss_tokens::{Tokenizer, Trimmed, Usage, trim};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::kinds::{BASE, KINDS, Kind, TEXTS};

fn load(json: &[u8]) -> Tokenizer {
    Tokenizer::from_bytes(json).unwrap()
}

/// A trimmed tokenizer beside the one it came from.
struct Pair<'a> {
    old: &'a Kind,
    new: Tokenizer,
    trimmed: Trimmed,
}

impl<'a> Pair<'a> {
    /// Trims to `texts`.
    fn new(old: &'a Kind, texts: &[String]) -> Self {
        let usage = Usage::of(&old.tokenizer, texts).unwrap();
        let trimmed = trim(&old.file, usage.ids()).unwrap();
        let new = load(trimmed.json.as_bytes());
        assert_eq!(new.vocabulary(), trimmed.kept.len(), "{}", old.name);
        Self { old, new, trimmed }
    }

    /// Checks that `text` is read as before, whole and cut.
    fn same(&self, text: &str) {
        for length in [usize::MAX, 5, 1] {
            let after = self.new.encode(text, length, true).unwrap();
            let after: Vec<u32> = after.iter().map(|&id| self.trimmed.kept[id as usize]).collect();
            let before = self.old.tokenizer.encode(text, length, true).unwrap();
            assert_eq!(before, after, "{}: {text}", self.old.name);
        }
    }

    /// Whether all pieces of `text` are kept. A word that `WordPiece` gave up tells too little of
    /// what its reading takes.
    fn covers(&self, text: &str) -> bool {
        let ids = self.old.tokenizer.encode(text, usize::MAX, true).unwrap();
        let gave_up = self.old.name == "bert"
            && self.old.tokenizer.unknown().is_some_and(|unknown| ids.contains(&unknown));
        !gave_up && ids.iter().all(|&id| self.trimmed.new_id(id).is_some())
    }
}

/// Trims to `texts`; checks those, and every text of the corpus that happens to be covered.
fn check(kind: &Kind, texts: &[String]) -> Trimmed {
    let pair = Pair::new(kind, texts);
    let covered = TEXTS.iter().filter(|text| pair.covers(text));
    texts.iter().chain(covered).for_each(|text| pair.same(text));
    pair.trimmed
}

/// The same for texts that are no part of the corpus.
fn check_alone(file: Vec<u8>, texts: &[&str]) -> Trimmed {
    let kind = Kind::new("by hand", file);
    let texts: Vec<String> = texts.iter().map(|&text| text.to_owned()).collect();
    let pair = Pair::new(&kind, &texts);
    for text in &texts {
        pair.same(text);
    }
    pair.trimmed
}

#[test]
fn every_kind_reads_a_part_of_the_corpus_as_before_and_shrinks() {
    for kind in KINDS.iter() {
        let texts: Vec<String> = TEXTS.iter().step_by(4).take(20).cloned().collect();
        let trimmed = check(kind, &texts);
        assert_eq!(trimmed.before.bytes, kind.file.len());
        assert_eq!(trimmed.after.bytes, trimmed.json.len());
        assert_eq!(trimmed.after.pieces, trimmed.kept.len());
        assert!(trimmed.after.pieces * 4 < trimmed.before.pieces * 3, "{}", kind.name);
        assert!(trimmed.after.bytes < trimmed.before.bytes, "{}", kind.name);
    }
}

#[test]
fn unknown_characters_case_and_added_tokens_in_the_middle_are_read_as_before() {
    let texts = [
        "Ein Schachbrett hat ☃ Felder, 𐍈𐍉 und ᚠᛇᚻ.",
        "SCHACHBRETT schachbrett ScHaCh",
        "vor<mask>nach <s> mitten <|unused|>im Text </s>",
        "a\u{301}e\u{308} ﬁ ｆｕｌｌ  zwei   Räume\n\tTab",
        "नदी\u{200d} 東京。한국어 ☃☃ 😀",
        "",
    ]
    .map(str::to_owned);
    for kind in KINDS.iter() {
        check(kind, &texts);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn any_part_of_the_corpus_with_any_noise_is_read_as_before(
        picks in prop::collection::vec((0..240_usize, 0..200_usize, "\\PC{0,12}"), 1..12),
    ) {
        let mut texts: Vec<String> = picks
            .iter()
            .map(|(at, start, noise)| {
                let rest: String = TEXTS[*at].chars().skip(*start).take(120).collect();
                let (left, right) = rest.split_at(rest.find(' ').unwrap_or(0));
                format!("{left}{noise}{right}a")
            })
            .collect();
        // Noise alone may use no piece at all, which is refused.
        texts.push(TEXTS[0].clone());
        for kind in KINDS.iter() {
            check(kind, &texts);
        }
    }
}

#[test]
fn keeping_every_piece_gives_the_same_file_to_the_byte() {
    let pieces = load(&BASE).vocabulary() as u32;
    let trimmed = trim(&BASE, 0..pieces).unwrap();
    assert!(trimmed.json.as_bytes() == BASE.as_slice());
    assert_eq!(trimmed.before, trimmed.after);
}

#[test]
fn what_is_not_about_pieces_stays() {
    for kind in KINDS.iter() {
        let trimmed = Pair::new(kind, &TEXTS[..4]).trimmed;
        let rest = |json: &[u8]| {
            let mut value: Value = serde_json::from_slice(json).unwrap();
            // These have ids; where they went is the next test's.
            for field in ["vocab", "merges", "unk_id"] {
                value["model"].as_object_mut().unwrap().remove(field);
            }
            for field in ["added_tokens", "post_processor", "padding"] {
                value.as_object_mut().unwrap().remove(field);
            }
            value
        };
        assert_eq!(rest(&kind.file), rest(trimmed.json.as_bytes()), "{}", kind.name);
    }
}

#[test]
fn ids_that_the_file_names_follow_their_pieces() {
    // The special pieces in the middle of the vocabulary, so that they move.
    let file = json!({
        "version": "1.0",
        "truncation": null,
        "padding": {"strategy": "BatchLongest", "direction": "Right", "pad_to_multiple_of": null,
                    "pad_id": 3, "pad_type_id": 0, "pad_token": "[PAD]"},
        "added_tokens": [
            {"id": 5, "content": "[CLS]", "single_word": false, "lstrip": false, "rstrip": false,
             "normalized": false, "special": true},
            {"id": 8, "content": "[NEW]", "single_word": false, "lstrip": false, "rstrip": false,
             "normalized": false, "special": true}],
        "normalizer": null,
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "post_processor": {"type": "BertProcessing", "cls": ["[CLS]", 5], "sep": ["[SEP]", 6]},
        "decoder": null,
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100,
                  "vocab": {"gone": 0, "stays": 1, "too": 2, "[PAD]": 3, "more": 4, "[CLS]": 5,
                            "[SEP]": 6, "[UNK]": 7}}
    });
    let trimmed = trim(file.to_string().as_bytes(), [1]).unwrap();
    assert_eq!(trimmed.kept, [1, 3, 5, 6, 7, 8]);
    assert_eq!((trimmed.new_id(5), trimmed.new_id(8), trimmed.new_id(0)), (Some(2), Some(5), None));
    let json: Value = serde_json::from_str(&trimmed.json).unwrap();
    assert_eq!(json["padding"]["pad_id"], 1);
    assert_eq!(json["post_processor"]["cls"], json!(["[CLS]", 2]));
    assert_eq!(json["post_processor"]["sep"], json!(["[SEP]", 3]));
    assert_eq!(json["added_tokens"][1]["id"], 5);
    let new = load(trimmed.json.as_bytes());
    assert_eq!(new.encode("stays [NEW] too", 9, true).unwrap(), [2, 0, 5, 4, 3]);
}

fn unigram(vocab: &Value, unknown: &Value) -> Vec<u8> {
    json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
        "normalizer": null, "pre_tokenizer": null, "post_processor": null, "decoder": null,
        "model": {"type": "Unigram", "unk_id": unknown, "vocab": vocab}
    })
    .to_string()
    .into_bytes()
}

#[test]
fn the_price_of_an_unknown_character_stays() {
    // Unknown costs -70 beside the piece of -60; without that piece it would cost -40, and
    // an unknown character before `bc` would be cheaper than the two known pieces.
    let vocab = json!([["<unk>", 0], ["☃b", -30], ["c", -30], ["bc", -1], ["z", -60], ["y", -2]]);
    let trimmed = check_alone(unigram(&vocab, &json!(0)), &["☃bc", "bc"]);
    assert_eq!(trimmed.kept, [0, 1, 2, 3, 4]);
}

#[test]
fn a_model_without_unknown_piece_still_reads_covered_texts() {
    let vocab = json!([["a", -3], ["b", -3], ["ab", -1], ["c", -4], ["cab", -2.5], ["bc", -9]]);
    let trimmed = check_alone(unigram(&vocab, &Value::Null), &["abab"]);
    assert_eq!(trimmed.kept, [0, 1, 2, 3, 5]);
}

#[test]
fn a_word_that_was_given_up_stays_unknown() {
    let file = json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
        "normalizer": null, "pre_tokenizer": {"type": "WhitespaceSplit"}, "post_processor": null,
        "decoder": null,
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100,
                  "vocab": {"[UNK]": 0, "a": 1, "ab": 2, "c": 3, "##b☃": 4, "unused": 5}}
    });
    // `ab`, then no piece for `☃`. Without `ab` it would be `a`, `##b☃`.
    let trimmed = check_alone(file.to_string().into_bytes(), &["ab☃", "cb☃", "a"]);
    assert_eq!(trimmed.kept, [0, 1, 2, 3, 4]);
}

#[test]
fn the_way_to_a_bpe_piece_is_kept_and_no_other() {
    let vocab = json!({"t": 0, "h": 1, "e": 2, "th": 3, "he": 4, "the": 5, "x": 6});
    let merges = json!([["t", "h"], ["h", "e"], ["th", "e"], ["t", "he"]]);
    let file = json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
        "normalizer": null, "pre_tokenizer": null, "post_processor": null, "decoder": null,
        "model": {"type": "BPE", "dropout": null, "unk_token": null, "fuse_unk": false,
                  "continuing_subword_prefix": null, "end_of_word_suffix": null,
                  "byte_fallback": false, "ignore_merges": false, "vocab": vocab, "merges": merges}
    });
    let trimmed = check_alone(file.to_string().into_bytes(), &["thethe"]);
    assert_eq!(trimmed.kept, [0, 1, 2, 3, 5]);
    let json: Value = serde_json::from_str(&trimmed.json).unwrap();
    assert_eq!(json["model"]["merges"], json!([["t", "h"], ["th", "e"]]));
}

#[test]
fn usage_counts_in_parts_as_in_one() {
    let tokenizer = load(&BASE);
    let whole = Usage::of(&tokenizer, TEXTS.iter()).unwrap();
    let mut parts = Usage::new(&tokenizer);
    for texts in TEXTS.chunks(7) {
        parts.add(&tokenizer, texts).unwrap();
    }
    assert_eq!(whole, parts);
    assert_eq!(whole.texts(), TEXTS.len() as u64);
    let ids = tokenizer.encode(&TEXTS[0], usize::MAX, false).unwrap();
    assert!(ids.iter().all(|&id| whole.count(id) > 0 && whole.ids().contains(&id)));
}
