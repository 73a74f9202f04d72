//! The corpus of the repository, as its README describes it.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use isogloss_corpora::Split;
use isogloss_corpora::lareqa::{Benchmark, read_dir};
use isogloss_corpora::training::Builder;

const LANGUAGES: [&str; 11] = ["ar", "de", "el", "en", "es", "hi", "ru", "th", "tr", "vi", "zh"];

fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../corpus")
}

fn read(split: Split) -> Benchmark {
    read_dir(&corpus(), None, split).unwrap()
}

#[test]
fn each_split_has_its_size_in_each_language() {
    for (split, passages, questions) in
        [(Split::All, 240, 960), (Split::Train, 160, 640), (Split::Test, 80, 320)]
    {
        let benchmark = read(split);
        let codes: Vec<&str> =
            benchmark.languages.iter().map(|set| set.language.as_str()).collect();
        assert_eq!(codes, LANGUAGES);
        for set in &benchmark.languages {
            assert_eq!(set.passages.len(), passages, "{} {split}", set.language);
            assert_eq!(set.questions.len(), questions, "{} {split}", set.language);
            assert_eq!(set.candidates.len(), questions, "{} {split}", set.language);
        }
        assert_eq!(benchmark.question_count(), 11 * questions);
        assert_eq!(benchmark.candidate_count(), 11 * questions);
    }
}

#[test]
fn train_and_test_share_no_passage_and_make_up_the_whole() {
    let passages = |split| -> BTreeSet<String> {
        let texts = read(split).languages.into_iter().flat_map(|set| set.passages);
        texts.map(|passage| passage.text).collect()
    };
    let (train, test) = (passages(Split::Train), passages(Split::Test));
    assert!(train.is_disjoint(&test));
    assert_eq!(train.union(&test).cloned().collect::<BTreeSet<_>>(), passages(Split::All));
}

#[test]
fn question_k_is_answered_by_sentence_k_in_every_language() {
    let benchmark = read(Split::All);
    for set in &benchmark.languages {
        for question in &set.questions {
            let k: usize = question.id.rsplit_once("-q").unwrap().1.parse().unwrap();
            assert!((1..=4).contains(&k));
            let positives = benchmark.positives(&question.id);
            assert_eq!(positives.len(), LANGUAGES.len(), "{}", question.id);
            for (expected, &(language, candidate)) in positives.iter().enumerate() {
                assert_eq!(language, expected);
                let set = &benchmark.languages[language];
                let sentence = &set.candidates[candidate];
                assert!(sentence.id.ends_with(&format!("_{}", k - 1)), "{}", sentence.id);
                assert!(set.passages[sentence.passage].text.contains(&sentence.text));
            }
        }
    }
}

#[test]
fn each_sentence_answers_one_question() {
    for set in &read(Split::All).languages {
        let answered: BTreeSet<usize> = set.questions.iter().map(|one| one.candidate).collect();
        assert_eq!(answered.len(), set.candidates.len(), "{}", set.language);
    }
}

#[test]
fn the_training_split_becomes_groups_of_all_languages() {
    let set = Builder::new().lareqa(corpus(), None, Split::Train).unwrap().finish().unwrap();
    assert_eq!(set.languages, LANGUAGES);
    assert_eq!(set.sources, ["corpus"]);
    assert_eq!(set.entries.len(), 11 * 640);
    let mut groups = BTreeMap::<u32, BTreeSet<u32>>::new();
    for entry in &set.entries {
        assert!(groups.entry(entry.group).or_default().insert(entry.language));
        assert_ne!(entry.query, entry.passage);
    }
    assert_eq!(groups.len(), 640);
    assert!(groups.values().all(|languages| languages.len() == LANGUAGES.len()));
}

#[test]
fn the_lexicon_has_every_concept_in_every_language() {
    let set = Builder::new().lexicon(corpus().join("lexicon.tsv")).unwrap().finish().unwrap();
    assert_eq!(set.languages, LANGUAGES);
    assert_eq!(set.sources, ["lexicon"]);
    assert_eq!(set.entries.len(), 135_060);
    let mut languages = HashMap::<u32, BTreeSet<u32>>::new();
    for entry in &set.entries {
        assert_eq!(entry.query, entry.passage);
        languages.entry(entry.group).or_default().insert(entry.language);
    }
    assert_eq!(languages.len(), 3960);
    assert!(languages.values().all(|languages| languages.len() == LANGUAGES.len()));
    let first: Vec<&str> = set.entries[..5].iter().map(|e| &*set.texts[e.query as usize]).collect();
    assert_eq!(first[..4], ["abandoned", "abandon", "abandonment", "abandoning"]);
    assert_eq!(set.languages[set.entries[4].language as usize], "ar");
}
