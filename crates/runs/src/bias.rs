//! Language bias of a run over the pool of all languages.

use std::collections::{BTreeMap, BTreeSet};

use measures::{
    LanguageMatrix, OtherAnswers, Placed, average_precision, complete_at, language_preference,
    language_shares_at, max_rank, one_target_precision, peer_at, rank_correlation, rank_distance,
};
use rayon::prelude::*;
use serde::Serialize;

use crate::bias_report::{BiasReport, BiasRow};
use crate::{Complaints, Fault, Languages, Qrels, Run};

/// Where rankings are cut, and what counts as relevant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BiasOptions {
    /// k of Complete@k.
    pub complete: usize,
    /// k of PEER@k.
    pub peer: usize,
    /// k of MRC@k.
    pub consistency: usize,
    /// k of the shares of languages.
    pub share: usize,
    /// The least relevance that counts as relevant.
    pub least_relevance: i32,
}

impl Default for BiasOptions {
    /// Complete@10, PEER@100, MRC@10, shares of the first 10, relevance of 1.
    fn default() -> Self {
        Self { complete: 10, peer: 100, consistency: 10, share: 10, least_relevance: 1 }
    }
}

/// What one query says.
struct Seen {
    language: usize,
    question: Option<String>,
    /// Place of the query in the run.
    query: u32,
    row: Values,
    /// For each document language: its AP among the documents of that language, its AP as the one
    /// target, its share of the first.
    by_language: Vec<(Option<f64>, Option<f64>, f64)>,
}

#[derive(Clone, Copy)]
struct Values {
    map: f64,
    distance: Option<f64>,
    worst: Option<f64>,
    complete: f64,
    peer: Option<f64>,
    preference: Option<f64>,
}

/// Measures the bias of a run for every query that it and the judgements have, on all cores.
///
/// What has no language is counted in the complaints: such a query is left out, such a document
/// keeps its rank but belongs to no language. Rank distance and Max@R are of queries whose relevant
/// documents were all retrieved, so a run should reach as deep as they do.
pub fn bias(
    run: &Run,
    qrels: &Qrels,
    of_queries: &Languages,
    of_documents: &Languages,
    options: BiasOptions,
) -> (BiasReport, Complaints) {
    let names: BTreeSet<&str> = of_queries.names().chain(of_documents.names()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let number = |name: Option<&str>| name.and_then(|name| names.binary_search(&name).ok());
    let mut complaints = Complaints::default();

    let tag = |id: &str| number(of_documents.get(id));
    let in_run: Vec<Option<usize>> = run.grouped.documents.iter().map(tag).collect();
    let judged: Vec<Option<usize>> = qrels.grouped.documents.iter().map(tag).collect();
    let unknown = run.grouped.documents.iter().zip(&in_run).filter(|(_, tag)| tag.is_none());
    for (id, _) in unknown {
        complaints.add(Fault::NoLanguage, 0, || format!("document {id:?} has no language"));
    }

    let mut queries = Vec::new();
    for (at, id) in (0..).zip(qrels.queries()) {
        let Some(query) = run.grouped.queries.find(id) else { continue };
        match of_queries.tagged(id) {
            Some(tagged) => queries.push((at, query, tagged)),
            None => {
                complaints.add(Fault::NoLanguage, 0, || format!("query {id:?} has no language"));
            }
        }
    }
    let seen: Vec<Seen> = queries
        .into_par_iter()
        .filter_map(|(at, query, tagged)| {
            let ranking = run.grouped.rows(query);
            let places: BTreeMap<&str, usize> = ranking
                .iter()
                .zip(1..)
                .map(|(row, rank)| (run.grouped.documents.get(row.document), rank))
                .collect();
            let relevant =
                qrels.grouped.rows(at).iter().filter(|row| row.value >= options.least_relevance);
            let passages: Vec<Placed> = relevant
                .filter_map(|row| {
                    let language = judged[row.document as usize]?;
                    let document = qrels.grouped.documents.get(row.document);
                    Some(Placed { language, rank: places.get(document).copied() })
                })
                .collect();
            let languages: Vec<Option<usize>> =
                ranking.iter().map(|row| in_run[row.document as usize]).collect();
            let language = number(Some(&tagged.language))?;
            let question = tagged.question.clone();
            (!passages.is_empty()).then(|| Seen {
                language,
                question,
                query,
                row: values(language, &passages, &options),
                by_language: by_language(&passages, &languages, names.len(), &options),
            })
        })
        .collect();

    let correlations = correlations(run, &seen, options.consistency);
    (report(&names, &seen, &correlations, options), complaints)
}

fn values(language: usize, passages: &[Placed], options: &BiasOptions) -> Values {
    let ranks: Vec<usize> = passages.iter().filter_map(|passage| passage.rank).collect();
    let worst = max_rank(&ranks, passages.len());
    Values {
        map: average_precision(&ranks, passages.len()),
        distance: worst.and_then(|_| rank_distance(&ranks)).map(|distance| distance as f64),
        worst: worst.map(|worst| worst as f64),
        complete: complete_at(options.complete, &ranks, passages.len()),
        peer: peer_at(options.peer, passages),
        preference: language_preference(language, passages),
    }
}

fn by_language(
    passages: &[Placed],
    ranking: &[Option<usize>],
    languages: usize,
    options: &BiasOptions,
) -> Vec<(Option<f64>, Option<f64>, f64)> {
    // What has no language is a language of its own here, and left out again.
    let tags: Vec<usize> =
        ranking.iter().take(options.share).map(|language| language.unwrap_or(languages)).collect();
    let shares = language_shares_at(options.share, &tags, languages + 1);
    let column = |(language, share): (usize, &f64)| {
        let own: Vec<Placed> =
            passages.iter().copied().filter(|p| p.language == language).collect();
        let among = |rank: usize| ranking[..rank].iter().filter(|l| **l == Some(language)).count();
        let ranks: Vec<usize> = own.iter().filter_map(|p| p.rank.map(among)).collect();
        let alone = (!own.is_empty()).then(|| average_precision(&ranks, own.len()));
        (alone, one_target_precision(language, OtherAnswers::Removed, passages), *share)
    };
    shares[..languages].iter().enumerate().map(column).collect()
}

/// For each query the mean rank correlation with its translations; `None` without any.
fn correlations(run: &Run, seen: &[Seen], k: usize) -> Vec<Option<f64>> {
    let mut questions: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, one) in seen.iter().enumerate() {
        if let Some(question) = &one.question {
            questions.entry(question).or_default().push(at);
        }
    }
    let groups: Vec<Vec<usize>> = questions.into_values().collect();
    let found: Vec<Vec<(usize, f64)>> = groups
        .par_iter()
        .map(|group| {
            let places: Vec<BTreeMap<u32, usize>> = group
                .iter()
                .map(|&at| {
                    let rows = run.grouped.rows(seen[at].query).iter().zip(1..);
                    rows.map(|(row, rank)| (row.document, rank)).collect()
                })
                .collect();
            let others = |this: usize| {
                (0..group.len())
                    .filter(move |&other| seen[group[other]].language != seen[group[this]].language)
            };
            let mean = |this: usize| {
                let pairs =
                    others(this).filter_map(|other| between(&places[this], &places[other], k));
                measures::mean(&pairs.collect::<Vec<f64>>()).map(|mean| (group[this], mean))
            };
            (0..group.len()).filter_map(mean).collect()
        })
        .collect();
    let mut means = vec![None; seen.len()];
    for (at, mean) in found.into_iter().flatten() {
        means[at] = Some(mean);
    }
    means
}

/// The rank correlation over what either has among its first `k`; what the other did not retrieve
/// stands behind all that it did.
fn between(one: &BTreeMap<u32, usize>, two: &BTreeMap<u32, usize>, k: usize) -> Option<f64> {
    let first = |places: &BTreeMap<u32, usize>| -> Vec<u32> {
        places.iter().filter(|&(_, &rank)| rank <= k).map(|(&document, _)| document).collect()
    };
    let union: BTreeSet<u32> = first(one).into_iter().chain(first(two)).collect();
    let place = |places: &BTreeMap<u32, usize>, document: u32| {
        places.get(&document).copied().unwrap_or(places.len() + 1)
    };
    let pairs: Vec<(usize, usize)> =
        union.into_iter().map(|document| (place(one, document), place(two, document))).collect();
    rank_correlation(&pairs)
}

fn report(
    names: &[&str],
    seen: &[Seen],
    correlations: &[Option<f64>],
    options: BiasOptions,
) -> BiasReport {
    let mut matrices = [(); 3].map(|()| LanguageMatrix::new(names.len()));
    for one in seen {
        for (language, &(alone, target, share)) in one.by_language.iter().enumerate() {
            let cells = [alone, target, Some(share)];
            for (matrix, value) in matrices.iter_mut().zip(cells) {
                if let Some(value) = value {
                    matrix.add(one.language, language, value);
                }
            }
        }
    }
    let [pairs, one_target, shares] = matrices;
    let mut rows = Vec::new();
    for (language, name) in names.iter().enumerate() {
        let own = || seen.iter().zip(correlations).filter(|(one, _)| one.language == language);
        let queries = own().count();
        if queries == 0 {
            continue;
        }
        let mean = |value: &dyn Fn(&Values) -> Option<f64>| {
            measures::mean(&own().filter_map(|(one, _)| value(&one.row)).collect::<Vec<f64>>())
        };
        rows.push(BiasRow {
            language: (*name).to_owned(),
            queries,
            all_retrieved: own().filter(|(one, _)| one.row.worst.is_some()).count(),
            map: mean(&|row| Some(row.map)),
            rank_distance: mean(&|row| row.distance),
            max_rank: mean(&|row| row.worst),
            complete: mean(&|row| Some(row.complete)),
            peer: mean(&|row| row.peer),
            preference: mean(&|row| row.preference),
            own_share: shares.mean(language, language),
            consistency: measures::mean(&own().filter_map(|(_, mean)| *mean).collect::<Vec<f64>>()),
        });
    }
    let cells = |matrix: &LanguageMatrix| {
        let all = 0..names.len();
        let row = |query| all.clone().map(|document| matrix.mean(query, document)).collect();
        all.clone().map(row).collect()
    };
    BiasReport {
        options,
        languages: names.iter().map(|&name| name.to_owned()).collect(),
        mean: BiasRow::mean_of(&rows),
        rows,
        map: cells(&pairs),
        one_target: cells(&one_target),
        shares: cells(&shares),
    }
}
