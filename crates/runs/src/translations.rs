//! Do the translations of a question get the same ranking?

use std::collections::{BTreeMap, BTreeSet};

use measures::rank_correlation_at;
use rayon::prelude::*;

use crate::Run;

/// A query with what is known of it beside its ranking.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// Its number in the judgements.
    pub(crate) at: u32,
    /// Its number in the run.
    pub(crate) query: u32,
    pub(crate) language: usize,
    /// What it shares with its translations.
    pub(crate) question: Option<&'a str>,
}

/// For each query the mean rank correlation with its translations; `None` without any.
pub(crate) fn correlations(run: &Run, asked: &[&Asked], k: usize) -> Vec<Option<f64>> {
    let mut questions: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, one) in asked.iter().enumerate() {
        if let Some(question) = one.question {
            questions.entry(question).or_default().push(at);
        }
    }
    let groups: Vec<Vec<usize>> = questions.into_values().collect();
    let found: Vec<Vec<(usize, f64)>> = groups
        .par_iter()
        .map(|group| {
            let queries: Vec<&Asked> = group.iter().map(|&at| asked[at]).collect();
            let places = places(run, &queries, k);
            let mean = |this: usize| {
                let others = queries.iter().zip(&places);
                let others = others.filter(|(one, _)| one.language != queries[this].language);
                let pairs =
                    others.filter_map(|(_, other)| rank_correlation_at(k, &places[this], other));
                measures::mean(&pairs.collect::<Vec<f64>>()).map(|mean| (group[this], mean))
            };
            (0..group.len()).filter_map(mean).collect()
        })
        .collect();
    let mut means = vec![None; asked.len()];
    for (at, mean) in found.into_iter().flatten() {
        means[at] = Some(mean);
    }
    means
}

/// For each query the rank of every document that any of them has among its first `k`; what a
/// query did not retrieve stands behind all that it did.
fn places(run: &Run, queries: &[&Asked], k: usize) -> Vec<Vec<usize>> {
    let ranking = |one: &Asked| run.grouped.rows(one.query);
    let first = queries.iter().flat_map(|one| ranking(one).iter().take(k));
    let wanted: BTreeSet<u32> = first.map(|row| row.document).collect();
    let wanted: Vec<u32> = wanted.into_iter().collect();
    let of = |one: &&Asked| {
        let mut ranks = vec![ranking(one).len() + 1; wanted.len()];
        for (row, rank) in ranking(one).iter().zip(1..) {
            if let Ok(place) = wanted.binary_search(&row.document) {
                ranks[place] = rank;
            }
        }
        ranks
    };
    queries.iter().map(of).collect()
}
