//! Trimming to languages, without a corpus.

use isogloss_tokens::{Tokenizer, TrimError, pieces_of_languages, trim};
use unicode_script::{Script, UnicodeScript};

use crate::kinds::{BASE, KINDS, corpus};

#[test]
fn texts_of_the_languages_are_read_as_before() {
    use Script::{Common, Devanagari, Han, Inherited, Latin};
    for name in ["base-static", "xlm-r", "bert", "byte-level bpe", "gemma", "bpe with suffix"] {
        let kind = KINDS.iter().find(|kind| kind.name == name).unwrap();
        let wanted = pieces_of_languages(&kind.file, &["de", "hi", "zh"]).unwrap();
        let trimmed = trim(&kind.file, wanted).unwrap();
        let new = Tokenizer::from_bytes(trimmed.json.as_bytes()).unwrap();
        assert!(trimmed.after.pieces < trimmed.before.pieces, "{name}");
        let mut covered = 0;
        for text in ["de", "hi", "zh"].iter().flat_map(|language| corpus(language)) {
            let scripts = [Common, Inherited, Latin, Devanagari, Han];
            if text.chars().all(|c| scripts.contains(&c.script())) {
                let after = new.encode(&text, usize::MAX, true).unwrap();
                let after: Vec<u32> = after.iter().map(|&id| trimmed.kept[id as usize]).collect();
                assert_eq!(
                    after,
                    kind.tokenizer.encode(&text, usize::MAX, true).unwrap(),
                    "{name}: {text}"
                );
                covered += 1;
            }
        }
        assert!(covered > 500, "{covered}");
    }
}

#[test]
fn words_of_other_scripts_go_and_their_letters_stay() {
    let wanted = pieces_of_languages(&BASE, &["de"]).unwrap();
    let trimmed = trim(&BASE, wanted).unwrap();
    let new = Tokenizer::from_bytes(trimmed.json.as_bytes()).unwrap();
    assert!(new.id("▁der").is_some() && new.id("▁в").is_some() && new.id("α").is_some());
    let old = Tokenizer::from_bytes(&BASE).unwrap();
    for gone in ["▁के", "▁في", "的"] {
        assert!(old.id(gone).is_some() && new.id(gone).is_none(), "{gone}");
    }
    // A Russian word is spelled, not unknown.
    let ids = new.encode("города", usize::MAX, false).unwrap();
    assert!(ids.len() >= 6 && !ids.contains(&new.unknown().unwrap()));
}

#[test]
fn an_unknown_language_is_refused_by_name() {
    let error = pieces_of_languages(&BASE, &["de", "qqq"]).unwrap_err();
    assert!(matches!(&error, TrimError::Language { language } if language == "qqq"), "{error}");
}
