//! Scores questions as they come and keeps their ranks.

use burn::tensor::Device;
use corpora::lareqa::Benchmark;
use retrieval::{Index, RetrievalError, TieOrder, Vectors, map_rows, rank_of};

use crate::tally::{Outcome, Placed, tally};
use crate::{CandidateText, EvaluationError, Report};

/// Questions scored at once: their scores against XQuAD-R's 13,014 candidates take 13 MB, which
/// stays small in a browser, and the product is already as fast as with more.
const SCORED_AT_ONCE: usize = 256;

/// One language of the benchmark.
struct Language {
    name: String,
    /// Ids of the questions, for messages.
    questions: Vec<String>,
    /// Per question, its relevant candidates: language, and index within that language.
    positives: Vec<Vec<(usize, usize)>>,
    /// Number of candidates.
    candidates: usize,
    /// Per question, what was found; none until it was added.
    outcomes: Vec<Option<Outcome>>,
}

/// The candidates of all languages, one language after the other, as far as the host knows them.
struct Pool {
    /// First candidate of each language.
    starts: Vec<usize>,
    /// Order of equal scores within each language.
    own_ties: Vec<TieOrder>,
    /// Order of equal scores in the pool.
    ties: TieOrder,
}

impl Pool {
    /// Ranks of the relevant candidates of one question, from its scores over the whole pool.
    fn place(&self, scores: &[f32], positives: &[(usize, usize)]) -> Outcome {
        let place = |&(language, candidate): &(usize, usize)| {
            let start = self.starts[language];
            let ties = &self.own_ties[language];
            Placed {
                language,
                own: rank_of(&scores[start..start + ties.len()], ties, candidate),
                pooled: rank_of(scores, &self.ties, start + candidate),
            }
        };
        positives.iter().map(place).collect()
    }
}

/// Scores the questions of a benchmark against all of its candidates.
///
/// Add the vectors of every question once, in pieces of any size and in any order, then finish.
pub struct Scorer {
    languages: Vec<Language>,
    pool: Pool,
    index: Index,
}

impl Scorer {
    /// Uploads the candidates to a device.
    ///
    /// `candidates` holds one set of vectors per language and one vector per candidate, both in the
    /// benchmark's order. A question's relevant candidates are those of the questions with the same
    /// id in all languages.
    ///
    /// # Errors
    ///
    /// When vectors and benchmark do not fit together, a vector is not finite, or two candidates
    /// have one id (equal scores could then not be ordered).
    pub fn new(
        benchmark: &Benchmark,
        candidates: Vec<Vectors>,
        device: &Device,
    ) -> Result<Self, EvaluationError> {
        let sets = &benchmark.languages;
        if candidates.len() != sets.len() {
            return Err(EvaluationError::Languages {
                given: candidates.len(),
                languages: sets.len(),
            });
        }
        let pool = pool(benchmark)?;
        let dimension = candidates.first().map_or(1, |vectors| vectors.dimension);
        let mut values = Vec::with_capacity(pool.ties.len() * dimension);
        for (set, vectors) in sets.iter().zip(candidates) {
            if vectors.len() != set.candidates.len() {
                return Err(EvaluationError::Candidates {
                    language: set.language.clone(),
                    given: vectors.len(),
                    candidates: set.candidates.len(),
                });
            }
            if vectors.dimension != dimension {
                return Err(EvaluationError::Dimension {
                    language: set.language.clone(),
                    given: vectors.dimension,
                    expected: dimension,
                });
            }
            values.extend(vectors.values);
        }
        let languages: Vec<Language> = sets
            .iter()
            .map(|set| Language {
                name: set.language.clone(),
                questions: set.questions.iter().map(|question| question.id.clone()).collect(),
                positives: set
                    .questions
                    .iter()
                    .map(|question| benchmark.positives(&question.id).to_vec())
                    .collect(),
                outcomes: vec![None; set.questions.len()],
                candidates: set.candidates.len(),
            })
            .collect();
        let index = Index::new(&Vectors::new(dimension, values)?, device).map_err(|error| {
            let RetrievalError::CandidateNotFinite { row } = error else { return error.into() };
            let language = pool.starts.partition_point(|&start| start <= row) - 1;
            EvaluationError::CandidateNotFinite {
                language: sets[language].language.clone(),
                candidate: sets[language].candidates[row - pool.starts[language]].id.clone(),
            }
        })?;
        Ok(Self { languages, pool, index })
    }

    /// Questions of all languages.
    pub fn questions(&self) -> usize {
        self.languages.iter().map(|language| language.questions.len()).sum()
    }

    /// Questions added so far.
    pub fn scored(&self) -> usize {
        self.languages.iter().flat_map(|language| &language.outcomes).flatten().count()
    }

    /// Scores the questions `first_question..` of a language (its index in the benchmark), one per
    /// row of `queries`.
    ///
    /// After an error none of them counts as scored.
    ///
    /// # Errors
    ///
    /// When the questions are not in the benchmark or were added before, their vectors have another
    /// dimension than the candidates' or are not finite, or the device fails.
    pub async fn add(
        &mut self,
        language: usize,
        first_question: usize,
        queries: &Vectors,
    ) -> Result<(), EvaluationError> {
        let end = first_question + queries.len();
        let known = self.languages.get(language).map_or(0, |set| set.questions.len());
        let Some(set) = self.languages.get(language).filter(|_| end <= known) else {
            return Err(EvaluationError::NoSuchQuestion {
                language,
                first: first_question,
                end,
                known,
            });
        };
        let repeated = (first_question..end).find(|&question| set.outcomes[question].is_some());
        if let Some(question) = repeated {
            return Err(EvaluationError::Repeated {
                language: set.name.clone(),
                question: set.questions[question].clone(),
            });
        }
        let mut outcomes = Vec::with_capacity(queries.len());
        let dimension = queries.dimension.max(1);
        for values in queries.values.chunks(SCORED_AT_ONCE * dimension) {
            let first = first_question + outcomes.len();
            let part = Vectors::new(queries.dimension, values.to_vec())?;
            let scores = self.index.scores(&part).await.map_err(|error| match error {
                RetrievalError::QueryNotFinite { row: at }
                | RetrievalError::ScoreNotANumber { query: at, .. } => {
                    EvaluationError::QuestionNotFinite {
                        language: set.name.clone(),
                        question: set.questions[first + at].clone(),
                    }
                }
                other => other.into(),
            })?;
            let width = self.index.len();
            let (pool, positives) = (&self.pool, &set.positives[first..]);
            outcomes.extend(map_rows(part.len(), |row| {
                pool.place(&scores[row * width..(row + 1) * width], &positives[row])
            }));
        }
        let into = &mut self.languages[language].outcomes[first_question..end];
        for (slot, outcome) in into.iter_mut().zip(outcomes) {
            *slot = Some(outcome);
        }
        Ok(())
    }

    /// The report, once every question was added.
    ///
    /// The scorer saw only vectors: `benchmark`, a name, and the text that was encoded for each
    /// candidate are the caller's to say.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::Missing`] when questions were not added.
    pub fn finish(
        self,
        benchmark: impl Into<String>,
        text: CandidateText,
    ) -> Result<Report, EvaluationError> {
        let mut sets = Vec::with_capacity(self.languages.len());
        for set in self.languages {
            let missing = set.outcomes.iter().filter(|outcome| outcome.is_none()).count();
            if let Some(first) = set.outcomes.iter().position(Option::is_none) {
                return Err(EvaluationError::Missing {
                    language: set.name,
                    question: set.questions[first].clone(),
                    missing,
                });
            }
            let outcomes: Vec<Outcome> = set.outcomes.into_iter().flatten().collect();
            sets.push((set.name, set.candidates, outcomes));
        }
        Ok(tally(benchmark.into(), text, &sets))
    }
}

/// The pool of a benchmark.
fn pool(benchmark: &Benchmark) -> Result<Pool, RetrievalError> {
    let mut starts = Vec::new();
    let mut own_ties = Vec::new();
    let mut ids: Vec<&str> = Vec::new();
    for set in &benchmark.languages {
        let start = ids.len();
        ids.extend(set.candidates.iter().map(|candidate| candidate.id.as_str()));
        own_ties.push(TieOrder::new(&ids[start..])?);
        starts.push(start);
    }
    Ok(Pool { starts, own_ties, ties: TieOrder::new(&ids)? })
}
