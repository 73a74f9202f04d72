//! Measures of a run.

use measures::{Judged, Measure, Query};
use rayon::prelude::*;

use crate::{Qrels, Run, Scores};

/// Which queries are scored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Over {
    /// Those that both files have, as `trec_eval` does.
    #[default]
    Both,
    /// All that were judged; those that the run lacks score 0, as `trec_eval -c` does.
    Judged,
}

/// Scores every query with every measure, on all cores. A query whose judgements name no relevant
/// document scores 0 and counts, as in `trec_eval`.
pub fn score(run: &Run, qrels: &Qrels, measures: &[Measure], over: Over) -> Scores {
    let (ranked, judged) = (&run.grouped, &qrels.grouped);
    // Where the run has each query and each document of the judgements.
    let queries: Vec<(u32, Option<u32>)> = (0..)
        .zip(judged.queries.iter())
        .map(|(number, query)| (number, ranked.queries.find(query)))
        .filter(|(_, ranked)| ranked.is_some() || over == Over::Judged)
        .collect();
    let documents: Vec<Option<u32>> =
        judged.documents.iter().map(|document| ranked.documents.find(document)).collect();

    // For each document of the run its relevance to one query; every thread has its own.
    let blank = || vec![None::<i32>; ranked.documents.len()];
    let rows: Vec<Vec<f64>> = queries
        .par_iter()
        .map_init(blank, |relevances, &(query, in_run)| {
            let judgements = judged.rows(query);
            let place = |row: &crate::grouped::Row<i32>| documents[row.document as usize];
            for row in judgements {
                if let Some(document) = place(row) {
                    relevances[document as usize] = Some(row.value);
                }
            }
            let ranking = in_run.map_or(&[][..], |query| ranked.rows(query));
            let found: Vec<Judged> = (1..)
                .zip(ranking)
                .filter_map(|(rank, row)| {
                    let relevance = relevances[row.document as usize]?;
                    Some(Judged { rank, relevance })
                })
                .collect();
            for document in judgements.iter().filter_map(place) {
                relevances[document as usize] = None;
            }
            let judged: Vec<i32> = judgements.iter().map(|row| row.value).collect();
            let query = Query { found: &found, judged: &judged, retrieved: ranking.len() };
            measures.iter().map(|measure| measure.of(&query)).collect()
        })
        .collect();

    let names = queries.iter().map(|&(query, _)| judged.queries.get(query).to_owned()).collect();
    let columns = (0..measures.len()).map(|at| rows.iter().map(|row| row[at]).collect()).collect();
    Scores::new(measures.to_vec(), names, columns)
}
