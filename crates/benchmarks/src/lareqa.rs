//! LAReQA's protocol with any system: what `evaluation` scores, scored in one pass with language
//! bias, and with the rankings of every setting kept for run files.
//!
//! Translations of a question are scored together, because MRC compares their rankings, and some
//! 256 questions at a time, because the product with all candidates is then fast and small.

mod probe;
mod rankings;

use std::collections::BTreeMap;

use burn::tensor::Device;
use corpora::lareqa::Benchmark;
use evaluation::{BiasOptions, CandidateText, Details, Report, Rows, Scorer};
use retrieval::{Vectors, map_rows};

use crate::{BenchmarkError, Ranker, System};

pub use probe::{Probe, probe};
pub use rankings::Rankings;

/// Questions scored at once, or a few more.
const BLOCK: usize = 246;

/// Embeddings of a benchmark: for each language those of its candidates and of its questions.
pub struct Embedded {
    /// One set of candidates a language.
    pub candidates: Vec<Vectors>,
    /// One set of questions a language.
    pub questions: Vec<Vectors>,
}

impl Embedded {
    /// All vectors, row-major, candidates first.
    pub fn values(&self) -> impl Iterator<Item = f32> + '_ {
        self.candidates.iter().chain(&self.questions).flat_map(|set| set.values.iter().copied())
    }
}

/// What is scored, and how the report calls it.
#[derive(Clone, Debug)]
pub struct Task<'a> {
    /// Name of the benchmark.
    pub name: &'a str,
    /// Text of a candidate.
    pub text: CandidateText,
    /// What ranks.
    pub system: System,
    /// Candidates kept of each ranking, for run files; none are kept without.
    pub depth: Option<usize>,
}

/// What was found.
pub struct Found {
    /// The report of the protocol.
    pub report: Report,
    /// Language bias and the values of every question.
    pub details: Details,
    /// The rankings, where they were asked for.
    pub rankings: Option<Rankings>,
}

/// Scores a benchmark. `embedded` is asked for by systems that are dense.
///
/// # Errors
///
/// [`BenchmarkError::Evaluation`] when vectors and benchmark do not fit together,
/// [`BenchmarkError::Lexical`], and what the search fails with.
pub async fn score(
    benchmark: &Benchmark,
    embedded: Option<Embedded>,
    task: Task<'_>,
    device: &Device,
) -> Result<Found, BenchmarkError> {
    let (mut scorer, questions) = match embedded {
        Some(Embedded { candidates, questions }) if task.system.is_dense() => {
            (Scorer::new(benchmark, candidates, device)?, Some(questions))
        }
        _ => (Scorer::of_scores(benchmark)?, None),
    };
    scorer = scorer.with_bias(BiasOptions::default());
    let rankers = match task.system {
        System::Dense => None,
        other => Some(Rankers::new(benchmark, other, task.text)?),
    };
    let mut rankings = task.depth.map(|depth| Rankings::new(benchmark, depth));
    for block in blocks(benchmark) {
        let dense = match &questions {
            None => Vec::new(),
            Some(questions) => {
                let dimension = questions.first().map_or(1, |set| set.dimension);
                let mut values = Vec::with_capacity(block.len() * dimension);
                for &(language, question) in &block {
                    let set = &questions[language];
                    let wanted = benchmark.languages[language].questions.len();
                    if set.len() != wanted {
                        let given = set.len();
                        return Err(BenchmarkError::Vectors { what: "questions", given, wanted });
                    }
                    values.extend_from_slice(set.row(question));
                }
                scorer.scores(&block, &Vectors::new(dimension, values)?).await?
            }
        };
        let (own, pooled) = match &rankers {
            None => (None, dense),
            Some(rankers) => rankers.rows(benchmark, &block, &dense)?,
        };
        let rows = Rows { own: own.as_deref().unwrap_or(&pooled), pooled: &pooled };
        if let Some(rankings) = &mut rankings {
            rankings.add(&block, rows, &scorer);
        }
        scorer.add_scores(&block, rows)?;
    }
    let (report, details) = scorer.finish_with_details(task.name, task.text)?;
    Ok(Found { report, details, rankings })
}

/// All questions as language and number, in blocks, with translations together.
fn blocks(benchmark: &Benchmark) -> Vec<Vec<(usize, usize)>> {
    let mut order = Vec::new();
    let mut asked = BTreeMap::<&str, Vec<(usize, usize)>>::new();
    for (language, set) in benchmark.languages.iter().enumerate() {
        for (at, question) in set.questions.iter().enumerate() {
            let places = asked.entry(&question.id).or_insert_with(|| {
                order.push(question.id.as_str());
                Vec::new()
            });
            places.push((language, at));
        }
    }
    let mut blocks: Vec<Vec<(usize, usize)>> = Vec::new();
    for places in order.into_iter().filter_map(|id| asked.get(id)) {
        match blocks.last_mut() {
            Some(block) if block.len() < BLOCK => block.extend(places),
            _ => blocks.push(places.clone()),
        }
    }
    blocks
}

/// A system over the pool, and over each language's candidates where that is not the same.
struct Rankers {
    pool: Ranker,
    own: Vec<Ranker>,
}

/// Rows over each language's candidates, where they are others, and over the pool.
type OwnAndPooled = (Option<Vec<f32>>, Vec<f32>);

impl Rankers {
    fn new(
        benchmark: &Benchmark,
        system: System,
        text: CandidateText,
    ) -> Result<Self, BenchmarkError> {
        let mut ids = Vec::new();
        let mut texts = Vec::new();
        let mut own = Vec::new();
        for set in &benchmark.languages {
            let start = ids.len();
            ids.extend(set.candidates.iter().map(|candidate| candidate.id.as_str()));
            texts.extend((0..set.candidates.len()).map(|at| text.text(set, at)));
            // A part of an order by chance is one.
            if !matches!(system, System::Random(_)) {
                own.push(Ranker::new(system, &ids[start..], &texts[start..])?);
            }
        }
        Ok(Self { pool: Ranker::new(system, &ids, &texts)?, own })
    }

    fn rows(
        &self,
        benchmark: &Benchmark,
        block: &[(usize, usize)],
        dense: &[f32],
    ) -> Result<OwnAndPooled, BenchmarkError> {
        let starts: Vec<usize> = benchmark
            .languages
            .iter()
            .scan(0, |start, set| {
                let at = *start;
                *start += set.questions.len();
                Some(at)
            })
            .collect();
        let width = if dense.is_empty() { 0 } else { dense.len() / block.len() };
        let rows: Vec<Result<OwnAndPooled, BenchmarkError>> = map_rows(block.len(), |at| {
            let (language, question) = block[at];
            let text = &benchmark.languages[language].questions[question].text;
            let number = (starts[language] + question) as u64;
            let dense = &dense[at * width..(at + 1) * width];
            let pooled = self.pool.row(number, text, dense)?;
            if self.own.is_empty() {
                return Ok((None, pooled));
            }
            let mut own = Vec::with_capacity(pooled.len());
            for (ranker, set) in self.own.iter().zip(&benchmark.languages) {
                let count = set.candidates.len();
                let part =
                    if dense.is_empty() { dense } else { &dense[own.len()..own.len() + count] };
                own.extend(ranker.row(number, text, part)?);
            }
            Ok((Some(own), pooled))
        });
        let (mut own, mut pooled) = (Vec::new(), Vec::new());
        for row in rows {
            let (its, whole) = row?;
            own.extend(its.into_iter().flatten());
            pooled.extend(whole);
        }
        Ok(((!own.is_empty()).then_some(own), pooled))
    }
}
