//! Who asks, and who may be a hard negative.
//!
//! A query is a text in a language: rows that ask the same share one search, one set of positives
//! and so the same negatives. A candidate is a text, whatever the number of rows and languages it
//! stands in: the passages of all rows, the negatives that rows have already, and the texts of a
//! corpus.

use std::collections::HashMap;

use corpora::CorpusError;
use corpora::texts::Text;
use corpora::training::TrainingSet;

use crate::MiningError;
use crate::lists::Lists;
use crate::meaning::{Meanings, is_bitext};

const NONE: u32 = u32::MAX;

/// A query: one search, for all rows that ask it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Query {
    /// Index of its text in [`TrainingSet::texts`].
    pub text: u32,
    /// Index of its language in [`Pool::languages`].
    pub language: u32,
}

/// The queries of a training set and the candidates they are compared with.
#[derive(Debug)]
pub struct Pool<'a> {
    set: &'a TrainingSet,
    languages: Vec<String>,
    queries: Vec<Query>,
    query_of_entry: Vec<u32>,
    /// Texts of a corpus that are no texts of the set.
    extra: Vec<String>,
    /// Text ids; those beyond the set's texts are of `extra`.
    candidates: Vec<u32>,
    languages_of: Lists,
    positives: Lists,
    same: Lists,
    empty: u64,
}

impl<'a> Pool<'a> {
    /// The queries and passages of `set`, with the texts of `corpus` as further candidates; an
    /// empty text is passed over, and a text that is there already is not taken twice.
    ///
    /// # Errors
    ///
    /// [`MiningError::Corpus`] from the corpus, [`MiningError::TooMany`] for more than 2³² texts.
    pub fn new(
        set: &'a TrainingSet,
        corpus: impl IntoIterator<Item = Result<Text, CorpusError>>,
    ) -> Result<Self, MiningError> {
        let mut gathered = Gathered::new(set);
        gathered.of_corpus(corpus)?;
        let Gathered { languages, extra, candidates, candidate_of, spoken, empty, .. } = gathered;

        let mut numbers = HashMap::new();
        let mut queries = Vec::new();
        let mut query_of_entry = Vec::with_capacity(set.entries.len());
        for entry in &set.entries {
            let query = Query { text: entry.query, language: entry.language };
            let number = *numbers.entry(query).or_insert_with(|| {
                queries.push(query);
                queries.len() as u32 - 1
            });
            query_of_entry.push(number);
        }
        drop(numbers);

        let meanings = Meanings::new(set);
        let candidate = |text: u32| match candidate_of[text as usize] {
            NONE => None,
            candidate => Some(candidate),
        };
        let mut positives = Vec::with_capacity(set.entries.len());
        for (entry, &query) in set.entries.iter().zip(&query_of_entry) {
            if is_bitext(entry) {
                // Of a text of bitext, its translations are what is to be found.
                let others = meanings.beside(entry.query).filter(|&text| text != entry.query);
                positives.extend(others.filter_map(candidate).map(|other| (query, other)));
            } else {
                positives.extend(candidate(entry.passage).map(|passage| (query, passage)));
            }
        }
        let mut same = Lists::growing();
        let mut list = Vec::new();
        for query in &queries {
            list.clear();
            list.extend(meanings.same(query.text).into_iter().filter_map(candidate));
            list.sort_unstable();
            same.push(&list);
        }
        Ok(Self {
            set,
            languages,
            positives: Lists::of_pairs(positives, queries.len()),
            queries,
            query_of_entry,
            extra,
            languages_of: Lists::of_pairs(spoken, candidates.len()),
            candidates,
            same,
            empty,
        })
    }

    /// The set that was given.
    pub fn set(&self) -> &'a TrainingSet {
        self.set
    }

    /// Language codes: those of the set, then those that only the corpus has.
    pub fn languages(&self) -> &[String] {
        &self.languages
    }

    /// The queries, in the order in which rows first ask them.
    pub fn queries(&self) -> &[Query] {
        &self.queries
    }

    /// The query of the entry at `entry` in [`TrainingSet::entries`].
    pub fn query_of(&self, entry: usize) -> usize {
        self.query_of_entry[entry] as usize
    }

    /// The text of a query.
    pub fn query_text(&self, query: usize) -> &str {
        &self.set.texts[self.queries[query].text as usize]
    }

    /// Number of candidates.
    pub fn candidates(&self) -> usize {
        self.candidates.len()
    }

    /// The text of a candidate.
    pub fn text(&self, candidate: usize) -> &str {
        let text = self.candidates[candidate] as usize;
        let own = self.set.texts.get(text);
        own.unwrap_or_else(|| &self.extra[text - self.set.texts.len()])
    }

    /// The text id of a candidate.
    pub(crate) fn text_id(&self, candidate: u32) -> u32 {
        self.candidates[candidate as usize]
    }

    /// Languages of a candidate, as indices of [`Pool::languages`], sorted: several for a text that
    /// stands in several, none for a text of a corpus that names none.
    pub fn languages_of(&self, candidate: usize) -> &[u32] {
        self.languages_of.get(candidate)
    }

    /// Candidates that answer a query in its own rows, sorted.
    pub fn positives(&self, query: usize) -> &[u32] {
        self.positives.get(query)
    }

    /// Candidates that are no negatives of a query by what they mean, sorted: its positives, their
    /// translations, what answers the same query elsewhere, and the query itself.
    pub fn same_meaning(&self, query: usize) -> &[u32] {
        self.same.get(query)
    }

    /// Texts of the corpus that were empty.
    pub fn empty_texts(&self) -> u64 {
        self.empty
    }
}

/// Candidates while they are gathered.
struct Gathered<'a> {
    set: &'a TrainingSet,
    languages: Vec<String>,
    extra: Vec<String>,
    candidates: Vec<u32>,
    /// By text id.
    candidate_of: Vec<u32>,
    /// Candidate and language.
    spoken: Vec<(u32, u32)>,
    empty: u64,
}

impl<'a> Gathered<'a> {
    fn new(set: &'a TrainingSet) -> Self {
        let mut gathered = Self {
            set,
            languages: set.languages.clone(),
            extra: Vec::new(),
            candidates: Vec::new(),
            candidate_of: vec![NONE; set.texts.len()],
            spoken: Vec::new(),
            empty: 0,
        };
        for entry in &set.entries {
            gathered.add(entry.passage, Some(entry.language));
        }
        for (entry, text) in set.negatives.iter() {
            gathered.add(text, Some(set.entries[entry as usize].language));
        }
        gathered
    }

    fn add(&mut self, text: u32, language: Option<u32>) {
        let slot = &mut self.candidate_of[text as usize];
        if *slot == NONE {
            *slot = self.candidates.len() as u32;
            self.candidates.push(text);
        }
        self.spoken.extend(language.map(|language| (*slot, language)));
    }

    fn of_corpus(
        &mut self,
        corpus: impl IntoIterator<Item = Result<Text, CorpusError>>,
    ) -> Result<(), MiningError> {
        let mut corpus = corpus.into_iter().peekable();
        if corpus.peek().is_none() {
            return Ok(());
        }
        let set = self.set;
        let known: HashMap<&str, u32> = set.texts.iter().map(String::as_str).zip(0..).collect();
        let mut new = HashMap::<String, u32>::new();
        for text in corpus {
            let Text { text, lang, .. } = text?;
            if text.trim().is_empty() {
                self.empty += 1;
                continue;
            }
            let language = lang.map(|code| self.language(code));
            let known = known.get(text.as_str()).or_else(|| new.get(text.as_str())).copied();
            let id = known.unwrap_or(self.candidate_of.len() as u32);
            if known.is_none() {
                if id == NONE {
                    return Err(MiningError::TooMany { what: "texts" });
                }
                self.candidate_of.push(NONE);
                new.insert(text, id);
            }
            self.add(id, language);
        }
        self.extra = vec![String::new(); new.len()];
        for (text, id) in new {
            self.extra[id as usize - set.texts.len()] = text;
        }
        Ok(())
    }

    fn language(&mut self, code: String) -> u32 {
        let known = self.languages.iter().position(|known| *known == code);
        known.unwrap_or_else(|| {
            self.languages.push(code);
            self.languages.len() - 1
        }) as u32
    }
}
