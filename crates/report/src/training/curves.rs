//! The curves of the runs, all runs in each chart.

use std::collections::BTreeSet;

use journal::number::{count, short};
use journal::{Average, Journal, Step};

use super::{TrainingRun, legend};
use crate::ReportError;
use crate::chart::{Chart, Curve};
use crate::html::Html;
use crate::palette::letter;
use crate::series::Point;

/// Legend and charts.
pub fn section(runs: &[TrainingRun]) -> Result<Html, ReportError> {
    let mut html = legend(runs);
    html.markup("<div class=\"charts\">\n");
    for chart in charts(runs) {
        html.append(&chart.figure()?);
    }
    html.markup("</div>\n");
    Ok(html)
}

/// The moving average of the loss, which is also what the last loss of a run is read from.
pub fn loss(journal: &Journal) -> Vec<Point> {
    averaged(&values(journal, |step| Some(step.loss)))
}

fn charts(runs: &[TrainingRun]) -> Vec<Chart> {
    let averaged_note = "Line: moving average. Faint: every step";
    let mut charts = Vec::new();
    for measure in measures(runs) {
        charts.push(chart(runs, &format!("Validation {measure}"), "", |journal| {
            let of = journal.validations().filter(|validation| validation.measure == measure);
            let line = of.map(|validation| (validation.step as f64, validation.value)).collect();
            Curve { line, marked: true, ..Curve::default() }
        }));
    }
    charts.insert(
        0,
        chart(runs, "Training loss", averaged_note, |journal| {
            let faint = values(journal, |step| Some(step.loss));
            Curve { line: loss(journal), faint, ..Curve::default() }
        }),
    );
    charts.push(chart(runs, "Learning rate", "", |journal| {
        plain(values(journal, |step| Some(step.learning_rate)))
    }));
    let note = "Pairs per second, over a hundredth of the run";
    let mut chart_of_speed = chart(runs, "Throughput", note, |journal| plain(throughput(journal)));
    chart_of_speed.from_zero = true;
    charts.push(chart_of_speed);
    for (title, of) in OPTIONAL {
        charts.push(chart(runs, title, averaged_note, |journal| {
            let faint = values(journal, of);
            Curve { line: averaged(&faint), faint, ..Curve::default() }
        }));
    }
    let steps = runs.iter().filter_map(|run| run.journal.steps().last());
    let x_end = steps.map(|step| step.step as f64).fold(0.0, f64::max);
    charts.retain(|chart| chart.curves.iter().any(|curve| !curve.line.is_empty()));
    for (place, chart) in charts.iter_mut().enumerate() {
        chart.id = format!("chart-{place}");
        chart.x_end = x_end;
    }
    charts
}

/// A number of a step, with its name.
type Field = (&'static str, fn(&Step) -> Option<f64>);

/// What a step may say.
const OPTIONAL: [Field; 4] = [
    ("Gradient norm", |step| step.gradient_norm),
    ("Loss scale", |step| step.loss_scale),
    ("Temperature", |step| step.temperature),
    ("Device memory (MiB)", |step| step.device_bytes.map(|bytes| bytes as f64 / 1_048_576.0)),
];

fn chart(runs: &[TrainingRun], title: &str, note: &str, of: impl Fn(&Journal) -> Curve) -> Chart {
    let curves: Vec<Curve> =
        runs.iter().enumerate().map(|(style, run)| Curve { style, ..of(&run.journal) }).collect();
    let mut chart = Chart {
        title: title.to_owned(),
        note: note.to_owned(),
        x: "steps".to_owned(),
        description: format!("{title} by step."),
        ..Chart::default()
    };
    for (curve, run) in curves.iter().zip(runs) {
        let name = format!("{} ({})", letter(curve.style), run.name);
        chart.description += &describe(&name, &curve.line);
        chart.note += &lost(&letter(curve.style), &curve.line, chart.note.is_empty());
    }
    chart.curves = curves;
    chart
}

/// A curve in words.
fn describe(name: &str, line: &[Point]) -> String {
    let finite = || line.iter().filter(|point| point.1.is_finite());
    let (Some(first), Some(last)) = (finite().next(), finite().next_back()) else {
        return format!(" {name}: no values.");
    };
    let low = finite().map(|point| point.1).fold(f64::INFINITY, f64::min);
    let high = finite().map(|point| point.1).fold(f64::NEG_INFINITY, f64::max);
    format!(
        " {name}: {} at step {} to {} at step {}, lowest {}, highest {}.",
        short(first.1),
        count(first.0 as u64),
        short(last.1),
        count(last.0 as u64),
        short(low),
        short(high)
    )
}

/// Says where values are missing, which a gap of a pixel would hide.
fn lost(letter: &str, line: &[Point], first: bool) -> String {
    let mut lost = line.iter().filter(|point| !point.1.is_finite());
    let Some(at) = lost.next() else { return String::new() };
    let more = match lost.count() {
        0 => String::new(),
        more => format!(" and {} more", count(more as u64)),
    };
    let gap = if first { "" } else { ". " };
    format!("{gap}{letter}: not a number at step {}{more}", count(at.0 as u64))
}

fn measures(runs: &[TrainingRun]) -> BTreeSet<String> {
    let all = runs.iter().flat_map(|run| run.journal.validations());
    all.map(|validation| validation.measure.clone()).collect()
}

fn values(journal: &Journal, of: impl Fn(&Step) -> Option<f64>) -> Vec<Point> {
    journal.steps().filter_map(|step| of(step).map(|value| (step.step as f64, value))).collect()
}

fn averaged(points: &[Point]) -> Vec<Point> {
    let mut average = Average::over(points.len() as u64);
    points.iter().map(|&(x, y)| (x, average.next(y))).collect()
}

fn plain(line: Vec<Point>) -> Curve {
    Curve { line, ..Curve::default() }
}

/// Pairs per second over windows of a hundredth of the run, so that steps which the clock cannot
/// tell apart, and a pause for a checkpoint, do not rule the chart.
fn throughput(journal: &Journal) -> Vec<Point> {
    let steps: Vec<&Step> = journal.steps().collect();
    let mut line = Vec::new();
    let mut before = 0.0;
    for window in steps.chunks((steps.len() / 100).max(1)) {
        let Some(last) = window.last() else { continue };
        let rows: u64 = window.iter().map(|step| step.rows).sum();
        if last.seconds > before {
            line.push((last.step as f64, rows as f64 / (last.seconds - before)));
        }
        before = last.seconds;
    }
    line
}
