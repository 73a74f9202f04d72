//! The nearest candidates of every query, while blocks of scores come in.
//!
//! Only the few best of each query are kept, so memory does not depend on the number of
//! candidates. What may not be a negative is kept apart from the start: in parallel data the
//! nearest candidates are all translations, and nothing would be left of a list that held them.

use std::cmp::Ordering;
use std::ops::Range;

use rayon::prelude::*;

use crate::{Languages, Pool};

/// A candidate with its score for a query.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// Its number among the candidates of the [`Pool`].
    pub candidate: u32,
    /// Its score.
    pub score: f32,
}

impl Hit {
    /// The order of hits: by score, equal ones by candidate.
    pub fn nearest_first(&self, other: &Self) -> Ordering {
        let by_score = other.score.partial_cmp(&self.score).unwrap_or(Ordering::Equal);
        by_score.then(self.candidate.cmp(&other.candidate))
    }
}

/// The nearest candidates of all queries of a pool.
#[derive(Debug)]
pub struct Nearest<'a> {
    pool: &'a Pool<'a>,
    languages: Languages,
    of_query: Vec<Near>,
}

/// What is known of one query.
#[derive(Debug)]
pub(crate) struct Near {
    /// Candidates that may be negatives.
    eligible: Best,
    /// Candidates in a language that was not asked for.
    elsewhere: Best,
    /// Scores of [`Pool::same_meaning`].
    same: Vec<f32>,
}

impl<'a> Nearest<'a> {
    /// Keeps the best `count` candidates of each query that are in `languages`.
    pub fn new(pool: &'a Pool<'a>, languages: Languages, count: usize) -> Self {
        let count = count.min(pool.candidates());
        let elsewhere = if languages == Languages::Any { 0 } else { count };
        let near = |query| Near {
            eligible: Best::new(count),
            elsewhere: Best::new(elsewhere),
            same: vec![f32::NAN; pool.same_meaning(query).len()],
        };
        Self { pool, languages, of_query: (0..pool.queries().len()).map(near).collect() }
    }

    /// Takes in `scores`, row by row the scores of `queries` for the candidates from `first` on:
    /// `[queries, candidates]`. Blocks may come in any order; the result is the same.
    ///
    /// # Panics
    ///
    /// When the scores are not of so many rows, or of queries or candidates that are not there.
    pub fn add(&mut self, queries: Range<usize>, first: usize, scores: &[f32]) {
        let rows = queries.len();
        if rows == 0 {
            return;
        }
        assert!(scores.len().is_multiple_of(rows), "one row of scores a query");
        let width = scores.len() / rows;
        assert!(first + width <= self.pool.candidates(), "scores of candidates that are there");
        if width == 0 {
            return;
        }
        let (pool, languages) = (self.pool, self.languages);
        let start = queries.start;
        let near = self.of_query[queries].par_iter_mut().zip(scores.par_chunks_exact(width));
        near.enumerate().for_each(|(at, (near, row))| {
            near.add(pool, languages, start + at, first, row);
        });
    }

    /// The candidates that may be negatives of a query, nearest first.
    pub fn eligible(&self, query: usize) -> Vec<Hit> {
        self.of_query[query].eligible.sorted()
    }

    /// The lowest score of a query's positives; `None` while none has been scored.
    pub fn positive(&self, query: usize) -> Option<f32> {
        let scored = self.same_meaning(query).filter(|&(_, positive)| positive);
        scored.map(|(hit, _)| hit.score).reduce(f32::min)
    }

    /// The score of a query's positive whose text is `text`; else of its lowest one.
    pub(crate) fn score_of(&self, query: usize, text: u32) -> Option<f32> {
        let own = |hit: &Hit| self.pool.text_id(hit.candidate) == text;
        let mut positives = self.same_meaning(query).filter(|&(_, positive)| positive);
        let found = positives.find(|(hit, _)| own(hit)).map(|(hit, _)| hit.score);
        found.or_else(|| self.positive(query))
    }

    /// The candidates that mean the same as an answer, and whether they are positives of the
    /// query; those that were scored.
    pub fn same_meaning(&self, query: usize) -> impl Iterator<Item = (Hit, bool)> {
        let positives = self.pool.positives(query);
        let scores = self.of_query[query].same.iter();
        let same = self.pool.same_meaning(query).iter().zip(scores);
        same.filter(|(_, score)| !score.is_nan()).map(move |(&candidate, &score)| {
            (Hit { candidate, score }, positives.binary_search(&candidate).is_ok())
        })
    }

    /// The nearest candidates in a language that was not asked for.
    pub fn elsewhere(&self, query: usize) -> Vec<Hit> {
        self.of_query[query].elsewhere.sorted()
    }
}

impl Near {
    fn add(
        &mut self,
        pool: &Pool<'_>,
        languages: Languages,
        query: usize,
        first: usize,
        row: &[f32],
    ) {
        let same = pool.same_meaning(query);
        let within = |candidate: u32| (first..first + row.len()).contains(&(candidate as usize));
        for (&candidate, score) in same.iter().zip(&mut self.same) {
            if within(candidate) {
                *score = row[candidate as usize - first];
            }
        }
        let language = pool.queries()[query].language;
        for (at, &score) in row.iter().enumerate() {
            // Most scores are too low for either list, so meaning and language are asked last.
            if !(self.eligible.may_take(score) || self.elsewhere.may_take(score)) {
                continue;
            }
            let candidate = (first + at) as u32;
            if same.binary_search(&candidate).is_ok() {
                continue;
            }
            let own = pool.languages_of(first + at);
            let wanted = match languages {
                Languages::Any => true,
                Languages::Same => own.contains(&language),
                Languages::Other => !own.is_empty() && !own.contains(&language),
            };
            let list = if wanted { &mut self.eligible } else { &mut self.elsewhere };
            list.take(Hit { candidate, score });
        }
    }
}

/// The best few of a stream.
#[derive(Debug)]
struct Best {
    count: usize,
    /// At most twice `count`; cut to it when full, so that a hit costs constant time on average.
    hits: Vec<Hit>,
    /// The worst hit that counted when the list was cut last.
    floor: Option<Hit>,
}

impl Best {
    fn new(count: usize) -> Self {
        Self { count, hits: Vec::new(), floor: None }
    }

    /// Whether a hit of this score could be among the best.
    fn may_take(&self, score: f32) -> bool {
        self.count > 0 && self.floor.is_none_or(|floor| score >= floor.score)
    }

    fn take(&mut self, hit: Hit) {
        let behind = |floor: &Hit| floor.nearest_first(&hit) == Ordering::Less;
        if self.count == 0 || hit.score.is_nan() || self.floor.as_ref().is_some_and(behind) {
            return;
        }
        self.hits.push(hit);
        if self.hits.len() >= 2 * self.count {
            self.hits.select_nth_unstable_by(self.count - 1, Hit::nearest_first);
            self.hits.truncate(self.count);
            self.floor = self.hits.last().copied();
        }
    }

    fn sorted(&self) -> Vec<Hit> {
        let mut hits = self.hits.clone();
        hits.sort_unstable_by(Hit::nearest_first);
        hits.truncate(self.count);
        hits
    }
}
