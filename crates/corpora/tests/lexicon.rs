//! Lexicons as tables of words, one file or several.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use isogloss_corpora::lexicon::{Concept, Lexicon};
use tempfile::TempDir;

fn file(dir: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = dir.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn concept(words: &[(u32, &[&str])]) -> Concept {
    let own = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    Concept { words: words.iter().map(|&(language, words)| (language, own(words))).collect() }
}

#[test]
fn files_of_several_pairs_of_languages_make_one_lexicon() {
    let dir = tempfile::tempdir().unwrap();
    let german = file(&dir, "en-de", "en\tde\nhouse|home\tHaus| Heim |Haus\nred\t\n");
    let thai = file(&dir, "th-en", "th\ten\nแมว\tcat\n");
    let mut lexicon = Lexicon::new();
    lexicon.read(german).unwrap().read(thai).unwrap();
    assert_eq!(lexicon.languages(), ["en", "de", "th"]);
    assert_eq!(
        lexicon.concepts(),
        [
            concept(&[(0, &["house", "home"]), (1, &["Haus", "Heim"])]),
            concept(&[(0, &["red"])]),
            concept(&[(2, &["แมว"]), (0, &["cat"])]),
        ]
    );
}

#[test]
fn nothing_is_kept_of_a_file_with_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let mut lexicon = Lexicon::new();
    lexicon.read(file(&dir, "good", "en\tde\ncat\tKatze\n")).unwrap();
    let before = lexicon.clone();
    let error =
        lexicon.read(file(&dir, "bad", "en\tru\ndog\tсобака\ncow\n")).map(drop).unwrap_err();
    assert!(error.to_string().ends_with("bad:3: expected 2 columns, got 1"));
    assert_eq!(lexicon, before);
}
