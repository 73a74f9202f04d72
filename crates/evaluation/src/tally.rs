//! From the ranks of every question to the report.

use measures::{average_precision, rank_distance, recall_at};

use crate::{
    AtOne, AtTen, CandidateText, Counts, LanguageScores, Means, PairMatrix, Report, Skipped,
};

/// Where one relevant candidate of a question stands; ranks count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    /// Language of the candidate.
    pub language: usize,
    /// Its rank among the candidates of that language.
    pub own: usize,
    /// Its rank in the pool of all languages.
    pub pooled: usize,
}

/// The relevant candidates of one question.
pub(crate) type Outcome = Vec<Placed>;

/// A language: name, number of candidates, and the outcome of every question.
pub(crate) type Scored = (String, usize, Vec<Outcome>);

/// Sums of one mean.
#[derive(Clone, Copy, Default)]
struct Sum {
    precision: f64,
    recall: f64,
    count: usize,
}

impl Sum {
    fn add(&mut self, precision: f64, recall: f64) {
        self.precision += precision;
        self.recall += recall;
        self.count += 1;
    }

    /// Mean average precision and mean recall.
    fn means(self) -> Option<(f64, f64)> {
        let count = self.count as f64;
        (self.count > 0).then(|| (self.precision / count, self.recall / count))
    }

    fn at_one(self) -> Option<AtOne> {
        self.means().map(|(map, recall_at_1)| AtOne { map, recall_at_1 })
    }

    fn at_ten(self) -> Option<AtTen> {
        self.means().map(|(map, recall_at_10)| AtTen { map, recall_at_10 })
    }
}

/// What the questions of one language add up to.
struct Row {
    /// Against the candidates of each language.
    pairs: Vec<Sum>,
    pooled: Sum,
    distance: Option<f64>,
    skipped: Skipped,
}

fn ranks(outcome: &[Placed], keep: impl Fn(&Placed) -> Option<usize>) -> Vec<usize> {
    outcome.iter().filter_map(keep).collect()
}

fn row(query_language: usize, languages: usize, outcomes: &[Outcome]) -> Row {
    let mut pairs = vec![Sum::default(); languages];
    let mut pooled = Sum::default();
    let mut distances = (0_usize, 0_usize);
    let mut skipped = Skipped::default();
    for outcome in outcomes {
        for (language, sum) in pairs.iter_mut().enumerate() {
            let own = ranks(outcome, |one| (one.language == language).then_some(one.own));
            if !own.is_empty() {
                sum.add(average_precision(&own, own.len()), recall_at(1, &own, own.len()));
            } else if language == query_language {
                skipped.monolingual += 1;
            } else {
                skipped.crosslingual += 1;
            }
        }
        let all = ranks(outcome, |one| Some(one.pooled));
        if all.is_empty() {
            skipped.multilingual += 1;
        } else {
            pooled.add(average_precision(&all, all.len()), recall_at(10, &all, all.len()));
        }
        match rank_distance(&all) {
            Some(distance) => distances = (distances.0 + distance, distances.1 + 1),
            None => skipped.rank_distance += 1,
        }
    }
    let distance = (distances.1 > 0).then(|| distances.0 as f64 / distances.1 as f64);
    Row { pairs, pooled, distance, skipped }
}

/// The report over all languages.
pub(crate) fn tally(benchmark: String, candidate_text: CandidateText, sets: &[Scored]) -> Report {
    let rows: Vec<Row> = sets
        .iter()
        .enumerate()
        .map(|(language, (_, _, outcomes))| row(language, sets.len(), outcomes))
        .collect();

    let mut counts = Counts::default();
    let mut languages = Vec::with_capacity(sets.len());
    // Sums over languages and over pairs, for the macro means.
    let (mut mono, mut cross, mut multi) = (Sum::default(), Sum::default(), Sum::default());
    let mut distance = Sum::default();
    for (at, ((name, candidates, outcomes), row)) in sets.iter().zip(&rows).enumerate() {
        let mut own_cross = Sum::default();
        for (other, pair) in row.pairs.iter().enumerate() {
            if let Some((map, recall)) = pair.means().filter(|_| other != at) {
                own_cross.add(map, recall);
                cross.add(map, recall);
            }
        }
        if let Some((map, recall)) = row.pairs[at].means() {
            mono.add(map, recall);
        }
        if let Some((map, recall)) = row.pooled.means() {
            multi.add(map, recall);
        }
        if let Some(value) = row.distance {
            distance.add(value, 0.0);
        }
        counts.questions += outcomes.len();
        counts.candidates += candidates;
        counts.skipped.add(row.skipped);
        languages.push(LanguageScores {
            language: name.clone(),
            questions: outcomes.len(),
            candidates: *candidates,
            monolingual: row.pairs[at].at_one(),
            crosslingual: own_cross.at_one(),
            multilingual: row.pooled.at_ten(),
            rank_distance: row.distance,
            skipped: row.skipped,
        });
    }

    let matrix = |value: fn((f64, f64)) -> f64| {
        let cells = |row: &Row| row.pairs.iter().map(|pair| pair.means().map(value)).collect();
        rows.iter().map(cells).collect()
    };
    let pairs = PairMatrix {
        languages: sets.iter().map(|(name, _, _)| name.clone()).collect(),
        map: matrix(|(map, _)| map),
        recall_at_1: matrix(|(_, recall)| recall),
        questions: rows.iter().map(|row| row.pairs.iter().map(|one| one.count).collect()).collect(),
    };
    let mean = Means {
        monolingual: mono.at_one(),
        crosslingual: cross.at_one(),
        multilingual: multi.at_ten(),
        rank_distance: distance.means().map(|(value, _)| value),
    };
    Report { benchmark, candidate_text, counts, mean, languages, pairs }
}
