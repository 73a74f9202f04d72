//! A benchmark in LAReQA's layout as one pool of all its languages.

use super::{Document, Judgement, Query, Retrieval};
use crate::lareqa::{Benchmark, Candidate, LanguageSet};

/// What of a candidate is encoded and searched; a result says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Form {
    /// The sentence alone.
    #[default]
    Sentence,
    /// The sentence, then the paragraph it stands in, as XTREME has it.
    SentenceContext,
}

impl Form {
    /// The name in options and results: `sentence` or `sentence+context`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sentence => "sentence",
            Self::SentenceContext => "sentence+context",
        }
    }

    /// The text of a candidate of `set`.
    pub fn text(self, set: &LanguageSet, candidate: &Candidate) -> String {
        match self {
            Self::Sentence => candidate.text.clone(),
            Self::SentenceContext => {
                format!("{} {}", candidate.text, set.passages[candidate.passage].text)
            }
        }
    }
}

/// The questions of all languages against the candidates of all languages.
///
/// A question's id is `{language}_{id}`, because translations share theirs; candidates keep theirs.
/// The order is that of [`Benchmark::languages`]. Every positive, in whatever language, has
/// grade 1.
pub fn pool(benchmark: &Benchmark, name: &str, form: Form) -> Retrieval {
    let sets = &benchmark.languages;
    let mut first_candidate = Vec::with_capacity(sets.len());
    let mut documents = Vec::with_capacity(benchmark.candidate_count());
    for (language, set) in (0u32..).zip(sets) {
        first_candidate.push(documents.len());
        documents.extend(set.candidates.iter().map(|candidate| Document {
            id: candidate.id.clone(),
            title: String::new(),
            text: form.text(set, candidate),
            language,
        }));
    }
    let mut queries = Vec::with_capacity(benchmark.question_count());
    let mut qrels = Vec::new();
    for (language, set) in (0u32..).zip(sets) {
        for question in &set.questions {
            let query = queries.len() as u32;
            let positives = benchmark.positives(&question.id).iter();
            qrels.extend(positives.map(|&(language, candidate)| Judgement {
                query,
                document: (first_candidate[language] + candidate) as u32,
                grade: 1,
            }));
            let id = format!("{}_{}", set.language, question.id);
            queries.push(Query { id, text: question.text.clone(), language });
        }
    }
    qrels.sort_unstable();
    let languages = sets.iter().map(|set| set.language.clone()).collect();
    Retrieval { name: name.to_owned(), languages, queries, documents, qrels }
}
