//! BM25 over an inverted index.
//!
//! The score of a document is the sum, over the words of the query with repeats, of
//!
//! `ln(1 + (N − n + 0.5) / (n + 0.5)) · f / (f + k1 · (1 − b + b · length / mean length))`
//!
//! with `f` the word's count in the document, `n` the documents that hold it and `N` all: Lucene's
//! formula, with exact lengths where Lucene rounds them to one byte. Robertson's factor `k1 + 1`,
//! the same for all, is left out. Documents are indexed with their whole text; a pool of several
//! languages has one mean length and one `N`.
//!
//! The index is our own, of postings in one array, because the `bm25` crate keeps a hash table for
//! each word and, to score a document, looks for each word of the query through all of the
//! document's, which on 100,000 short documents is fifty times slower. Tests compare the scores of
//! both.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::{Hit, LexicalError, Order, Words};

/// How much counts and lengths weigh.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    /// How slowly repeats of a word saturate; 0 counts a word once.
    pub k1: f32,
    /// How much long documents lose, from 0 to 1.
    pub b: f32,
}

/// Those of Anserini's and Pyserini's published figures: `k1` 0.9, `b` 0.4.
impl Default for Parameters {
    fn default() -> Self {
        Self { k1: 0.9, b: 0.4 }
    }
}

impl Parameters {
    /// Lucene's and Elasticsearch's defaults.
    pub const LUCENE: Self = Self { k1: 1.2, b: 0.75 };

    fn check(self) -> Result<(), LexicalError> {
        let bad = |name, value: f32, expected| {
            Err(LexicalError::Parameter { name, value: f64::from(value), expected })
        };
        if !(self.k1.is_finite() && self.k1 >= 0.0) {
            return bad("k1", self.k1, "0 or more");
        }
        if !(0.0..=1.0).contains(&self.b) {
            return bad("b", self.b, "0 to 1");
        }
        Ok(())
    }
}

/// Documents ready to be searched by BM25.
#[derive(Debug, Clone)]
pub struct Index {
    words: Words,
    vocabulary: HashMap<String, u32>,
    /// Where the postings of each word start; one more than there are words.
    starts: Vec<usize>,
    /// Document, and what one occurrence of the word in a query adds to its score.
    postings: Vec<(u32, f32)>,
    order: Order,
}

/// The words of one document: number and count, by number.
type Counts = Vec<(u32, u32)>;

impl Index {
    /// Indexes documents given as ids and texts, two slices of one length. Ids decide the order of
    /// equal scores.
    ///
    /// # Errors
    ///
    /// [`LexicalError::Parameter`], and [`LexicalError::TooMany`].
    ///
    /// # Panics
    ///
    /// When the slices are of different lengths.
    pub fn new<I: AsRef<str>, T: AsRef<str> + Sync>(
        ids: &[I],
        texts: &[T],
        parameters: Parameters,
    ) -> Result<Self, LexicalError> {
        assert_eq!(ids.len(), texts.len(), "ids and texts");
        parameters.check()?;
        let words = Words::new();
        let many = |what, count| LexicalError::TooMany { what, count };
        u32::try_from(texts.len()).map_err(|_| many("documents", texts.len()))?;
        let mut vocabulary = HashMap::new();
        let mut documents = Vec::with_capacity(texts.len());
        let mut lengths = Vec::with_capacity(texts.len());
        // In blocks, so that the words of all documents are not held as text at once.
        for block in texts.chunks(4096) {
            let cut: Vec<Vec<String>> =
                block.par_iter().map(|text| words.of(text.as_ref())).collect();
            for document in cut {
                lengths.push(document.len() as f64);
                documents.push(count(document, &mut vocabulary));
            }
        }
        u32::try_from(vocabulary.len()).map_err(|_| many("words", vocabulary.len()))?;
        let (starts, postings) = invert(&documents, &lengths, vocabulary.len(), parameters);
        Ok(Self { words, vocabulary, starts, postings, order: Order::of_ids(ids) })
    }

    /// How many documents there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there are no documents.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The order of equal scores.
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// The score of every document; 0 for those that share no word with the query.
    pub fn scores(&self, query: &str) -> Vec<f32> {
        let mut scores = vec![0.0; self.len()];
        self.add(query, &mut scores);
        scores
    }

    /// The best `k` documents, best first. Those that share no word with the query are not among
    /// them, so there may be fewer.
    pub fn top(&self, query: &str, k: usize) -> Vec<Hit> {
        self.top_into(query, k, &mut vec![0.0; self.len()])
    }

    /// [`Index::top`] of many queries, on all cores.
    pub fn top_all<T: AsRef<str> + Sync>(&self, queries: &[T], k: usize) -> Vec<Vec<Hit>> {
        queries
            .par_iter()
            .map_init(
                || vec![0.0; self.len()],
                |scores, query| self.top_into(query.as_ref(), k, scores),
            )
            .collect()
    }

    /// `scores` are all 0, before and after.
    fn top_into(&self, query: &str, k: usize, scores: &mut [f32]) -> Vec<Hit> {
        self.add(query, scores);
        let mut hits = Vec::new();
        for (document, score) in (0u32..).zip(scores) {
            if *score > 0.0 {
                hits.push(Hit { document, score: *score });
                *score = 0.0;
            }
        }
        self.order.top(hits, k)
    }

    fn add(&self, query: &str, scores: &mut [f32]) {
        let words = self.words.of(query);
        for word in words.iter().filter_map(|word| self.vocabulary.get(word)) {
            let word = *word as usize;
            for &(document, weight) in &self.postings[self.starts[word]..self.starts[word + 1]] {
                scores[document as usize] += weight;
            }
        }
    }
}

/// Numbers the words of a document and counts them.
fn count(words: Vec<String>, vocabulary: &mut HashMap<String, u32>) -> Counts {
    let mut counts = Counts::new();
    let mut numbers = Vec::with_capacity(words.len());
    for word in words {
        let next = vocabulary.len() as u32;
        numbers.push(*vocabulary.entry(word).or_insert(next));
    }
    numbers.sort_unstable();
    for number in numbers {
        match counts.last_mut() {
            Some((last, count)) if *last == number => *count += 1,
            _ => counts.push((number, 1)),
        }
    }
    counts
}

fn invert(
    documents: &[Counts],
    lengths: &[f64],
    words: usize,
    Parameters { k1, b }: Parameters,
) -> (Vec<usize>, Vec<(u32, f32)>) {
    let (k1, b) = (f64::from(k1), f64::from(b));
    let total = documents.len() as f64;
    let mean = (lengths.iter().sum::<f64>() / total.max(1.0)).max(f64::MIN_POSITIVE);
    let mut starts = vec![0; words + 1];
    for &(word, _) in documents.iter().flatten() {
        starts[word as usize + 1] += 1;
    }
    let rarity: Vec<f64> = starts[1..]
        .iter()
        .map(|&holding| (1.0 + (total - holding as f64 + 0.5) / (holding as f64 + 0.5)).ln())
        .collect();
    for word in 0..words {
        starts[word + 1] += starts[word];
    }
    let mut next = starts.clone();
    let mut postings = vec![(0, 0.0); starts[words]];
    for (document, (counts, length)) in (0u32..).zip(documents.iter().zip(lengths)) {
        let saturation = k1 * (1.0 - b + b * length / mean);
        for &(word, count) in counts {
            let count = f64::from(count);
            let weight = rarity[word as usize] * count / (count + saturation);
            postings[next[word as usize]] = (document, weight as f32);
            next[word as usize] += 1;
        }
    }
    (starts, postings)
}
