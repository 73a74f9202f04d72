//! Judging a model while it trains.
//!
//! Queries of held-out pairs are ranked against the passages of all languages in one pool, where
//! every translation of the answer is right: the multilingual setting of arXiv 2408.10536, on a
//! pool of the held-out answers alone. It is a measure to stop by, not one to report: `evaluate`
//! ranks among all sentences of a benchmark.

use std::collections::BTreeMap;

use corpora::Split;
use corpora::training::TrainingSet;
use encoder::{Config, Role, tokenise};
use measures::{average_precision, ndcg_at};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use retrieval::{Index, TieOrder, Vectors, map_rows, rank_of};
use sampling::{Composition, Plan, Sampler};
use serde::{Deserialize, Serialize};
use tokens::Tokenizer;

use crate::learner::Learner;
use crate::texts::Texts;
use crate::{Measure, RunConfig, TokenRows, TrainingError, Validation, data};

/// Batches that the loss is taken over at most.
const BATCHES: usize = 20;

/// The held-out texts of a run.
pub(crate) struct Judge {
    measure: Measure,
    task: Task,
}

enum Task {
    Rank(Ranking),
    Loss(Vec<TokenRows>),
}

/// Queries and the pool they are ranked against.
struct Ranking {
    queries: Vec<Vec<u32>>,
    pool: Vec<Vec<u32>>,
    ties: TieOrder,
    /// For each query its right answers in the pool, and what is left out of it: the query's own
    /// text.
    right: Vec<Vec<usize>>,
    own: Vec<Option<usize>>,
}

/// The best validation of a run so far.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Best {
    /// The measure.
    pub value: f64,
    /// After how many steps.
    pub step: u64,
    /// Validations since.
    pub since: u64,
}

impl Best {
    /// Takes note of a validation; whether it is the best so far.
    pub(crate) fn note(
        best: &mut Option<Self>,
        value: f64,
        step: u64,
        settings: &Validation,
    ) -> bool {
        let gain = |best: &Self| {
            let gain = value - best.value;
            if settings.measure.rises() { gain } else { -gain }
        };
        match best {
            None if value.is_nan() => false,
            Some(best) if value.is_nan() || gain(best) <= settings.least_gain => {
                best.since += 1;
                false
            }
            _ => {
                *best = Some(Self { value, step, since: 0 });
                true
            }
        }
    }
}

impl Judge {
    /// Reads the files that `config` names for validation.
    pub fn new(
        config: &RunConfig,
        model: &Config,
        tokenizer: &Tokenizer,
    ) -> Result<(Self, data::Records), TrainingError> {
        let settings = &config.validation;
        let (set, files) = data::read(&settings.data(), Split::Test)?;
        let set = thinned(set, settings.pairs_at_most);
        let task = if settings.measure == Measure::Loss {
            Task::Loss(batches(config, &set, model, tokenizer)?)
        } else {
            Task::Rank(Ranking::new(&set, model, tokenizer)?)
        };
        Ok((Self { measure: settings.measure, task }, files))
    }

    /// The measure of the model as it is now.
    pub fn value(&self, learner: &Learner) -> Result<f64, TrainingError> {
        match &self.task {
            Task::Loss(batches) => {
                let losses = batches.iter().map(|rows| learner.loss_of(rows));
                let losses = losses.collect::<Result<Vec<f32>, _>>()?;
                Ok(losses.iter().map(|&x| f64::from(x)).sum::<f64>() / losses.len() as f64)
            }
            Task::Rank(ranking) => ranking.value(learner, self.measure),
        }
    }
}

/// At most `most` entries, spread evenly; 0 for all.
fn thinned(mut set: TrainingSet, most: usize) -> TrainingSet {
    let all = set.entries.len();
    if most > 0 && all > most {
        set.entries = (0..most).map(|at| set.entries[at * all / most]).collect();
    }
    set
}

/// Mixed batches of the run's size, as far as the texts suffice.
fn batches(
    config: &RunConfig,
    set: &TrainingSet,
    model: &Config,
    tokenizer: &Tokenizer,
) -> Result<Vec<TokenRows>, TrainingError> {
    let needs = config.objective.needs();
    if needs.negatives || needs.translations || needs.teacher_embeddings || needs.teacher_scores {
        return Err(TrainingError::Setting {
            field: "validation.measure",
            reason: "the objective needs more than pairs: validate by mAP or nDCG@10".to_owned(),
        });
    }
    let mut groups: Vec<u32> = set.entries.iter().map(|entry| entry.group).collect();
    groups.sort_unstable();
    groups.dedup();
    let batch = config.batches.batch.min(groups.len()).max(2);
    let plan = Plan { composition: Composition::Mixed, batch, seed: 1, ..Plan::default() };
    let mut sampler = Sampler::new(set, &plan)?;
    let texts = Texts::new(set, model, tokenizer)?;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let count = set.entries.len().div_ceil(batch).min(BATCHES);
    (0..count).map(|_| texts.rows(set, &sampler.next_batch(), &mut rng)).collect()
}

impl Ranking {
    fn new(
        set: &TrainingSet,
        model: &Config,
        tokenizer: &Tokenizer,
    ) -> Result<Self, TrainingError> {
        let mut pool: Vec<u32> = set.entries.iter().map(|entry| entry.passage).collect();
        pool.sort_unstable();
        pool.dedup();
        let place = |text: u32| pool.partition_point(|&x| x < text);
        let mut of_group: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for entry in &set.entries {
            of_group.entry(entry.group).or_default().push(place(entry.passage));
        }
        for right in of_group.values_mut() {
            right.sort_unstable();
            right.dedup();
        }
        let (mut ids, mut right, mut own) = (Vec::new(), Vec::new(), Vec::new());
        for entry in &set.entries {
            let itself = (entry.query == entry.passage).then(|| place(entry.passage));
            let answers = of_group[&entry.group].iter().copied();
            let answers: Vec<usize> = answers.filter(|&at| Some(at) != itself).collect();
            if !answers.is_empty() {
                ids.push(entry.query);
                right.push(answers);
                own.push(itself);
            }
        }
        if ids.is_empty() {
            return Err(TrainingError::Setting {
                field: "validation",
                reason: "no query has an answer other than itself".to_owned(),
            });
        }
        let texts = |ids: &[u32]| -> Vec<&str> {
            ids.iter().map(|&id| set.texts[id as usize].as_str()).collect()
        };
        let queries = tokenise(model, tokenizer, &texts(&ids), Role::Query)?;
        let ties: Vec<String> = pool.iter().map(|id| format!("{id:010}")).collect();
        let ties = TieOrder::new(&ties)?;
        let pool = tokenise(model, tokenizer, &texts(&pool), Role::Passage)?;
        Ok(Self { queries, pool, ties, right, own })
    }

    fn value(&self, learner: &Learner, measure: Measure) -> Result<f64, TrainingError> {
        let dimension = learner.dimension();
        let vectors =
            |sequences| Ok::<_, TrainingError>(Vectors::new(dimension, learner.embed(sequences)?)?);
        let index = Index::new(&vectors(&self.pool)?, &learner.plain_device())?;
        let scores = pollster::block_on(index.scores(&vectors(&self.queries)?))?;
        let width = self.pool.len();
        let values = map_rows(self.queries.len(), |row| {
            let mut scores = scores[row * width..][..width].to_vec();
            if let Some(own) = self.own[row] {
                scores[own] = f32::NEG_INFINITY;
            }
            let right = &self.right[row];
            let ranks: Vec<usize> =
                right.iter().map(|&at| rank_of(&scores, &self.ties, at)).collect();
            match measure {
                Measure::Ndcg10 => ndcg_at(10, &ranks, right.len()),
                _ => average_precision(&ranks, right.len()),
            }
        });
        Ok(values.iter().sum::<f64>() / values.len() as f64)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_best_depends_on_the_measure() {
        let note = |measure, values: &[f64]| {
            let settings = Validation { measure, least_gain: 0.1, ..Validation::default() };
            let mut best = None;
            for (step, &value) in (1..).zip(values) {
                Best::note(&mut best, value, step, &settings);
            }
            best.unwrap()
        };
        let values = [f64::NAN, 0.5, 0.55, 0.9, 0.3, f64::NAN];
        assert_eq!(note(Measure::Ndcg10, &values), Best { value: 0.9, step: 4, since: 2 });
        assert_eq!(note(Measure::Loss, &values), Best { value: 0.3, step: 5, since: 1 });
    }

    #[test]
    fn ndcg_is_one_for_the_best_order() {
        assert!((ndcg_at(10, &[2, 1], 2) - 1.0).abs() < 1e-12);
        assert!((ndcg_at(10, &[3], 1) - 0.5).abs() < 1e-12);
        assert!(ndcg_at(10, &[11], 3).abs() < 1e-12);
    }
}
