//! Whether files that are read together belong together.

use crate::{Complaints, Fault, Qrels, Run};

/// Queries that only the run or only the judgements have; `trec_eval` leaves both out in silence.
pub fn agreement(run: &Run, qrels: &Qrels) -> Complaints {
    let mut complaints = Complaints::default();
    for query in run.queries().filter(|query| qrels.grouped.queries.find(query).is_none()) {
        let first = || format!("query {query:?} of run {:?} has no judgements", run.tag());
        complaints.add(Fault::UnjudgedQuery, 0, first);
    }
    for query in qrels.queries().filter(|query| run.grouped.queries.find(query).is_none()) {
        let first = || format!("judged query {query:?} is not in run {:?}", run.tag());
        complaints.add(Fault::UnrankedQuery, 0, first);
    }
    complaints
}

/// Judgements of documents that the corpus does not have: no system can find them. `file` is the
/// name of the judgements, `known` says whether the corpus has a document.
pub fn known_documents(qrels: &Qrels, file: &str, known: impl Fn(&str) -> bool) -> Complaints {
    let mut complaints = Complaints::default();
    let known: Vec<bool> = qrels.grouped.documents.iter().map(known).collect();
    for query in 0..qrels.grouped.queries.len() as u32 {
        for row in qrels.grouped.rows(query).iter().filter(|row| !known[row.document as usize]) {
            let document = qrels.grouped.documents.get(row.document);
            let what = || format!("document {document:?} is not in the corpus");
            complaints.line(Fault::UnknownDocument, file, row.line as usize, what);
        }
    }
    complaints
}
