//! Code-switched rows and what becomes of their texts.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeSet;
use std::path::PathBuf;

use common::Build;
use corpora::lexicon::Lexicon;
use isogloss_sampling::{
    Batch, CodeSwitch, Composition, Plan, Sampler, SamplingError, Side, Sides, Switcher,
};
use proptest::prelude::*;

fn lexicon(table: &str) -> Lexicon {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lexicon.tsv");
    std::fs::write(&path, table).unwrap();
    let mut lexicon = Lexicon::new();
    lexicon.read(&path).unwrap();
    lexicon
}

/// The lexicon of the repository: eleven languages.
fn embedded() -> Lexicon {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../corpus/lexicon.tsv");
    let mut lexicon = Lexicon::new();
    lexicon.read(path).unwrap();
    lexicon
}

fn plan(code_switch: CodeSwitch) -> Plan {
    Plan { code_switch, batch: 4, ..Plan::default() }
}

/// Replaces every word that `table` has by one in `to`.
fn all_into(table: &str, to: &str) -> Switcher {
    let code_switch =
        CodeSwitch { rows: 1.0, words: 1.0, languages: vec![to.into()], ..CodeSwitch::default() };
    Switcher::new(&lexicon(table), &plan(code_switch)).unwrap()
}

#[test]
fn whole_words_are_replaced_in_any_case_and_punctuation_stays() {
    let table = "en\tde\ncat|cats\tKatze|Katzen\nice cream\tEis\nice\tEis|Glatteis\ncream\tSahne\n";
    let switcher = all_into(table, "de");
    for (text, expected) in [
        ("The CAT, the cats.", "The Katze, the Katze."),
        ("Concatenate a wildcat", "Concatenate a wildcat"),
        ("«cat»—cat?cat", "«Katze»—Katze?Katze"),
        ("ice cream  and Ice, cream", "Eis  and Eis, Sahne"),
        ("ice   cream", "Eis"),
        ("ice-cream", "Eis-Sahne"),
        ("cat's", "cat's"),
        ("", ""),
        (" … ", " … "),
    ] {
        assert_eq!(switcher.switch(text, "en", 3).text, expected);
    }
    let switched = switcher.switch("cat and cream", "en", 3);
    assert_eq!((switched.known, switched.replaced), (2, 2));
    assert_eq!(switched.language.as_deref(), Some("de"));
}

#[test]
fn scripts_without_spaces_are_matched_by_the_longest_word() {
    let table = "zh\ten\tth\n猫\tcat\tแมว\n熊猫\tpanda\tแพนด้า\n喜欢\tto like\tชอบ\n水\twater\tน้ำ\n";
    let english = all_into(table, "en");
    for (text, expected) in
        [("我喜欢熊猫。", "我 to like panda。"), ("猫，猫", "cat，cat"), ("iPhone猫", "iPhone cat")]
    {
        assert_eq!(english.switch(text, "zh", 1).text, expected);
    }
    for (text, expected) in
        [("ฉันชอบแมว", "ฉัน to like cat"), ("น้ำ", "water"), ("แมวน้ำๆ", "cat water ๆ")]
    {
        assert_eq!(english.switch(text, "th", 1).text, expected);
    }
    let thai = all_into(table, "th");
    assert_eq!(thai.switch("我喜欢猫", "zh", 1).text, "我 ชอบแมว");
    assert_eq!(thai.switch("A cat.", "en", 1).text, "A แมว.");
}

#[test]
fn a_thai_word_is_not_cut_from_the_signs_that_depend_on_it() {
    let switcher = all_into("th\ten\nกา\tcrow\nกิน\teat\n", "en");
    // The first is another word, which begins with the same letters and a tone mark more.
    assert_eq!(switcher.switch("กา้ กากิน", "th", 1).text, "กา้ crow eat");
}

#[test]
fn turkish_has_an_i_with_and_without_a_dot() {
    let switcher = all_into("tr\ten\nılık\tlukewarm\nilik\tmarrow\n", "en");
    for (text, expected) in
        [("ILIK", "lukewarm"), ("İLİK", "marrow"), ("Ilık", "lukewarm"), ("İlik", "marrow")]
    {
        assert_eq!(switcher.switch(text, "tr", 1).text, expected);
    }
}

#[test]
fn a_word_spelt_alike_or_unknown_stays() {
    let switcher = all_into("en\tde\tth\nradio\tRadio\t\ncat\t\tแมว\n", "de");
    let switched = switcher.switch("radio cat", "en", 1);
    assert_eq!((switched.text.as_str(), switched.known), ("radio cat", 0));
    let other = switcher.switch("radio", "fr", 1);
    assert_eq!((other.text.as_str(), other.language), ("radio", None));
    let own = switcher.switch("Radio", "de", 1);
    assert_eq!((own.text.as_str(), own.language), ("Radio", None));
}

#[test]
fn the_share_of_words_and_the_languages_are_as_asked() {
    let lexicon = embedded();
    let plan = plan(CodeSwitch { rows: 1.0, words: 0.3, ..CodeSwitch::default() });
    let switcher = Switcher::new(&lexicon, &plan).unwrap();
    let text = "The old house near the river has a red door, a green window and a small garden.";
    let (mut known, mut replaced, mut languages) = (0, 0, BTreeSet::new());
    for seed in 0..3000 {
        let switched = switcher.switch(text, "en", seed);
        assert_eq!(switched.replaced > 0, switched.text != text);
        known += switched.known;
        replaced += switched.replaced;
        languages.insert(switched.language.unwrap());
    }
    let share = replaced as f64 / known as f64;
    assert!((share - 0.3).abs() < 0.01, "{share}");
    assert!(known > 3000 * 6, "the lexicon has most of these words");
    let others: BTreeSet<String> =
        lexicon.languages().iter().filter(|code| *code != "en").cloned().collect();
    assert_eq!(languages, others);
}

#[test]
fn a_language_left_out_of_training_is_not_switched_into() {
    let lexicon = embedded();
    let code_switch = CodeSwitch { rows: 0.5, ..CodeSwitch::default() };
    let zero_shot =
        Plan { excluded_languages: vec!["el".into(), "vi".into()], ..plan(code_switch.clone()) };
    let switcher = Switcher::new(&lexicon, &zero_shot).unwrap();
    assert_eq!(switcher.languages().count(), 9);
    assert!(switcher.languages().all(|code| code != "el" && code != "vi"));
    let two = Plan { languages: vec!["en".into(), "de".into()], ..plan(code_switch.clone()) };
    assert_eq!(
        Switcher::new(&lexicon, &two).unwrap().languages().collect::<Vec<_>>(),
        ["en", "de"]
    );

    let other = Plan { languages: vec!["fr".into()], ..plan(code_switch.clone()) };
    let message = Switcher::new(&lexicon, &other).unwrap_err().to_string();
    assert!(message.contains("en, ar, de") && message.contains("code_switch.languages"));
    let named = |names: &[&str]| CodeSwitch {
        languages: names.iter().map(|&name| name.to_owned()).collect(),
        ..code_switch.clone()
    };
    let message = Switcher::new(&lexicon, &plan(named(&["ZH"]))).unwrap_err().to_string();
    assert!(message.contains("unknown language `ZH`") && message.contains("`zh`"), "{message}");
    let both = Plan { excluded_languages: vec!["el".into()], ..plan(named(&["el"])) };
    assert!(matches!(Switcher::new(&lexicon, &both), Err(SamplingError::Conflict { .. })));
}

#[test]
fn settings_out_of_range_are_refused() {
    let set = Build::new(&["de", "en"], &["one"]).pairs(0, &[0, 1], 20).set();
    let refused =
        |code_switch: CodeSwitch| Sampler::new(&set, &plan(code_switch)).unwrap_err().to_string();
    let default = CodeSwitch::default;
    for (message, words) in [
        (refused(CodeSwitch { rows: 1.5, ..default() }), ["code_switch.rows is 1.5", "0..=1"]),
        (refused(CodeSwitch { words: f64::NAN, ..default() }), ["code_switch.words", "NaN"]),
        (refused(CodeSwitch { rows: 0.5, words: 0.0, ..default() }), ["conflicting", "words is 0"]),
    ] {
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn rows_are_switched_by_their_share_and_no_row_changes(
        rows in 0.0..=1.0, sides in 0..3_usize, seed in any::<u64>(), cross in any::<bool>(),
    ) {
        let set = Build::new(&["de", "en"], &["one"]).pairs(0, &[0, 1], 40).set();
        let sides = [Sides::Query, Sides::Passage, Sides::Both][sides];
        let composition = if cross { Composition::Cross } else { Composition::Mono };
        let code_switch = CodeSwitch { rows, sides, ..CodeSwitch::default() };
        let plan = Plan { batch: 20, composition, seed, code_switch, ..Plan::default() };
        let mut sampler = Sampler::new(&set, &plan).unwrap();
        let plain = Plan { code_switch: CodeSwitch::default(), ..plan.clone() };
        let mut plain = Sampler::new(&set, &plain).unwrap();
        let mut late = Sampler::new(&set, &plan).unwrap();
        late.skip(99);
        let (mut switched, mut seeds) = (0, BTreeSet::new());
        for i in 0..100 {
            let batch = sampler.next_batch();
            prop_assert_eq!(Batch { switches: Vec::new(), ..batch.clone() }, plain.next_batch());
            for of_row in batch.switches.chunk_by(|a, b| a.row == b.row) {
                let list: Vec<Side> = of_row.iter().map(|switch| switch.side).collect();
                let expected: &[Side] = match sides {
                    Sides::Query => &[Side::Query],
                    Sides::Passage => &[Side::Passage],
                    Sides::Both => &[Side::Query, Side::Passage],
                };
                prop_assert_eq!(&list, expected);
                prop_assert!(of_row.iter().all(|s| s.seed == of_row[0].seed && s.row < 20));
                seeds.insert(of_row[0].seed);
                switched += 1;
            }
            if i == 99 {
                prop_assert_eq!(late.next_batch(), batch, "a resumed run switches alike");
            }
        }
        prop_assert_eq!(seeds.len(), switched, "rows are switched apart from one another");
        prop_assert!((switched as f64 / 2000.0 - rows).abs() < 0.06);
        let tally = sampler.tally().switched;
        prop_assert_eq!(tally.map_or(0, |share| share.count), switched as u64);
    }

    /// Whatever the text, nothing but whole words goes, and the same seed does the same.
    #[test]
    fn any_text_can_be_switched(text in "\\PC{0,40}", seed in any::<u64>(), language in 0..11_usize) {
        static SWITCHER: std::sync::LazyLock<(Lexicon, Switcher)> = std::sync::LazyLock::new(|| {
            let code_switch = CodeSwitch { rows: 1.0, words: 1.0, ..CodeSwitch::default() };
            let lexicon = embedded();
            let switcher = Switcher::new(&lexicon, &plan(code_switch)).unwrap();
            (lexicon, switcher)
        });
        let (lexicon, switcher) = &*SWITCHER;
        let language = &lexicon.languages()[language];
        let switched = switcher.switch(&text, language, seed);
        prop_assert_eq!(&switcher.switch(&text, language, seed), &switched);
        prop_assert_eq!(switched.known, switched.replaced);
        if switched.replaced == 0 {
            prop_assert_eq!(&switched.text, &text);
        }
        prop_assert_ne!(switched.language.as_ref(), Some(language));
    }
}

#[test]
fn query_and_passage_of_a_row_are_switched_into_one_language() {
    let switcher =
        Switcher::new(&embedded(), &plan(CodeSwitch { words: 1.0, ..CodeSwitch::default() }));
    let switcher = switcher.unwrap();
    for seed in 0..50 {
        let query = switcher.switch("Where is the house?", "en", seed).language;
        assert_eq!(switcher.switch("The house is near the river.", "en", seed).language, query);
    }
}
