//! The sampler: draws the kind of each batch, then its rows. All that may fail fails in
//! [`Sampler::new`].

use corpora::training::TrainingSet;
use rand_chacha::ChaCha8Rng;

use crate::catalogue::{Catalogue, Row, check_indices};
use crate::clusters::{Keys, Taken};
use crate::draws::{chance, generator};
use crate::queues::Queue;
use crate::shelves::{Draw, Shelf, Shelves};
use crate::tally::{Counts, Tally};
use crate::{Composition, Plan, SamplingError, Scope};

/// The languages of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BatchKind {
    /// All queries and passages in this language, an index of `TrainingSet::languages`.
    Mono(u32),
    /// The query and the passage of each row in different languages.
    Cross,
    /// The query and the passage of each row in the same language, rows in many.
    Mixed,
}

impl BatchKind {
    /// `mono`, `cross` or `mixed`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Mono(_) => "mono",
            Self::Cross => "cross",
            Self::Mixed => "mixed",
        }
    }
}

/// A batch: one row at the same position of each list. Numbers are indices of the lists of the
/// training set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The languages of the batch.
    pub kind: BatchKind,
    /// Text ids.
    pub queries: Vec<u32>,
    /// Text ids.
    pub passages: Vec<u32>,
    /// Language of each query.
    pub query_languages: Vec<u32>,
    /// Language of each passage.
    pub passage_languages: Vec<u32>,
    /// Source of each row.
    pub sources: Vec<u32>,
    /// Group of each row: query and passage are of the same.
    pub groups: Vec<u32>,
}

impl Batch {
    /// Number of rows: that of the plan. It may be less in one case, counted in
    /// [`Tally::short_batches`]: the data suffices for a full batch, but the rows that waited
    /// longest, which come first, exclude so many others that nothing is left.
    pub fn len(&self) -> usize {
        self.queries.len()
    }

    /// True without rows.
    pub fn is_empty(&self) -> bool {
        self.queries.is_empty()
    }

    fn new(kind: BatchKind, rows: usize) -> Self {
        let list = || Vec::with_capacity(rows);
        Self {
            kind,
            queries: list(),
            passages: list(),
            query_languages: list(),
            passage_languages: list(),
            sources: list(),
            groups: list(),
        }
    }

    fn push(&mut self, row: &Row) {
        self.queries.push(row.query);
        self.passages.push(row.passage);
        self.query_languages.push(row.query_language);
        self.passage_languages.push(row.passage_language);
        self.sources.push(row.source);
        self.groups.push(row.group);
    }
}

/// Draws batches without end.
///
/// **No false negatives.** Among pairs of query and passage, groups that contain the same passage
/// in any language form one passage cluster, groups that contain the same query one query cluster,
/// and no two rows of a batch share a cluster: neither one passage twice nor two translations of
/// it meet. In bitext two rows never meet if their groups have a text in common or if any group
/// lists a text of both, see the module `clusters`.
///
/// **Bitext** (query and passage the same text) serves cross rows only. Cross rows join entries of
/// one group and source in two languages, with different texts.
///
/// **Passes.** Each source has a queue of entries for each language and of groups for each ordered
/// pair of languages, shuffled without replacement, reshuffled at the end of a pass. A row that
/// conflicts with the batch is deferred to a later batch of its queue, before all others; only if
/// nothing else is left in its pass may a new one begin without it. A queue of which nothing fits
/// any more gives its share of the batch to the others.
///
/// **Resuming.** State is a function of set, plan and number of batches drawn: build the sampler
/// again and [`skip`](Self::skip).
///
/// **Cost**, measured on 640,000 entries in 182,000 groups of 1 to 11 languages: a quarter of a
/// second and 50 MB at most to build. A batch costs time in its rows and in those deferred, which
/// are looked at again: 0.3 to 1.5 microseconds a row, and 14 where a batch of 768 comes from a
/// lexicon of 4,000 concepts that share many of their words.
#[derive(Debug, Clone)]
pub struct Sampler {
    composition: Composition,
    steps: u64,
    batch: usize,
    one_source: bool,
    seed: u64,
    rng: ChaCha8Rng,
    drawn: u64,
    catalogue: Catalogue,
    keys: Keys,
    taken: Taken,
    shelves: Shelves,
    queues: Vec<Queue>,
    counts: Counts,
}

impl Sampler {
    /// A sampler of `set`, at its first batch.
    ///
    /// # Errors
    /// Any [`SamplingError`]; afterwards every batch can be drawn.
    pub fn new(set: &TrainingSet, plan: &Plan) -> Result<Self, SamplingError> {
        plan.check()?;
        plan.check_source_names(&set.sources)?;
        let languages = plan.languages_in_play(&set.languages)?;
        let groups = check_indices(set)?;
        let mut sizes = vec![0_usize; set.sources.len()];
        for entry in set.entries.iter().filter(|e| languages[e.language as usize]) {
            sizes[entry.source as usize] += 1;
        }
        let weights: Vec<f64> = set
            .sources
            .iter()
            .zip(&sizes)
            .map(|(name, &size)| if size == 0 { 0.0 } else { plan.source_weight(name, size) })
            .collect();
        let catalogue = Catalogue::new(&set.entries, |entry| {
            languages[entry.language as usize] && weights[entry.source as usize] > 0.0
        });
        if catalogue.units().next().is_none() {
            return Err(SamplingError::Empty);
        }
        let keys = Keys::new(&set.entries, groups, set.texts.len() as u32);
        let (shelves, queues) =
            Shelves::new(&catalogue, &weights, set.languages.len(), plan.language_power);
        let labels = shelves.labels(plan.one_source_per_batch);
        let steps = plan.steps.unwrap_or(1);
        let sampler = Self {
            composition: plan.composition,
            steps,
            batch: plan.batch,
            one_source: plan.one_source_per_batch,
            seed: plan.seed,
            rng: generator(plan.seed, 0),
            drawn: 0,
            taken: Taken::new(keys.count()),
            counts: Counts::new(labels, plan.composition, steps, &set.languages, &set.sources),
            catalogue,
            keys,
            shelves,
            queues,
        };
        sampler.check_languages(plan, set)?;
        sampler.check_batches(set)?;
        Ok(sampler)
    }

    /// The next batch.
    pub fn next_batch(&mut self) -> Batch {
        let alpha = match self.composition {
            Composition::Mono => 1.0,
            Composition::Cross | Composition::Mixed => 0.0,
            Composition::Hybrid { alpha } => alpha.at(self.drawn, self.steps),
        };
        self.drawn += 1;
        self.taken.clear();
        self.shelves.open();
        let cross = match self.composition {
            Composition::Mono | Composition::Mixed => false,
            Composition::Cross => true,
            Composition::Hybrid { .. } => !chance(&mut self.rng, alpha),
        };
        let shelf =
            if self.one_source { self.shelves.pick_shelf(&mut self.rng, cross) } else { None };
        let (draw, kind) = if cross {
            (Draw::Cross, BatchKind::Cross)
        } else if self.composition == Composition::Mixed {
            (Draw::Mixed, BatchKind::Mixed)
        } else {
            // There is one: `new` refuses mono batches without any language.
            let language = self.shelves.pick_language(&mut self.rng, shelf).unwrap_or_default();
            (Draw::Mono(language), BatchKind::Mono(language))
        };
        let mut batch = Batch::new(kind, self.batch);
        while batch.len() < self.batch {
            let Some(place) = self.shelves.pick_queue(&mut self.rng, draw, shelf) else { break };
            let Self { queues, catalogue, keys, taken, rng, .. } = self;
            let row = queues[place.queue as usize].draw(self.drawn, self.seed, |item| {
                let row = if cross {
                    catalogue.cross_row(item, place.languages, rng)?
                } else {
                    catalogue.mono_row(item)
                };
                taken
                    .take(keys.of_row(row.group, row.query, row.passage, row.bitext))
                    .then_some(row)
            });
            if let Some(row) = row {
                batch.push(&row);
                self.counts.row(place.queue);
            } else {
                self.shelves.close(place);
            }
        }
        self.counts.batch(kind, alpha, batch.len() < self.batch);
        batch
    }

    /// Draws `batches` batches and drops them, to resume a run: the next batch is the one that
    /// followed them. As costly as drawing them, some thousands a second.
    pub fn skip(&mut self, batches: u64) {
        for _ in 0..batches {
            self.next_batch();
        }
    }

    /// Number of batches drawn so far, those skipped included.
    pub fn batches_drawn(&self) -> u64 {
        self.drawn
    }

    /// Planned and drawn shares so far.
    pub fn tally(&self) -> Tally {
        self.counts.tally()
    }

    /// Every language that the plan names must come up.
    fn check_languages(&self, plan: &Plan, set: &TrainingSet) -> Result<(), SamplingError> {
        let composition = self.composition.to_string();
        let [mono, cross, mixed] = self.composition.highest();
        if mono + mixed > 0.0 && self.shelves.iter().all(|shelf| shelf.mono.is_empty()) {
            return Err(SamplingError::NoMono { composition });
        }
        if cross > 0.0 && !self.shelves.iter().any(Shelf::has_cross) {
            return Err(SamplingError::NoCross { composition });
        }
        let reached = self.counts.languages();
        for language in plan.languages.iter().filter(|name| !plan.excluded_languages.contains(name))
        {
            if set.languages.iter().position(|name| name == language).is_none_or(|i| !reached[i]) {
                return Err(SamplingError::NoData { language: language.clone(), composition });
            }
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
