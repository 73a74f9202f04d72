//! The sampler: draws the kind of each batch, then its rows. All that may fail fails in
//! [`Sampler::new`].

use corpora::training::{Negatives, TrainingSet};
use rand_chacha::ChaCha8Rng;

use crate::catalogue::{Catalogue, Row, check_indices};
use crate::clusters::{Keys, Taken};
use crate::draws::{Extra, beside, chance, generator};
use crate::pairs::Pairs;
use crate::queues::Queue;
use crate::shelves::{Draw, Shelves};
use crate::tally::{Counts, Tally};
use crate::{Batch, BatchKind, CodeSwitch, Composition, Plan, SamplingError, negatives};

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
    pub(crate) composition: Composition,
    steps: u64,
    pub(crate) batch: usize,
    pub(crate) one_source: bool,
    pub(crate) seed: u64,
    rng: ChaCha8Rng,
    drawn: u64,
    pub(crate) catalogue: Catalogue,
    pub(crate) keys: Keys,
    pub(crate) taken: Taken,
    pub(crate) shelves: Shelves,
    pub(crate) queues: Vec<Queue>,
    pub(crate) counts: Counts,
    pub(crate) negatives: Negatives,
    negatives_per_query: usize,
    code_switch: CodeSwitch,
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
        let pairs = Pairs::new(plan, &set.languages, &languages)?;
        let catalogue = Catalogue::new(&set.entries, pairs.clone(), |entry| {
            languages[entry.language as usize] && weights[entry.source as usize] > 0.0
        });
        if catalogue.units().next().is_none() {
            return Err(SamplingError::Empty);
        }
        let negatives =
            if plan.negatives_per_query > 0 { set.negatives.clone() } else { Negatives::default() };
        let texts = set.texts.len() as u32;
        let keys = Keys::new(&set.entries, groups, texts, negatives.iter().map(|(_, text)| text));
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
            counts: Counts::new(labels, plan, &set.languages, &set.sources),
            catalogue,
            keys,
            shelves,
            queues,
            negatives,
            negatives_per_query: plan.negatives_per_query,
            code_switch: plan.code_switch.clone(),
        };
        sampler.check(plan, &pairs, set)?;
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
        let mut rows: Vec<Row> = Vec::with_capacity(self.batch);
        while rows.len() < self.batch {
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
                rows.push(row);
                self.counts.row(place.queue);
            } else {
                self.shelves.close(place);
            }
        }
        self.counts.batch(kind, alpha, rows.len() < self.batch);
        let mut batch = Batch::new(kind, &rows);
        self.add_negatives(&rows, &mut batch);
        self.add_switches(&mut batch);
        batch
    }

    fn add_negatives(&mut self, rows: &[Row], batch: &mut Batch) {
        if self.negatives_per_query == 0 {
            return;
        }
        let mut rng = beside(self.seed, Extra::Negatives, self.drawn);
        let from = (&self.negatives, &self.keys, &self.taken);
        let (negatives, counts) = negatives::draw(rows, self.negatives_per_query, from, &mut rng);
        batch.negatives = negatives;
        self.counts.negatives(counts);
    }

    fn add_switches(&mut self, batch: &mut Batch) {
        if self.code_switch.rows > 0.0 {
            let mut rng = beside(self.seed, Extra::Switches, self.drawn);
            batch.switches = self.code_switch.draw(batch.len() as u32, &mut rng);
            let rows = batch.switches.chunk_by(|a, b| a.row == b.row).count();
            self.counts.switched(rows as u64);
        }
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
}
