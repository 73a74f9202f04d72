//! Reading texts to encode: what is given out, what belongs to which shard, what is said about
//! files that are wrong.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use isogloss_corpora::texts::{Text, TextFormat, TextReader};
use isogloss_corpora::{CorpusError, Shard, ShardError};
use tempfile::TempDir;

fn file(name: &str, bytes: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn read(name: &str, bytes: impl AsRef<[u8]>) -> Result<Vec<Text>, CorpusError> {
    let (_folder, path) = file(name, bytes);
    TextReader::open(path, None)?.collect()
}

/// Id, language (`-` for none) and text of every row.
fn rows(name: &str, bytes: impl AsRef<[u8]>) -> Vec<(String, String, String)> {
    let row = |text: Text| (text.id, text.lang.unwrap_or_else(|| "-".to_owned()), text.text);
    read(name, bytes).unwrap().into_iter().map(row).collect()
}

fn row(id: &str, lang: &str, text: &str) -> (String, String, String) {
    (id.to_owned(), lang.to_owned(), text.to_owned())
}

/// What is said about a file, without its folder.
fn complaint(name: &str, bytes: impl AsRef<[u8]>) -> String {
    let (folder, path) = file(name, bytes);
    let all: Result<Vec<Text>, _> = TextReader::open(path, None).and_then(Iterator::collect);
    all.unwrap_err().to_string().replace(&format!("{}/", folder.path().display()), "")
}

const BEIR: &str = r#"{"_id": "MED-10", "title": "Statins", "text": "Recent studies", "metadata": {}}
{"_id": "MED-14", "title": "", "text": "No title"}

{"_id": 15, "title": null, "text": " kept as it is ", "lang": "en"}
{"_id": "16", "title": "Only a title", "text": ""}
"#;

#[test]
fn a_beir_corpus_joins_title_and_text_with_a_space() {
    let expected = vec![
        row("MED-10", "-", "Statins Recent studies"),
        row("MED-14", "-", "No title"),
        row("15", "en", " kept as it is "),
        row("16", "-", "Only a title"),
    ];
    assert_eq!(rows("corpus.jsonl", BEIR), expected);
    assert_eq!(rows("corpus.jsonl.gz", gzip(BEIR.as_bytes())), expected);
    assert_eq!(rows("corpus", BEIR), expected, "told by its first line");
}

#[test]
fn tables_and_plain_lines_are_texts_too() {
    let table = "q1\twas ist das?\nq2\t\n";
    let expected = [row("q1", "-", "was ist das?"), row("q2", "-", "")];
    assert_eq!(rows("queries.tsv", table), expected);
    assert_eq!(rows("queries", table), expected);
    let plain = "\u{feff}first\r\n\n{second}\n";
    assert_eq!(rows("lines.txt", plain), [row("1", "-", "first"), row("3", "-", "{second}")]);
    assert_eq!(rows("lines", plain), [row("1", "-", "first"), row("3", "-", "{second}")]);
}

#[test]
fn a_format_that_is_given_is_taken_over_the_name() {
    let (_folder, path) = file("corpus.jsonl", "{\"not\": 1}\n");
    let plain: TextFormat = "txt".parse().unwrap();
    let texts: Vec<_> = TextReader::open(path, Some(plain)).unwrap().map(Result::unwrap).collect();
    assert_eq!(texts[0].text, "{\"not\": 1}");
    assert!("csv".parse::<TextFormat>().unwrap_err().to_string().contains("`csv`"));
}

#[test]
fn the_language_of_a_row_stands_before_the_default() {
    let (_folder, path) = file(
        "a.jsonl",
        r#"{"id": 1, "text": "a", "lang": "de"}
{"id": 2, "text": "b", "lang": null}"#,
    );
    let reader = TextReader::open(path, None).unwrap().language("en");
    let languages: Vec<_> = reader.map(|text| text.unwrap().lang.unwrap()).collect();
    assert_eq!(languages, ["de", "en"]);
}

#[test]
fn shards_are_equal_disjoint_and_put_together_in_order() {
    let lines = (0..10).map(|k| format!("text {k}")).collect::<Vec<_>>().join("\n\n");
    let (_folder, path) = file("a.txt", lines);
    let part = |index| -> Vec<String> {
        let shard = Shard::new(index, 3).unwrap();
        let reader = TextReader::open(&path, None).unwrap().shard(shard);
        reader.map(|text| text.unwrap().text).collect()
    };
    let parts: Vec<_> = (1..=3).map(part).collect();
    assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), [4, 3, 3]);
    for k in 0..10 {
        assert_eq!(parts[k % 3][k / 3], format!("text {k}"));
    }
}

#[test]
fn a_shard_may_be_empty_but_a_corpus_may_not() {
    let (_folder, path) = file("a.txt", "one\n");
    let reader = TextReader::open(&path, None).unwrap().shard("2/2".parse().unwrap());
    assert_eq!(reader.count(), 0);
    assert_eq!(complaint("a.txt", "\n\n"), "a.txt: no texts");
}

#[test]
fn shards_are_counted_from_one() {
    let shard: Shard = "3/16".parse().unwrap();
    assert_eq!((shard.index(), shard.count(), shard.to_string().as_str()), (3, 16, "3/16"));
    for text in ["0/4", "5/4", "0/0"] {
        assert!(matches!(text.parse::<Shard>(), Err(ShardError::Range { .. })), "{text}");
    }
    for text in ["abc", "3", "/", "1/", "-1/4", "1/2/3", "1.5/2", "1/99999999999"] {
        let error = text.parse::<Shard>().unwrap_err();
        assert!(matches!(error, ShardError::Form { .. }), "{text}");
        assert!(error.to_string().contains(&format!("`{text}`")), "{error}");
    }
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    let json = |text: &str| complaint("a.jsonl", format!("{{\"id\": 1, \"text\": \"a\"}}\n{text}"));
    assert_eq!(json(r#"{"text": "a"}"#), "a.jsonl:2: missing field `id`");
    assert_eq!(json(r#"{"_id": "", "text": "a"}"#), "a.jsonl:2: field `_id` is empty");
    assert_eq!(
        json(r#"{"id": 1.5, "text": "a"}"#),
        "a.jsonl:2: field `id` must be text, not a number"
    );
    assert_eq!(json(r#"{"id": 1}"#), "a.jsonl:2: missing field `text`");
    assert_eq!(
        json(r#"{"id": 1, "text": ["a"]}"#),
        "a.jsonl:2: field `text` must be text, not an array"
    );
    assert_eq!(json(r#"{"id": 1, "text": "a", "lang": ""}"#), "a.jsonl:2: field `lang` is empty");
    assert_eq!(json("[1, 2]"), "a.jsonl:2:1: malformed JSON: expected an object");
    let cut = json(r#"{"id": 1, "text": "a"#);
    assert!(cut.starts_with("a.jsonl:2:"), "{cut}");
    assert!(cut.contains("malformed JSON: EOF"), "{cut}");
    let table = |text: &str| complaint("a.tsv", text);
    assert!(table("a\tb\nc").starts_with("a.tsv:2: field `text` is missing"));
    assert!(table("a\tb\tc").ends_with("expected 2 columns, got 3"));
    assert_eq!(table(" \ta"), "a.tsv:1: field `id` is empty");
}

#[test]
fn nothing_follows_an_error() {
    let (_folder, path) = file("a.tsv", "a\t1\nb\nc\t3\n");
    let mut reader = TextReader::open(path, None).unwrap();
    assert!(reader.next().unwrap().is_ok());
    assert!(reader.next().unwrap().is_err());
    assert!(reader.next().is_none());
}

#[test]
fn a_cut_download_and_an_endless_line_are_errors() {
    let whole = gzip(BEIR.as_bytes());
    let cut = complaint("a.jsonl.gz", &whole[..whole.len() - 9]);
    assert!(cut.contains("gzip data is cut short"), "{cut}");
    let bomb = gzip(&vec![b'a'; (64 << 20) + 1]);
    assert!(bomb.len() < 1 << 20);
    assert_eq!(complaint("a.txt.gz", bomb), "a.txt.gz:1: the line is longer than 64 MiB");
}
