//! Reading training data: what comes out of right files, and what is said about wrong ones.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use isogloss_corpora::training::{Builder, RawRows, TrainingSet};
use isogloss_corpora::{CorpusError, Split};
use tempfile::TempDir;

struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Group, source, language, query, passage of every entry.
fn rows(set: &TrainingSet) -> Vec<(u32, &str, &str, &str, &str)> {
    let text = |index: u32| set.texts[index as usize].as_str();
    set.entries
        .iter()
        .map(|e| {
            let source = &set.sources[e.source as usize];
            let language = &set.languages[e.language as usize];
            (e.group, source.as_str(), language.as_str(), text(e.query), text(e.passage))
        })
        .collect()
}

/// What is said about a file, without its folder.
fn complaint(bytes: impl AsRef<[u8]>, read: impl Fn(&Path) -> Result<(), CorpusError>) -> String {
    let files = Files::new();
    let message = read(&files.write("data", bytes)).unwrap_err().to_string();
    message.replace(&format!("{}/", files.0.path().display()), "")
}

fn pairs(path: &Path) -> Result<(), CorpusError> {
    Builder::new().pairs(path).map(drop)
}

fn parallel(path: &Path) -> Result<(), CorpusError> {
    Builder::new().parallel(path).map(drop)
}

fn bitext(path: &Path) -> Result<(), CorpusError> {
    Builder::new().bitext(path).map(drop)
}

fn lexicon(path: &Path) -> Result<(), CorpusError> {
    Builder::new().lexicon(path).map(drop)
}

const PAIRS: &str = r#"{"id": "1", "source": "wiki", "lang": "ru", "query": "кто?", "passage": "он", "script": null}
{"lang": "en", "query": "who?", "passage": "he"}

{"lang": "en", "query": "whom?", "passage": "he"}
"#;

#[test]
fn each_pair_has_a_meaning_of_its_own() {
    let files = Files::new();
    let path = files.write("questions.v1.jsonl", PAIRS);
    let set = Builder::new().pairs(path).unwrap().finish().unwrap();
    assert_eq!(
        rows(&set),
        [
            (0, "wiki", "ru", "кто?", "он"),
            (1, "questions", "en", "who?", "he"),
            (2, "questions", "en", "whom?", "he"),
        ]
    );
    assert_eq!(set.languages, ["en", "ru"]);
    assert_eq!(set.sources, ["questions", "wiki"]);
    // Equal texts are one text.
    assert_eq!(set.entries[1].passage, set.entries[2].passage);
    assert_eq!(set.texts, ["кто?", "он", "who?", "he", "whom?"]);
}

#[test]
fn gzip_is_told_by_its_bytes_not_by_its_name() {
    let files = Files::new();
    let plain = files.write("pairs.jsonl.gz", PAIRS);
    let packed = files.write("packed/pairs.jsonl", gzip(PAIRS));
    // Several gzip members in a row are one file, as `cat a.gz b.gz` makes it.
    let (head, tail) = PAIRS.split_at(30);
    let members = files.write("members/pairs", [gzip(head), gzip(tail)].concat());
    let read = |path| Builder::new().pairs(path).unwrap().finish().unwrap();
    let set = read(plain);
    assert_eq!(read(packed).texts, set.texts);
    assert_eq!(read(members).entries.len(), set.entries.len());
}

#[test]
fn parallel_rows_share_a_meaning_by_source_and_id() {
    let files = Files::new();
    let text = r#"{"id": "x", "source": "guide", "lang": "en", "query": "Cats", "passage": "They purr."}
{"id": "y", "source": "guide", "lang": "en", "query": "Dogs", "passage": "They bark."}
{"id": "x", "source": "guide", "lang": "de", "query": "Katzen", "passage": "Sie schnurren."}
{"id": "x", "source": "other", "lang": "de", "query": "Vögel", "passage": "Sie singen."}
"#;
    let (one, two) = (files.write("one.jsonl", text), files.write("two.jsonl", text));
    let set = Builder::new().parallel(one).unwrap().parallel(two).unwrap().finish().unwrap();
    let groups: Vec<u32> = set.entries.iter().map(|entry| entry.group).collect();
    assert_eq!(groups, [0, 1, 0, 2, 3, 4, 3, 5], "ids mean nothing across files");
    assert_eq!(rows(&set)[2], (0, "guide", "de", "Katzen", "Sie schnurren."));
}

#[test]
fn bitext_is_query_and_passage_at_once() {
    let files = Files::new();
    let text = "\u{feff}{\"id\": 7, \"lang\": \"th\", \"text\": \"แมว\"}\r\n\
                {\"id\": \"7\", \"lang\": \"en\", \"text\": \"cat\"}";
    let set = Builder::new().bitext(files.write("b.jsonl", text)).unwrap().finish().unwrap();
    assert_eq!(rows(&set), [(0, "b", "th", "แมว", "แมว"), (0, "b", "en", "cat", "cat")]);
}

#[test]
fn a_lexicon_has_one_meaning_a_line() {
    let files = Files::new();
    let text = "en\tde\tzh\nhouse|home\tHaus|Heim|Haus\t\nred\trot\t红\n";
    let set = Builder::new().lexicon(files.write("words.tsv", text)).unwrap().finish().unwrap();
    assert_eq!(
        rows(&set),
        [
            (0, "lexicon", "en", "house", "house"),
            (0, "lexicon", "en", "home", "home"),
            (0, "lexicon", "de", "Haus", "Haus"),
            (0, "lexicon", "de", "Heim", "Heim"),
            (1, "lexicon", "en", "red", "red"),
            (1, "lexicon", "de", "rot", "rot"),
            (1, "lexicon", "zh", "红", "红"),
        ]
    );
}

#[test]
fn a_benchmark_becomes_questions_with_their_sentences() {
    let files = Files::new();
    let file = |question: &str, text: &str| {
        serde_json::json!({"data": [{"split": "train", "paragraphs": [{
            "context": text, "sentence_breaks": [[0, 3], [4, 7]],
            "qas": [{"id": "q", "question": question,
                     "answers": [{"answer_start": 4, "text": "x"}]}]}]}]})
        .to_string()
    };
    files.write("small/en.json", file("What?", "Is. It."));
    let dir = files.write("small/de.json", file("Was?", "Es. Er."));
    let dir = dir.parent().unwrap();
    let set = Builder::new().lareqa(dir, None, Split::Train).unwrap().finish().unwrap();
    assert_eq!(rows(&set), [(0, "small", "de", "Was?", "Er."), (0, "small", "en", "What?", "It.")]);

    let asked = ["el".to_owned()];
    let error = Builder::new().lareqa(dir, Some(&asked), Split::Train).map(drop).unwrap_err();
    assert!(error.to_string().contains("no data for language `el`"), "{error}");
}

#[test]
fn meanings_of_different_files_differ() {
    let files = Files::new();
    let mut builder = Builder::new();
    builder.pairs(files.write("p", PAIRS)).unwrap();
    builder.bitext(files.write("b", r#"{"id": "1", "lang": "en", "text": "he"}"#)).unwrap();
    builder.lexicon(files.write("l", "en\nhe\n")).unwrap();
    let set = builder.finish().unwrap();
    let groups: Vec<u32> = set.entries.iter().map(|entry| entry.group).collect();
    assert_eq!(groups, [0, 1, 2, 3, 4]);
    let he = set.entries[1].passage;
    assert!(set.entries[3..].iter().all(|entry| entry.query == he && entry.passage == he));
    assert!(matches!(builder.finish().unwrap_err(), CorpusError::Empty { .. }));
}

#[test]
fn rows_may_carry_hard_negatives() {
    let files = Files::new();
    let text = r#"{"id": "1", "lang": "en", "query": "q1", "passage": "p1", "negatives": ["n1", "p2", "n1"]}
{"id": "2", "lang": "en", "query": "q2", "passage": "p2", "negatives": []}
{"id": "3", "lang": "en", "query": "q3", "passage": "p3", "negative": "n1"}
{"id": "4", "lang": "en", "query": "q4", "passage": "p4", "negative": null, "negatives": null}
"#;
    let path = files.write("rows.jsonl", text);
    let mut builder = Builder::new();
    builder.pairs(&path).unwrap().parallel(&path).unwrap();
    let set = builder.finish().unwrap();
    let negatives = |entry: u32| -> Vec<&str> {
        set.negatives.of(entry).iter().map(|&id| set.texts[id as usize].as_str()).collect()
    };
    for first in [0, 4] {
        assert_eq!(negatives(first), ["n1", "p2"]);
        assert!(negatives(first + 1).is_empty() && negatives(first + 3).is_empty());
        assert_eq!(negatives(first + 2), ["n1"]);
    }
    assert_eq!(set.negatives.of(0)[1], set.entries[1].passage, "equal texts are one text");
    assert_eq!(set.negatives.len(), 6);
}

#[test]
fn negatives_that_are_no_texts_are_refused() {
    let row = |fields: &str| format!(r#"{{"lang": "en", "query": "q", "passage": "p", {fields}}}"#);
    for (fields, said) in [
        (r#""negatives": "n""#, "field `negatives` must be an array of texts"),
        (r#""negatives": ["n", 7]"#, "field `negatives` must be text, not a number"),
        (r#""negatives": [" "]"#, "field `negatives` is empty"),
        (r#""negative": ["n"]"#, "field `negative` must be text, not an array"),
        (r#""negative": "n", "negatives": ["n"]"#, "field `negative` stands beside `negatives`"),
    ] {
        assert_eq!(complaint(row(fields), pairs), format!("data:1: {said}"));
    }
}

#[test]
fn a_missing_field_is_named_with_its_line() {
    let row = r#"{"lang": "en", "query": "q", "passage": "p"}"#;
    let said = complaint(format!("{row}\n\n{{\"lang\": \"en\", \"query\": \"q\"}}"), pairs);
    assert_eq!(said, "data:3: missing field `passage`");
    assert_eq!(complaint(row, parallel), "data:1: missing field `id`");
    assert_eq!(complaint(r#"{"id": "1", "lang": "en"}"#, bitext), "data:1: missing field `text`");
    let said = complaint(r#"{"query": "q", "passage": "p"}"#, pairs);
    assert_eq!(said, "data:1: missing field `lang`");
}

#[test]
fn a_field_that_is_no_text_is_named() {
    let said = complaint(r#"{"lang": "en", "query": ["q"], "passage": "p"}"#, pairs);
    assert_eq!(said, "data:1: field `query` must be text, not an array");
    let said = complaint(r#"{"lang": " ", "query": "q", "passage": "p"}"#, pairs);
    assert_eq!(said, "data:1: field `lang` is empty");
    let said = complaint(r#"{"id": 1.5, "lang": "en", "text": "t"}"#, bitext);
    assert_eq!(said, "data:1: field `id` must be text, not a number");
}

#[test]
fn malformed_rows_are_refused_with_line_and_column() {
    let row = r#"{"lang": "en", "query": "q", "passage": "p"}"#;
    let said = complaint(format!("{row}\n{{\"lang\": en}}"), pairs);
    assert_eq!(said, "data:2:10: malformed JSON: expected value");
    let said = complaint(r#"["en", "q", "p"]"#, pairs);
    assert_eq!(said, "data:1:1: malformed JSON: expected an object");
    let said = complaint(format!("{row} {row}"), pairs);
    assert!(said.starts_with("data:1:46: malformed JSON: trailing characters"), "{said}");
}

#[test]
fn bytes_that_are_not_utf8_are_refused_with_their_line() {
    assert_eq!(complaint(b"en\tde\ncat\t\xff\n", lexicon), "data:2: not UTF-8 text");
}

#[test]
fn gzip_that_is_cut_short_or_damaged_is_refused() {
    let text = PAIRS.repeat(200);
    let whole = gzip(&text);
    let said = complaint(&whole[..whole.len() - 6], pairs);
    assert!(said.contains(": gzip data is cut short or damaged: "), "{said}");
    let said = complaint(&whole[..whole.len() / 2], pairs);
    assert!(said.contains(": gzip data is cut short or damaged: "), "{said}");
    let mut altered = whole;
    let last = altered.len() - 8;
    altered[last] ^= 1;
    let said = complaint(altered, pairs);
    assert!(said.contains(": gzip data is cut short or damaged: "), "{said}");
}

#[test]
fn a_lexicon_row_of_another_width_is_refused() {
    let said = complaint("en\tde\tzh\ncat\tKatze\t猫\ndog\tHund\n", lexicon);
    assert_eq!(said, "data:3: expected 3 columns, got 2");
}

#[test]
fn a_lexicon_needs_a_header_of_languages() {
    let start = "data:1: header must name each column's language once: ";
    assert_eq!(complaint("en\t\tde\na\tb\tc\n", lexicon), format!("{start}a column has no name"));
    assert_eq!(complaint("en\ten\na\tb\n", lexicon), format!("{start}`en` occurs twice"));
    assert_eq!(complaint("en\tde\n", lexicon), "data: no concepts below the header");
}

#[test]
fn files_without_rows_or_that_are_not_there_are_refused() {
    assert_eq!(complaint("\n", pairs), "data: no rows");
    assert_eq!(complaint("", lexicon), "data: no header");
    let error = bitext(Path::new("no/such/file.jsonl")).unwrap_err();
    assert!(error.to_string().starts_with("no/such/file.jsonl: cannot read:"), "{error}");
}

#[test]
fn raw_rows_are_the_entries_rows_with_all_of_their_fields() {
    let files = Files::new();
    let text = "{\"id\": 4, \"query\": \"q\", \"passage\": \"p\", \"lang\": \"en\", \"more\": [1.5]}\n\n\
        {\"query\": \"r\", \"passage\": \"s\", \"lang\": \"de\"}\n[]\n{}\n";
    let path = files.write("rows.jsonl.gz", gzip(text));
    let mut rows = RawRows::open(&path).unwrap();
    let first = serde_json::Value::Object(rows.next().unwrap().unwrap());
    let expected = serde_json::json!({"id": 4, "query": "q", "passage": "p", "lang": "en",
        "more": [1.5]});
    assert_eq!(first, expected);
    assert_eq!(rows.next().unwrap().unwrap()["query"], "r");
    let error = rows.next().unwrap().unwrap_err().to_string();
    assert!(error.ends_with("rows.jsonl.gz:4:1: malformed JSON: expected an object"), "{error}");
    assert!(rows.next().is_none());
    assert!(RawRows::open("no/such/file").is_err());
}
