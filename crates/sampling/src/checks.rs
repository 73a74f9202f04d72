//! What a sampler must be able to do before its first batch is drawn: reach every language and pair
//! that the plan names, and fill every batch that may come up.

use corpora::training::TrainingSet;

use crate::draws::generator;
use crate::pairs::Pairs;
use crate::sampler::Sampler;
use crate::shelves::Shelf;
use crate::{Plan, SamplingError, Scope};

impl Sampler {
    /// Refuses a plan that the set cannot serve.
    pub(crate) fn check(
        &self,
        plan: &Plan,
        pairs: &Pairs,
        set: &TrainingSet,
    ) -> Result<(), SamplingError> {
        self.check_languages(plan, pairs, set)?;
        self.check_negatives(plan)?;
        self.check_batches(set)
    }

    /// Every language and pair of languages that the plan names must come up.
    fn check_languages(
        &self,
        plan: &Plan,
        pairs: &Pairs,
        set: &TrainingSet,
    ) -> Result<(), SamplingError> {
        let composition = self.composition.to_string();
        let name = |(query, passage): (u32, u32)| {
            let language = |id: u32| &set.languages[id as usize];
            format!("{}-{}", language(query), language(passage))
        };
        let [mono, cross, mixed] = self.composition.highest();
        if mono + mixed > 0.0 && self.shelves.iter().all(|shelf| shelf.mono.is_empty()) {
            return Err(SamplingError::NoMono { composition });
        }
        if cross > 0.0 && !self.shelves.iter().any(Shelf::has_cross) {
            // Pairs that are named have a message of their own.
            let translated = plan.excluded_pairs.is_empty() || !pairs.chosen().is_empty();
            return Err(match pairs.chosen().first() {
                Some(&pair) => SamplingError::NoPairData { pair: name(pair) },
                None if translated => SamplingError::NoCross { composition },
                None => SamplingError::NoPairs { composition },
            });
        }
        let reached: Vec<(u32, u32)> = self.counts.reached().collect();
        for name in &plan.languages {
            let holds = |id: u32| set.languages[id as usize] == *name;
            if !reached.iter().any(|&(query, passage)| holds(query) || holds(passage)) {
                return Err(SamplingError::NoData { language: name.clone(), composition });
            }
        }
        if let Some(&pair) = pairs.chosen().iter().find(|pair| !reached.contains(pair)) {
            return Err(SamplingError::NoPairData { pair: name(pair) });
        }
        Ok(())
    }

    fn check_negatives(&self, plan: &Plan) -> Result<(), SamplingError> {
        let asked = plan.negatives_per_query;
        if asked > 0 && !self.catalogue.positions().any(|e| !self.negatives.of(e).is_empty()) {
            return Err(SamplingError::NoNegatives { asked });
        }
        Ok(())
    }

    /// Every batch that may be drawn must fill up.
    fn check_batches(&self, set: &TrainingSet) -> Result<(), SamplingError> {
        let [mono, cross, mixed] = self.composition.highest();
        let scopes: Vec<Option<u32>> = if self.one_source {
            self.shelves.iter().map(|shelf| Some(shelf.source)).collect()
        } else {
            vec![None]
        };
        for source in scopes {
            let shelves = || self.shelves.iter().filter(|s| source.is_none_or(|id| id == s.source));
            let check = |kind: &'static str, language: Option<u32>, items: Vec<u32>| {
                let distinct = self.reach(kind == "cross", items);
                if distinct >= self.batch {
                    return Ok(());
                }
                let scope = Scope {
                    kind,
                    source: source.map(|id| set.sources[id as usize].clone()),
                    language: language.map(|id| set.languages[id as usize].clone()),
                };
                Err(SamplingError::TooFew { scope, distinct, batch: self.batch })
            };
            let lanes = || shelves().flat_map(|shelf| &shelf.mono);
            let items = |queue: u32| self.queues[queue as usize].items().iter().copied();
            if mono > 0.0 {
                let mut languages: Vec<u32> = lanes().map(|lane| lane.language).collect();
                languages.sort_unstable();
                languages.dedup();
                for language in languages {
                    let of_language = lanes().filter(|lane| lane.language == language);
                    let entries = of_language.flat_map(|lane| items(lane.queue)).collect();
                    check("mono", Some(language), entries)?;
                }
            }
            if mixed > 0.0 && lanes().next().is_some() {
                check("mixed", None, lanes().flat_map(|lane| items(lane.queue)).collect())?;
            }
            if cross > 0.0 && shelves().any(Shelf::has_cross) {
                let units = self.catalogue.units();
                let units = units.filter(|&(_, of)| source.is_none_or(|id| id == of));
                check("cross", None, units.map(|(unit, _)| unit).collect())?;
            }
        }
        Ok(())
    }

    /// How many rows fit into one batch, of the entries or, for cross rows, the units `items`, at
    /// most the size of a batch. The least of a few random orders: the most that fit would be
    /// more, but batches are filled in the order in which rows come.
    fn reach(&self, cross: bool, mut items: Vec<u32>) -> usize {
        const ORDERS: u64 = 4;
        let mut taken = self.taken.clone();
        let mut least = self.batch;
        for order in 0..ORDERS {
            let mut rng = generator(self.seed, u64::MAX - order);
            crate::draws::shuffle(&mut rng, &mut items);
            taken.clear();
            let row = |&item: &u32| {
                if cross {
                    let pairs = self.catalogue.pairs(item);
                    let pair = crate::draws::pick(&mut rng, (0..pairs.len()).map(|i| (i, 1)))?;
                    self.catalogue.cross_row(item, pairs[pair], &mut rng)
                } else {
                    Some(self.catalogue.mono_row(item))
                }
            };
            let fitting = items.iter().filter_map(row).filter(|row| {
                taken.take(self.keys.of_row(row.group, row.query, row.passage, row.bitext))
            });
            least = least.min(fitting.take(self.batch).count());
        }
        least
    }
}
