//! Progress on the terminal: a bar where there is one, plain lines elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use training::{Event, Taken, Validated};

/// Progress of training.
pub struct Progress {
    bar: Option<ProgressBar>,
    batch: usize,
    /// Mean of the last losses: one batch's loss says little.
    loss: f64,
    spoke: Instant,
}

/// Seconds between plain lines.
const QUIET: Duration = Duration::from_secs(10);

impl Progress {
    /// A bar of `steps` steps of `batch` pairs.
    pub fn new(steps: u64, batch: usize) -> Self {
        let style = "{bar:30} {pos}/{len} steps, {msg}, {eta} left";
        let bar = bar(steps, style);
        Self { bar, batch, loss: f64::NAN, spoke: Instant::now() }
    }

    /// Shows what happened.
    pub fn observe(&mut self, event: &Event<'_>) {
        match event {
            Event::Step(taken) => self.step(taken),
            Event::Validation(validated) => self.validation(validated),
        }
    }

    fn validation(&self, validated: &Validated) {
        let Validated { step, measure, value, best, .. } = validated;
        let best = if *best { ", the best so far" } else { "" };
        let text = format!("step {step}: {} {value:.4}{best}", measure.name());
        match &self.bar {
            Some(bar) => bar.println(text),
            None => eprintln!("{text}"),
        }
    }

    fn step(&mut self, event: &Taken<'_>) {
        let loss = f64::from(event.loss);
        self.loss = if self.loss.is_nan() { loss } else { 0.98 * self.loss + 0.02 * loss };
        let speed = event.step as f64 * self.batch as f64 / event.seconds.max(1e-9);
        let text = format!("loss {:.4}, {speed:.0} pairs/s", self.loss);
        match &self.bar {
            Some(bar) => {
                bar.set_message(text);
                bar.set_position(event.step);
            }
            None if self.spoke.elapsed() >= QUIET || event.step == event.steps => {
                self.spoke = Instant::now();
                let left = event.seconds / event.step as f64 * (event.steps - event.step) as f64;
                eprintln!("step {}/{}: {text}, {left:.0} s left", event.step, event.steps);
            }
            None => {}
        }
    }

    /// Clears the bar.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish();
        }
    }
}

/// A bar on the terminal, if there is one.
pub fn bar(length: u64, style: &str) -> Option<ProgressBar> {
    if !std::io::stderr().is_terminal() {
        return None;
    }
    let bar = ProgressBar::new(length);
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    Some(bar)
}

/// A spinner on the terminal, if there is one, for work of unknown length.
pub fn spinner(style: &str) -> Option<ProgressBar> {
    let bar = bar(0, style)?;
    bar.unset_length();
    bar.enable_steady_tick(Duration::from_millis(200));
    Some(bar)
}
