//! What was drawn beside what was planned. The two differ when a queue is too small for its share
//! of a batch, and a reader of the results should see that.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::negatives::NegativeCounts;
use crate::shelves::Label;
use crate::{BatchKind, Composition, Plan};

/// Planned and drawn share of one language, pair, source or kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Probability by the plan, in 0..=1; where alpha moves, its mean over the batches so far.
    pub planned: f64,
    /// Share of what was drawn, in 0..=1; 0 before the first batch.
    pub drawn: f64,
    /// How many were drawn.
    pub count: u64,
}

/// Planned and drawn shares of all batches so far, by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// Batches drawn.
    pub batches: u64,
    /// Batches with fewer rows than planned, see [`Batch::len`](crate::Batch::len).
    pub short_batches: u64,
    /// Rows drawn.
    pub rows: u64,
    /// Of batches: `mono`, `cross`, `mixed`.
    pub kinds: BTreeMap<String, Share>,
    /// Of texts, so a row counts twice: once for its query, once for its passage.
    pub languages: BTreeMap<String, Share>,
    /// Of rows, as `query language-passage language`: `en-de`, and `en-en` for same-language rows.
    pub pairs: BTreeMap<String, Share>,
    /// Of rows.
    pub sources: BTreeMap<String, Share>,
    /// Hard negatives, where the plan asks for some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub negatives: Option<NegativeCounts>,
    /// Of rows, those with switched words, where the plan asks for some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub switched: Option<Share>,
}

/// The running counts behind a [`Tally`].
#[derive(Debug, Clone)]
pub struct Counts {
    labels: Vec<Label>,
    composition: Composition,
    steps: u64,
    /// Sum of alpha over the batches drawn.
    alpha: f64,
    languages: Vec<String>,
    sources: Vec<String>,
    /// Rows drawn, by queue.
    rows: Vec<u64>,
    /// Batches drawn: mono, cross, mixed.
    batches: [u64; 3],
    short: u64,
    negatives: NegativeCounts,
    /// Probability that a row is switched, and rows that were.
    switch_rows: (f64, u64),
}

impl Counts {
    /// `labels` by queue.
    pub fn new(labels: Vec<Label>, plan: &Plan, languages: &[String], sources: &[String]) -> Self {
        Self {
            rows: vec![0; labels.len()],
            labels,
            composition: plan.composition,
            steps: plan.steps.unwrap_or(1),
            alpha: 0.0,
            languages: languages.to_vec(),
            sources: sources.to_vec(),
            batches: [0; 3],
            short: 0,
            negatives: NegativeCounts::default(),
            switch_rows: (plan.code_switch.rows, 0),
        }
    }

    pub fn row(&mut self, queue: u32) {
        self.rows[queue as usize] += 1;
    }

    /// A batch was drawn; `alpha` is the probability that it be mono.
    pub fn batch(&mut self, kind: BatchKind, alpha: f64, short: bool) {
        self.alpha += alpha;
        let index = match kind {
            BatchKind::Mono(_) => 0,
            BatchKind::Cross => 1,
            BatchKind::Mixed => 2,
        };
        self.batches[index] += 1;
        self.short += u64::from(short);
    }

    /// Hard negatives were drawn for a batch.
    pub fn negatives(&mut self, counts: NegativeCounts) {
        self.negatives.asked += counts.asked;
        self.negatives.drawn += counts.drawn;
        self.negatives.dropped += counts.dropped;
    }

    /// Rows of a batch are to be switched.
    pub fn switched(&mut self, rows: u64) {
        self.switch_rows.1 += rows;
    }

    /// The languages of query and passage of all rows that are planned to come up.
    pub fn reached(&self) -> impl Iterator<Item = (u32, u32)> {
        let kinds = self.composition.highest();
        self.labels
            .iter()
            .filter(move |label| planned(label, kinds) > 0.0)
            .map(|label| label.languages)
    }

    /// Planned shares of mono, cross and mixed among the batches drawn so far, before the first
    /// among those of the run.
    fn kinds(&self, batches: u64) -> [f64; 3] {
        if batches == 0 || self.composition.moving().is_none() {
            return self.composition.shares(self.steps);
        }
        let mono = self.alpha / batches as f64;
        [mono, 1.0 - mono, 0.0]
    }

    pub fn tally(&self) -> Tally {
        let rows: u64 = self.rows.iter().sum();
        let batches: u64 = self.batches.iter().sum();
        let kinds = self.kinds(batches);
        let mut tally = Tally { batches, short_batches: self.short, rows, ..Tally::default() };
        tally.negatives = (self.negatives.asked > 0).then_some(self.negatives);
        let (chance, count) = self.switch_rows;
        let drawn = count as f64 / rows.max(1) as f64;
        tally.switched = (chance > 0.0).then_some(Share { planned: chance, drawn, count });
        for ((name, planned), count) in
            ["mono", "cross", "mixed"].into_iter().zip(kinds).zip(self.batches)
        {
            if planned > 0.0 {
                add(&mut tally.kinds, name.to_owned(), planned, count);
            }
        }
        for (label, &count) in self.labels.iter().zip(&self.rows) {
            let planned = planned(label, kinds);
            if planned == 0.0 {
                continue;
            }
            let name = |language: u32| self.languages[language as usize].clone();
            let (query, passage) = (name(label.languages.0), name(label.languages.1));
            add(&mut tally.pairs, format!("{query}-{passage}"), planned, count);
            add(&mut tally.languages, query, planned / 2.0, count);
            add(&mut tally.languages, passage, planned / 2.0, count);
            add(&mut tally.sources, self.sources[label.source as usize].clone(), planned, count);
        }
        for (shares, total) in [
            (&mut tally.kinds, batches),
            (&mut tally.languages, 2 * rows),
            (&mut tally.pairs, rows),
            (&mut tally.sources, rows),
        ] {
            for share in shares.values_mut() {
                share.drawn = share.count as f64 / total.max(1) as f64;
            }
        }
        tally
    }
}

fn planned(label: &Label, kinds: [f64; 3]) -> f64 {
    label.planned.iter().zip(kinds).map(|(row, kind)| row * kind).sum()
}

fn add(shares: &mut BTreeMap<String, Share>, name: String, planned: f64, count: u64) {
    let share = shares.entry(name).or_default();
    share.planned += planned;
    share.count += count;
}
