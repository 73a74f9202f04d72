//! MTOP as retrieval: utterances of the same intent, in whatever language.

use std::collections::HashMap;

use super::{Document, Judgement, Query, Retrieval};
use crate::mtop::{Mtop, Part, Utterance};

/// Utterances of part `queries` against those of part `documents` in all languages as one pool;
/// relevant, with grade 1, are those of the same intent. The parts should differ, else each query
/// finds itself.
///
/// `most` bounds the queries of each language; they are taken at equal distances through the file.
/// With every utterance as a query there are tens of millions of judgements. Ids are
/// `{language}_{id}`.
pub fn same_intent(mtop: &Mtop, queries: Part, documents: Part, most: Option<usize>) -> Retrieval {
    let id = |one: &Utterance| format!("{}_{}", mtop.languages[one.language as usize], one.id);
    let of_part = |part| mtop.utterances.iter().filter(move |one| one.part == part);
    let mut of_intent = HashMap::<u32, Vec<u32>>::new();
    let mut pool = Vec::new();
    for one in of_part(documents) {
        of_intent.entry(one.intent).or_default().push(pool.len() as u32);
        let (text, language) = (one.text.clone(), one.language);
        pool.push(Document { id: id(one), title: String::new(), text, language });
    }
    let (mut asked, mut qrels) = (Vec::new(), Vec::new());
    for language in 0..mtop.languages.len() as u32 {
        let all: Vec<&Utterance> =
            of_part(queries).filter(|one| one.language == language).collect();
        let count = most.map_or(all.len(), |most| most.min(all.len()));
        for one in (0..count).map(|taken| all[taken * all.len() / count]) {
            let query = asked.len() as u32;
            let same = of_intent.get(&one.intent).into_iter().flatten();
            qrels.extend(same.map(|&document| Judgement { query, document, grade: 1 }));
            asked.push(Query { id: id(one), text: one.text.clone(), language });
        }
    }
    let languages = mtop.languages.clone();
    Retrieval { name: "mtop-intent".to_owned(), languages, queries: asked, documents: pool, qrels }
}
