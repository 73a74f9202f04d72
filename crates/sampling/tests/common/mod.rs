//! Training sets for the tests.
#![allow(dead_code, reason = "each test file uses a part of it")]

use corpora::training::{Entry, TrainingSet};

/// Builds a set row by row; texts are numbers given by the test.
pub struct Build {
    languages: Vec<String>,
    sources: Vec<String>,
    entries: Vec<Entry>,
    negatives: Vec<(u32, u32)>,
    texts: u32,
    groups: u32,
}

impl Build {
    pub fn new(languages: &[&str], sources: &[&str]) -> Self {
        let own = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Self {
            languages: own(languages),
            sources: own(sources),
            entries: Vec::new(),
            negatives: Vec::new(),
            texts: 0,
            groups: 0,
        }
    }

    fn fresh(&mut self) -> u32 {
        self.texts += 1;
        self.texts - 1
    }

    /// `count` groups of one pair in each of `languages`, all texts different.
    pub fn pairs(mut self, source: u32, languages: &[u32], count: u32) -> Self {
        for _ in 0..count {
            for &language in languages {
                let (query, passage) = (self.fresh(), self.fresh());
                self.entries.push(Entry { group: self.groups, source, language, query, passage });
            }
            self.groups += 1;
        }
        self
    }

    /// `count` groups of one pair in `language`, all with the same passage.
    pub fn one_passage(mut self, source: u32, language: u32, count: u32) -> Self {
        let passage = self.fresh();
        for _ in 0..count {
            let query = self.fresh();
            self.entries.push(Entry { group: self.groups, source, language, query, passage });
            self.groups += 1;
        }
        self
    }

    /// `count` groups of one text in each of `languages`, all different.
    pub fn bitext(mut self, source: u32, languages: &[u32], count: u32) -> Self {
        for _ in 0..count {
            for &language in languages {
                let text = self.fresh();
                let group = self.groups;
                self.entries.push(Entry { group, source, language, query: text, passage: text });
            }
            self.groups += 1;
        }
        self
    }

    /// One entry more, with text numbers of the caller's.
    pub fn entry(mut self, entry: Entry) -> Self {
        self.groups = self.groups.max(entry.group + 1);
        self.texts = self.texts.max(entry.query + 1).max(entry.passage + 1);
        self.entries.push(entry);
        self
    }

    /// Gives every entry so far, unless it has some, `count` negatives, all different.
    pub fn negatives(mut self, count: u32) -> Self {
        for entry in 0..self.entries.len() as u32 {
            if self.negatives.iter().all(|&(of, _)| of != entry) {
                for _ in 0..count {
                    let text = self.fresh();
                    self.negatives.push((entry, text));
                }
            }
        }
        self
    }

    /// One negative more, with a text number of the caller's.
    pub fn negative(mut self, entry: u32, text: u32) -> Self {
        self.texts = self.texts.max(text + 1);
        self.negatives.push((entry, text));
        self
    }

    pub fn set(self) -> TrainingSet {
        TrainingSet {
            languages: self.languages,
            sources: self.sources,
            texts: (0..self.texts).map(|text| format!("text {text}")).collect(),
            entries: self.entries,
            negatives: self.negatives.into_iter().collect(),
        }
    }
}
