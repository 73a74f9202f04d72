//! Tokenizer files of every kind, as published models ship them, trained on the corpus.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde_json::{Value, json};
use tokenizers::models::TrainerWrapper;
use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::models::wordpiece::{WordPiece, WordPieceTrainer};
use tokenizers::normalizers::{BertNormalizer, NFC};
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::whitespace::WhitespaceSplit;
use tokenizers::{AddedToken, Tokenizer};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Passages and questions of the corpus in `language`.
pub fn corpus(language: &str) -> Vec<String> {
    let text = std::fs::read(root().join(format!("corpus/{language}.json"))).unwrap();
    let file: Value = serde_json::from_slice(&text).unwrap();
    let mut texts = Vec::new();
    for article in file["data"].as_array().unwrap().iter().take(60) {
        for paragraph in article["paragraphs"].as_array().unwrap() {
            texts.push(paragraph["context"].as_str().unwrap().to_owned());
            for question in paragraph["qas"].as_array().unwrap() {
                texts.push(question["question"].as_str().unwrap().to_owned());
            }
        }
    }
    texts
}

/// Texts of four scripts in turn.
pub static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let languages = ["de", "hi", "zh", "ru"].map(corpus);
    (0..60).flat_map(|at| languages.iter().map(move |texts| texts[at].clone())).collect()
});

/// The tokenizer of the model in this repository: Unigram, 10 languages.
pub static BASE: LazyLock<Vec<u8>> =
    LazyLock::new(|| std::fs::read(root().join("models/base-static/tokenizer.json")).unwrap());

fn special(names: &[&str]) -> Vec<AddedToken> {
    names.iter().map(|name| AddedToken::from(*name, true)).collect()
}

fn trained(mut tokenizer: Tokenizer, trainer: impl Into<TrainerWrapper>) -> Value {
    tokenizer.train(&mut trainer.into(), TEXTS.iter().map(String::as_str)).unwrap();
    serde_json::from_str(&tokenizer.to_string(false).unwrap()).unwrap()
}

/// Adds a token behind all pieces.
fn add(file: &mut Value, id: usize, content: &str) {
    file["added_tokens"].as_array_mut().unwrap().push(json!({
        "id": id, "content": content, "single_word": false, "lstrip": true, "rstrip": false,
        "normalized": false, "special": true
    }));
}

/// As XLM-R: a template around the text, padding, a mask token behind the pieces.
fn xlm_r() -> Value {
    let mut file: Value = serde_json::from_slice(&BASE).unwrap();
    let pieces = file["model"]["vocab"].as_array().unwrap().len();
    add(&mut file, pieces, "<mask>");
    file["padding"] = json!({
        "strategy": "BatchLongest", "direction": "Right", "pad_to_multiple_of": null,
        "pad_id": 0, "pad_type_id": 0, "pad_token": "<pad>"
    });
    file["post_processor"] = json!({
        "type": "TemplateProcessing",
        "single": [
            {"SpecialToken": {"id": "<s>", "type_id": 0}},
            {"Sequence": {"id": "A", "type_id": 0}},
            {"SpecialToken": {"id": "</s>", "type_id": 0}}
        ],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
        "special_tokens": {
            "<s>": {"id": "<s>", "ids": [2], "tokens": ["<s>"]},
            "</s>": {"id": "</s>", "ids": [3], "tokens": ["</s>"]}
        }
    });
    file
}

/// Unigram with pieces for bytes.
fn unigram_bytes() -> Value {
    let mut file: Value = serde_json::from_slice(&BASE).unwrap();
    let vocab = file["model"]["vocab"].as_array_mut().unwrap();
    vocab.extend((0..=255).map(|byte| json!([format!("<0x{byte:02X}>"), 0.0])));
    file["model"]["byte_fallback"] = json!(true);
    file
}

/// As mBERT and `LaBSE`.
fn bert() -> Value {
    let mut tokenizer = Tokenizer::new(WordPiece::default());
    tokenizer.with_normalizer(Some(BertNormalizer::default())).unwrap();
    tokenizer.with_pre_tokenizer(Some(BertPreTokenizer));
    let names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
    let trainer = WordPieceTrainer::builder()
        .vocab_size(3000)
        .limit_alphabet(300)
        .special_tokens(special(&names))
        .show_progress(false)
        .build();
    let mut file = trained(tokenizer, trainer);
    file["post_processor"] =
        json!({"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]});
    file
}

fn byte_level() -> Value {
    let mut tokenizer = Tokenizer::new(BPE::default());
    tokenizer.with_normalizer(Some(NFC)).unwrap();
    tokenizer.with_pre_tokenizer(Some(ByteLevel::default()));
    let trainer = BpeTrainer::builder()
        .vocab_size(3000)
        .special_tokens(special(&["<s>", "<pad>", "</s>"]))
        .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
        .show_progress(false)
        .build();
    let mut file = trained(tokenizer, trainer);
    let pieces = file["model"]["vocab"].as_object().unwrap().len();
    add(&mut file, pieces, "<mask>");
    add(&mut file, pieces + 1, "<|unused|>");
    file["post_processor"] = json!({"type": "Sequence", "processors": [
        {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0],
         "trim_offsets": true, "add_prefix_space": true}
    ]});
    file
}

/// As `ModernBERT`: words that are pieces need no merges.
fn ignore_merges() -> Value {
    let mut file = byte_level();
    file["model"]["ignore_merges"] = json!(true);
    // A piece that no merge makes.
    let pieces = file["model"]["vocab"].as_object().unwrap().len();
    file["model"]["vocab"]["ĠSchachbrett"] = json!(pieces);
    file["added_tokens"] = json!([]);
    file
}

/// As Gemma: spaces as `▁`, bytes for unknown characters, and a rule for every way to put a piece
/// together, in the old form of rules.
fn gemma() -> Value {
    let mut tokenizer = Tokenizer::new(BPE::default());
    tokenizer.with_pre_tokenizer(Some(WhitespaceSplit));
    let trainer =
        BpeTrainer::builder().vocab_size(2500).limit_alphabet(250).show_progress(false).build();
    let mut file = trained(tokenizer, trainer);
    let learnt: BTreeMap<String, usize> =
        serde_json::from_value(file["model"]["vocab"].take()).unwrap();
    let mut pieces: Vec<(usize, String)> = learnt.into_iter().map(|(p, id)| (id, p)).collect();
    pieces.sort_unstable();
    let mut vocab: Vec<String> = ["<pad>", "<eos>", "<bos>", "<unk>"].map(str::to_owned).to_vec();
    vocab.extend((0..=255).map(|byte| format!("<0x{byte:02X}>")));
    vocab.push("▁".to_owned());
    vocab.extend(pieces.into_iter().map(|(_, piece)| piece));
    let ids: BTreeMap<&str, usize> =
        vocab.iter().enumerate().map(|(id, piece)| (piece.as_str(), id)).collect();
    let mut rules = Vec::new();
    for piece in &vocab[261..] {
        let cuts = piece.char_indices().skip(1).map(|(at, _)| piece.split_at(at));
        let known = cuts.filter(|(a, b)| ids.contains_key(a) && ids.contains_key(b));
        rules.extend(known.map(|(a, b)| format!("{a} {b}")));
    }
    file["normalizer"] = json!({"type": "Replace", "pattern": {"String": " "}, "content": "▁"});
    file["pre_tokenizer"] = json!({"type": "Split", "pattern": {"String": "▁"}, "behavior": "Isolated", "invert": false});
    file["model"]["vocab"] = json!(ids);
    file["model"]["merges"] = json!(rules);
    file["model"]["unk_token"] = json!("<unk>");
    file["model"]["fuse_unk"] = json!(true);
    file["model"]["byte_fallback"] = json!(true);
    file["added_tokens"] = json!([]);
    for (id, name) in ["<pad>", "<eos>", "<bos>", "<unk>"].iter().enumerate() {
        add(&mut file, id, name);
    }
    file
}

/// BPE with marks on the pieces inside or at the end of words.
fn affixed(prefix: &str, suffix: &str) -> Value {
    let mut tokenizer = Tokenizer::new(
        BPE::builder()
            .unk_token("<unk>".to_owned())
            .continuing_subword_prefix(prefix.to_owned())
            .end_of_word_suffix(suffix.to_owned())
            .build()
            .unwrap(),
    );
    tokenizer.with_pre_tokenizer(Some(WhitespaceSplit));
    let trainer = BpeTrainer::builder()
        .vocab_size(3000)
        .limit_alphabet(300)
        .special_tokens(special(&["<unk>"]))
        .continuing_subword_prefix(prefix.to_owned())
        .end_of_word_suffix(suffix.to_owned())
        .show_progress(false)
        .build();
    trained(tokenizer, trainer)
}

fn word_level() -> Value {
    let mut words: Vec<&str> = TEXTS.iter().flat_map(|text| text.split_whitespace()).collect();
    words.sort_unstable();
    words.dedup();
    let vocab = std::iter::once("<unk>").chain(words);
    let vocab: serde_json::Map<String, Value> =
        vocab.enumerate().map(|(id, word)| (word.to_owned(), json!(id))).collect();
    json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
        "normalizer": null, "pre_tokenizer": {"type": "WhitespaceSplit"}, "post_processor": null,
        "decoder": null, "model": {"type": "WordLevel", "vocab": vocab, "unk_token": "<unk>"}
    })
}

/// A tokenizer as it is published.
pub struct Kind {
    pub name: &'static str,
    pub file: Vec<u8>,
    pub tokenizer: isogloss_tokens::Tokenizer,
}

impl Kind {
    pub fn new(name: &'static str, file: Vec<u8>) -> Self {
        let tokenizer = isogloss_tokens::Tokenizer::from_bytes(&file).unwrap();
        Self { name, file, tokenizer }
    }
}

/// One of each kind; some files are indented, as many published ones are.
pub static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let pretty = |name, value: Value| Kind::new(name, serde_json::to_vec_pretty(&value).unwrap());
    let compact = |name, value: Value| Kind::new(name, serde_json::to_vec(&value).unwrap());
    vec![
        Kind::new("base-static", BASE.clone()),
        pretty("xlm-r", xlm_r()),
        compact("unigram with bytes", unigram_bytes()),
        pretty("bert", bert()),
        compact("byte-level bpe", byte_level()),
        compact("bpe of whole words first", ignore_merges()),
        pretty("gemma", gemma()),
        compact("bpe with suffix", affixed("", "</w>")),
        compact("bpe with prefix", affixed("##", "")),
        compact("word level", word_level()),
    ]
});
