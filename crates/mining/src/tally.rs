//! What was mined, and why candidates were dropped.
//!
//! Candidates are counted where they matter: among those at least as near to the query as the last
//! one considered. Of a million candidates in other languages, the report names the few that stood
//! between a query and its negatives.

use crate::{Choice, Nearest, Pool};

/// Counts over queries.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Queries.
    pub queries: u64,
    /// Queries with a negative at least.
    pub mined: u64,
    /// Queries with some negatives, but fewer than asked.
    pub few: u64,
    /// Queries without a negative because every candidate considered scores too much: more might
    /// be found further down.
    pub all_above: u64,
    /// Queries without a positive to compare with, as of bitext without a translation.
    pub no_positive: u64,
    /// Candidates dropped because they are the positive.
    pub positives: u64,
    /// Candidates dropped because they mean the same: translations of the positive or of the
    /// query, and what answers the same query elsewhere.
    pub same_meaning: u64,
    /// Candidates dropped for their language; at most [`Settings::window`](crate::Settings::window)
    /// of a query are counted.
    pub language: u64,
    /// Candidates dropped because they score too much.
    pub above: u64,
    /// Candidates dropped because they score too little.
    pub below: u64,
    /// By language of the query, as in [`Pool::languages`].
    pub by_language: Vec<LanguageTally>,
}

/// Counts over the queries of a language.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LanguageTally {
    /// Queries.
    pub queries: u64,
    /// Queries with a negative at least.
    pub mined: u64,
    /// Negatives.
    pub negatives: u64,
    /// Sum of the positives' scores over the mined queries that have one; of several positives the
    /// lowest.
    pub positive_sum: f64,
    /// Terms of `positive_sum`.
    pub positives: u64,
    /// Sum of the negatives' scores.
    pub negative_sum: f64,
    /// Negatives by their language, as in [`Pool::languages`]; the last of no known language. A
    /// text in several languages counts in the query's if that is among them, else in the first.
    pub in_language: Vec<u64>,
}

impl LanguageTally {
    /// Adds another language's counts.
    pub fn add(&mut self, other: &Self) {
        self.queries += other.queries;
        self.mined += other.mined;
        self.negatives += other.negatives;
        self.positive_sum += other.positive_sum;
        self.positives += other.positives;
        self.negative_sum += other.negative_sum;
        let languages = self.in_language.len().max(other.in_language.len());
        self.in_language.resize(languages, 0);
        for (sum, more) in self.in_language.iter_mut().zip(&other.in_language) {
            *sum += more;
        }
    }

    /// Mean score of the positives.
    pub fn positive_mean(&self) -> Option<f64> {
        (self.positives > 0).then(|| self.positive_sum / self.positives as f64)
    }

    /// Mean score of the negatives.
    pub fn negative_mean(&self) -> Option<f64> {
        (self.negatives > 0).then(|| self.negative_sum / self.negatives as f64)
    }
}

impl Tally {
    /// No counts yet.
    pub fn new(pool: &Pool<'_>) -> Self {
        let languages = pool.languages().len();
        let empty = LanguageTally { in_language: vec![0; languages + 1], ..Default::default() };
        Self { by_language: vec![empty; languages], ..Self::default() }
    }

    /// Counts a query that asked for `asked` negatives.
    pub fn add(
        &mut self,
        pool: &Pool<'_>,
        nearest: &Nearest<'_>,
        query: usize,
        choice: &Choice,
        asked: usize,
    ) {
        let language = pool.queries()[query].language;
        let positive = nearest.positive(query);
        let found = choice.negatives.len();
        self.queries += 1;
        self.mined += u64::from(found > 0);
        self.few += u64::from(found > 0 && found < asked);
        self.all_above += u64::from(choice.all_above());
        self.no_positive += u64::from(positive.is_none());
        self.above += choice.above as u64;
        self.below += choice.below as u64;
        let last = choice.last.unwrap_or(f32::NEG_INFINITY);
        for (_, positive) in nearest.same_meaning(query).filter(|(hit, _)| hit.score >= last) {
            *(if positive { &mut self.positives } else { &mut self.same_meaning }) += 1;
        }
        let elsewhere = nearest.elsewhere(query);
        self.language += elsewhere.iter().filter(|hit| hit.score >= last).count() as u64;

        let own = &mut self.by_language[language as usize];
        own.queries += 1;
        own.mined += u64::from(found > 0);
        own.negatives += found as u64;
        if let Some(positive) = positive.filter(|_| found > 0) {
            own.positive_sum += f64::from(positive);
            own.positives += 1;
        }
        for hit in &choice.negatives {
            own.negative_sum += f64::from(hit.score);
            let spoken = pool.languages_of(hit.candidate as usize);
            let counted = if spoken.contains(&language) { Some(&language) } else { spoken.first() };
            let last = own.in_language.len() - 1;
            own.in_language[counted.map_or(last, |&language| language as usize)] += 1;
        }
    }

    /// All languages together.
    pub fn total(&self) -> LanguageTally {
        let mut total = LanguageTally::default();
        self.by_language.iter().for_each(|language| total.add(language));
        total
    }
}
