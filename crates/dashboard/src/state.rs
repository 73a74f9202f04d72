//! What is known of the run so far: all that is drawn, and no more than that.

use std::collections::{BTreeMap, VecDeque};

use journal::{Average, Ended, Line, Run, Step, Validation};

use crate::history::History;

/// Log lines that are kept.
const LOG: usize = 200;
/// Steps over which throughput is measured.
const WINDOW: usize = 50;

/// The state of a run, of a size that does not grow with its length.
#[derive(Clone, Debug, Default)]
pub struct State {
    pub(crate) run: Option<Run>,
    pub(crate) step: Option<Step>,
    pub(crate) loss: History,
    pub(crate) rate: History,
    pub(crate) validations: BTreeMap<String, Measure>,
    /// The measure that decides which model is the best, or the first one.
    pub(crate) decides: Option<String>,
    /// Batches by kind.
    pub(crate) kinds: BTreeMap<String, u64>,
    /// Planned shares of batches by kind, in 0..=1.
    pub(crate) planned: BTreeMap<String, f64>,
    pub(crate) log: VecDeque<String>,
    pub(crate) ended: Option<Ended>,
    /// Someone asked to stop.
    pub(crate) stopping: bool,
    average: Option<Average>,
    /// Seconds and rows of the last steps.
    recent: VecDeque<(f64, u64)>,
}

/// A measure of validation.
#[derive(Clone, Debug)]
pub struct Measure {
    pub history: History,
    pub last: Validation,
    pub best: Option<Validation>,
}

impl State {
    /// Nothing is known yet but the planned shares of batches, by kind: `cross`, or `mono` for
    /// all of them, or `mono de`.
    pub fn new(planned: BTreeMap<String, f64>) -> Self {
        Self { planned, ..Self::default() }
    }

    /// Takes in a line of the journal.
    pub fn observe(&mut self, line: &Line) {
        match line {
            Line::Run(run) => self.run = Some(run.clone()),
            Line::Step(step) => self.step(step),
            Line::Validation(validation) => self.validation(validation),
            Line::End(end) => self.ended = Some(end.ended),
        }
    }

    /// Takes in something that the program wants to say. Lines are kept apart, control characters
    /// are not kept: they would move the cursor.
    pub fn log(&mut self, text: &str) {
        for line in text.lines() {
            let clean = |c: char| if c.is_control() { ' ' } else { c };
            self.log.push_back(line.chars().map(clean).collect());
        }
        while self.log.len() > LOG {
            self.log.pop_front();
        }
    }

    fn step(&mut self, step: &Step) {
        let average = self.average.get_or_insert_with(|| Average::over(step.steps));
        let mean = average.next(step.loss);
        self.loss.push(step.step, step.loss, mean);
        self.rate.push(step.step, step.learning_rate, step.learning_rate);
        *self.kinds.entry(step.kind.clone()).or_default() += 1;
        self.recent.push_back((step.seconds, step.rows));
        if self.recent.len() > WINDOW {
            self.recent.pop_front();
        }
        self.step = Some(step.clone());
    }

    fn validation(&mut self, validation: &Validation) {
        let Validation { step, measure, value, best, .. } = validation;
        let kept = self.validations.entry(measure.clone()).or_insert_with(|| Measure {
            history: History::default(),
            last: validation.clone(),
            best: None,
        });
        kept.history.push(*step, *value, *value);
        kept.last = validation.clone();
        if *best {
            kept.best = Some(validation.clone());
            self.decides = Some(measure.clone());
        }
        self.decides.get_or_insert_with(|| measure.clone());
    }

    /// Pairs per second over the last steps.
    pub(crate) fn throughput(&self) -> Option<f64> {
        let (&(begin, first), &(end, _)) = (self.recent.front()?, self.recent.back()?);
        let rows: u64 = self.recent.iter().map(|&(_, rows)| rows).sum();
        // The window opens with the end of its first step; the very first step has a beginning.
        let (begin, rows) =
            if self.recent.len() == 1 { (0.0, rows) } else { (begin, rows - first) };
        let only = self.recent.len() == 1 && self.step.as_ref()?.step > 1;
        (end > begin && !only).then(|| rows as f64 / (end - begin))
    }

    /// Seconds that the remaining steps will take, at the pace so far.
    pub(crate) fn remaining(&self) -> Option<f64> {
        let step = self.step.as_ref()?;
        let left = step.steps.saturating_sub(step.step) as f64;
        (step.step > 0).then(|| left * step.seconds / step.step as f64)
    }
}
