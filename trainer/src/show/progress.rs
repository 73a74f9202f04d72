//! Progress on the terminal: a bar where there is one, plain lines elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use journal::{Average, Line, Step, Validation, number};

/// Progress of training.
pub struct Progress {
    bar: Option<ProgressBar>,
    /// Of the last losses: one batch's loss says little.
    average: Average,
    /// Rows and seconds of the steps before this process took any.
    before: Option<f64>,
    rows: u64,
    spoke: Instant,
}

/// Losses that are averaged.
const LOSSES: u64 = 50;

/// Seconds between plain lines.
const QUIET: Duration = Duration::from_secs(10);

impl Progress {
    /// Nothing is known yet.
    pub fn new() -> Self {
        let bar = bar(0, "{bar:30} {pos}/{len} steps, {msg}, {eta} left");
        let average = Average::over(LOSSES);
        Self { bar, average, before: None, rows: 0, spoke: Instant::now() }
    }

    /// Shows what happened.
    pub fn observe(&mut self, line: &Line) {
        match line {
            Line::Step(step) => self.step(step),
            Line::Validation(validation) => self.validation(validation),
            Line::Run(_) | Line::End(_) => {}
        }
    }

    fn validation(&self, validation: &Validation) {
        let Validation { step, measure, value, best, .. } = validation;
        let best = if *best { ", the best so far" } else { "" };
        let text = format!("step {step}: {measure} {value:.4}{best}");
        match &self.bar {
            Some(bar) => bar.println(text),
            None => eprintln!("{text}"),
        }
    }

    fn step(&mut self, step: &Step) {
        let average = self.average.next(step.loss);
        let before = *self.before.get_or_insert(step.seconds);
        let seconds = step.seconds - before;
        let speed = if seconds > 0.0 {
            format!(", {} pairs/s", number::count((self.rows as f64 / seconds) as u64))
        } else {
            String::new()
        };
        self.rows += step.rows;
        let text = format!("loss {average:.4}{speed}");
        match &self.bar {
            Some(bar) => {
                bar.set_length(step.steps);
                bar.set_message(text);
                bar.set_position(step.step);
            }
            None if self.spoke.elapsed() >= QUIET || step.step == step.steps => {
                self.spoke = Instant::now();
                let left = step.seconds / step.step as f64 * (step.steps - step.step) as f64;
                eprintln!("step {}/{}: {text}, {left:.0} s left", step.step, step.steps);
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
