//! A lexicon turned round: from a word to the concepts that have it, by language.

use std::collections::HashMap;

use corpora::lexicon::Lexicon;

use crate::words::{Class, class, word_end};

/// Words of a lexicon, ready to be looked up and translated.
#[derive(Debug, Clone)]
pub struct Dictionary {
    languages: Vec<String>,
    /// By language.
    tables: Vec<Table>,
    /// The dictionary form by concept and language.
    forms: HashMap<(u32, u32), String>,
}

/// One language's words, folded.
#[derive(Debug, Clone, Default)]
pub struct Table {
    turkic: bool,
    concepts: HashMap<String, Vec<u32>>,
    /// Words of the longest phrase.
    pub most_words: usize,
    /// Characters of the longest word.
    pub most_chars: usize,
}

impl Dictionary {
    pub fn new(lexicon: &Lexicon) -> Self {
        let languages = lexicon.languages().to_vec();
        let mut tables: Vec<Table> = languages
            .iter()
            .map(|code| Table {
                turkic: matches!(code.split('-').next(), Some("tr" | "az")),
                ..Table::default()
            })
            .collect();
        let mut forms = HashMap::new();
        for (concept, words) in (0..).zip(lexicon.concepts()) {
            for (language, words) in &words.words {
                tables[*language as usize].add(concept, words);
                if let Some(form) = words.first() {
                    forms.insert((concept, *language), form.clone());
                }
            }
        }
        Self { languages, tables, forms }
    }

    pub fn languages(&self) -> &[String] {
        &self.languages
    }

    pub fn index(&self, language: &str) -> Option<u32> {
        self.languages.iter().position(|code| code == language).map(|index| index as u32)
    }

    pub fn table(&self, language: u32) -> &Table {
        &self.tables[language as usize]
    }

    /// The dictionary form of a concept in a language that has a word for it.
    pub fn form(&self, concept: u32, language: u32) -> Option<&str> {
        self.forms.get(&(concept, language)).map(String::as_str)
    }
}

impl Table {
    fn add(&mut self, concept: u32, words: &[String]) {
        for word in words {
            self.most_words = self.most_words.max(count_words(word));
            self.most_chars = self.most_chars.max(word.chars().count());
            let concepts = self.concepts.entry(self.fold(word)).or_default();
            if concepts.last() != Some(&concept) {
                concepts.push(concept);
            }
        }
    }

    /// The concepts that have the word, written in any case.
    pub fn concepts(&self, word: &str) -> &[u32] {
        self.concepts.get(&self.fold(word)).map_or(&[], Vec::as_slice)
    }

    /// Lower case, one space between words, one kind of apostrophe. Turkish and Azerbaijani have
    /// two letters i, which no other language's lower case tells apart.
    pub fn fold(&self, text: &str) -> String {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ").replace('’', "'");
        if self.turkic {
            text.replace('I', "ı").replace('İ', "i").to_lowercase()
        } else {
            text.to_lowercase()
        }
    }
}

fn count_words(text: &str) -> usize {
    let (mut count, mut at) = (0, 0);
    while let Some(c) = text[at..].chars().next() {
        if class(c) == Class::Spaced {
            count += 1;
            at += word_end(&text[at..]);
        } else {
            at += c.len_utf8();
        }
    }
    count
}
