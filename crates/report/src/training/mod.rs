//! What a report of training runs says: a table of the runs, their curves, the composition of
//! their batches and the settings in which they differ.

mod composition;
mod curves;
mod settings;
mod summary;

use journal::Journal;

use crate::ReportError;
use crate::html::{Html, Page};
use crate::palette::{letter, sample};

/// A run and what it is called.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrainingRun {
    /// Its name; any text.
    pub name: String,
    /// What it wrote down.
    pub journal: Journal,
}

/// A page about `runs`. Its size depends little on their length: five runs of 100,000 steps make
/// less than a megabyte.
pub fn page(runs: &[TrainingRun]) -> Result<String, ReportError> {
    let title = match runs {
        [run] => format!("Training run {}", run.name),
        runs => format!("{} training runs", runs.len()),
    };
    let mut page = Page::new(&title, runs.len());
    page.section("Runs", &summary::table(runs).html());
    page.section("Curves", &curves::section(runs)?);
    page.section("Composition of batches", &composition::section(runs));
    page.section("Settings", &settings::section(runs));
    Ok(page.render())
}

/// The table of the runs, for a terminal.
pub fn text(runs: &[TrainingRun]) -> String {
    summary::table(runs).text()
}

/// Which letter and dash is which run.
fn legend(runs: &[TrainingRun]) -> Html {
    let mut html = Html::new();
    html.markup("<ul class=\"legend\" aria-label=\"Legend\">\n");
    for (place, run) in runs.iter().enumerate() {
        html.markup("<li>").markup(&sample(place)).markup(" <b>").text(&letter(place));
        html.markup("</b> ").text(&run.name).markup("</li>\n");
    }
    html.markup("</ul>\n");
    html
}

/// What heads the column of a run.
fn head(place: usize, run: &TrainingRun) -> String {
    format!("{} {}", letter(place), run.name)
}
