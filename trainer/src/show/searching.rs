//! Progress of encoding and scoring: a bar where there is a terminal, plain lines elsewhere.

use std::time::{Duration, Instant};

use indicatif::ProgressBar;

use super::progress;

/// Time between plain lines.
const QUIET: Duration = Duration::from_secs(10);

/// Steps of a bar: finer than anyone sees.
const STEPS: f64 = 10_000.0;

/// How far work of several kinds has come.
pub struct Searching {
    bar: Option<ProgressBar>,
    total: f64,
    done: f64,
    began: Instant,
    spoke: Instant,
}

impl Searching {
    /// `total` units of work.
    pub fn new(total: usize) -> Self {
        let style = "{bar:30} {percent} %, {msg}, {eta} left";
        let now = Instant::now();
        let bar = progress::bar(STEPS as u64, style);
        Self { bar, total: total.max(1) as f64, done: 0.0, began: now, spoke: now }
    }

    /// So much of it, a kind of work called `what`, is done.
    pub fn advance(&mut self, by: f64, what: &'static str) {
        self.done += by;
        let share = (self.done / self.total).min(1.0);
        match &self.bar {
            Some(bar) => {
                bar.set_message(what);
                bar.set_position((share * STEPS) as u64);
            }
            None if self.spoke.elapsed() >= QUIET => {
                self.spoke = Instant::now();
                let seconds = self.began.elapsed().as_secs_f64();
                let left = seconds * (1.0 - share) / share.max(1e-9);
                eprintln!("{:.0} %: {what}, {left:.0} s left", 100.0 * share);
            }
            None => {}
        }
    }

    /// Clears the bar.
    pub fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
