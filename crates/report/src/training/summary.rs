//! A row for each run.

use journal::number::{NONE, count, duration, short};
use journal::{Journal, Validation};

use super::{TrainingRun, curves, head};
use crate::table::{Cell, Column, Table};

/// Steps, time, speed, loss, best validation, device and revision of every run.
pub fn table(runs: &[TrainingRun]) -> Table {
    let columns = vec![
        Column::words("run"),
        Column::numbers("steps"),
        Column::words("ended"),
        Column::numbers("time"),
        Column::numbers("pairs/s"),
        Column::numbers("last loss"),
        Column::words("best validation"),
        Column::words("device"),
        Column::words("revision"),
    ];
    let rows = runs.iter().enumerate().map(|(place, run)| row(place, run)).collect();
    Table { caption: "Last loss is the moving average of the curve".to_owned(), columns, rows }
}

fn row(place: usize, run: &TrainingRun) -> Vec<Cell> {
    let journal = &run.journal;
    let last = journal.steps().last();
    let none = || NONE.to_owned();
    let steps = last.map_or_else(none, |last| match last.step {
        taken if taken < last.steps => format!("{} of {}", count(taken), count(last.steps)),
        taken => count(taken),
    });
    let ended = journal.end().map_or("no end written", |end| end.ended.as_str());
    let seconds = journal.end().map(|end| end.seconds).or(last.map(|last| last.seconds));
    let loss = curves::loss(journal).last().map_or_else(none, |&(_, loss)| short(loss));
    let described = journal.run();
    let named = |text: Option<&str>| text.map_or_else(none, str::to_owned);
    vec![
        head(place, run).into(),
        steps.into(),
        ended.into(),
        seconds.map_or_else(none, duration).into(),
        speed(journal).map_or_else(none, |speed| count(speed.round() as u64)).into(),
        loss.into(),
        best(journal).map_or_else(none, say).into(),
        named(described.map(|run| run.device.as_str())).into(),
        named(described.and_then(|run| run.revision.as_deref())).into(),
    ]
}

/// Pairs per second over the whole run.
fn speed(journal: &Journal) -> Option<f64> {
    let rows: u64 = journal.steps().map(|step| step.rows).sum();
    let seconds = journal.steps().last()?.seconds;
    (seconds > 0.0).then(|| rows as f64 / seconds)
}

/// The validation that was the best of the run; where none was said to be, the last.
fn best(journal: &Journal) -> Option<&Validation> {
    let best = journal.validations().filter(|validation| validation.best).last();
    best.or_else(|| journal.validations().last())
}

fn say(validation: &Validation) -> String {
    let Validation { measure, value, step, best, .. } = validation;
    let which = if *best { "step" } else { "last, step" };
    format!("{measure} {} ({which} {})", short(*value), count(*step))
}
