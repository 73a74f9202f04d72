//! What batches were made of, planned and drawn.
//!
//! Read from the tally that a run writes when it ends; of a run that was killed, the kinds of its
//! batches are counted from its steps. The tally is read by its field names, leniently: a report
//! of an old run should not fail for want of a number.

use std::collections::BTreeMap;

use journal::Journal;
use journal::number::{NONE, count, percent};
use serde::Deserialize;

use super::{TrainingRun, head};
use crate::html::Html;
use crate::table::{Bar, Cell, Column, Table};

/// Rows of a table; the rest are summed. A hundred languages make ten thousand pairs.
const ROWS: usize = 60;
/// A longer table is folded away.
const SHOWN: usize = 15;

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
struct Share {
    planned: Option<f64>,
    drawn: f64,
    count: u64,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Tally {
    batches: u64,
    short_batches: u64,
    kinds: BTreeMap<String, Share>,
    languages: BTreeMap<String, Share>,
    pairs: BTreeMap<String, Share>,
    sources: BTreeMap<String, Share>,
    switched: Option<Share>,
}

/// Tables of kinds, languages, pairs and sources.
pub fn section(runs: &[TrainingRun]) -> Html {
    let tallies: Vec<Tally> = runs.iter().map(|run| tally(&run.journal)).collect();
    let mut html = Html::new();
    html.element("p", "Shares as drawn; the mark in a bar, and the share in brackets, as planned.");
    for (caption, of) in DIMENSIONS {
        let shares: Vec<_> = tallies.iter().map(of).collect();
        if shares.iter().all(|shares| shares.is_empty()) {
            continue;
        }
        let table = table(caption, runs, &shares);
        let long = table.rows.len() > SHOWN;
        if long {
            html.markup("<details>").element("summary", caption);
        }
        html.append(&table.html());
        if long {
            html.markup("</details>\n");
        }
    }
    for (place, (run, tally)) in runs.iter().zip(&tallies).enumerate() {
        if tally.short_batches > 0 {
            let (short, all) = (count(tally.short_batches), count(tally.batches));
            let run = head(place, run);
            html.element(
                "p",
                &format!("{run}: {short} of {all} batches had fewer rows than planned"),
            );
        }
        if let Some(switched) = tally.switched {
            let run = head(place, run);
            html.element("p", &format!("{run}: code-switched rows {}", said(switched)));
        }
    }
    html
}

type Shares = BTreeMap<String, Share>;

/// A part of the tally, with its name.
type Dimension = (&'static str, fn(&Tally) -> &Shares);

const DIMENSIONS: [Dimension; 4] = [
    ("Kinds of batches", |tally| &tally.kinds),
    ("Languages of texts", |tally| &tally.languages),
    ("Pairs of languages, query-passage", |tally| &tally.pairs),
    ("Sources of rows", |tally| &tally.sources),
];

fn tally(journal: &Journal) -> Tally {
    let end = journal.end().map(|end| end.drawn.clone());
    end.and_then(|drawn| serde_json::from_value(drawn).ok()).unwrap_or_else(|| counted(journal))
}

/// The kinds of the batches of a run that did not end.
fn counted(journal: &Journal) -> Tally {
    let mut tally = Tally::default();
    for step in journal.steps() {
        let kind = step.kind.split(' ').next().unwrap_or_default();
        tally.kinds.entry(kind.to_owned()).or_default().count += 1;
        tally.batches += 1;
    }
    for share in tally.kinds.values_mut() {
        share.drawn = share.count as f64 / tally.batches as f64;
    }
    tally
}

fn table(caption: &str, runs: &[TrainingRun], shares: &[&Shares]) -> Table {
    let largest = |name: &String| {
        let of = shares.iter().filter_map(|shares| shares.get(name));
        of.map(|share| share.drawn.max(share.planned.unwrap_or(0.0))).fold(0.0, f64::max)
    };
    let mut names: Vec<&String> = shares.iter().flat_map(|shares| shares.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let whole = names.iter().map(|name| largest(name)).fold(0.0, f64::max);
    let mut kept = names.clone();
    kept.sort_by(|a, b| largest(b).total_cmp(&largest(a)));
    let rest = kept.split_off(ROWS.min(kept.len()));
    names.retain(|name| kept.contains(name));
    let mut columns = vec![Column::words("")];
    columns.extend(runs.iter().enumerate().map(|(place, run)| Column::numbers(&head(place, run))));
    let row = |name: &&String| {
        let cells = shares.iter().map(|shares| cell(shares.get(*name).copied(), whole));
        std::iter::once(Cell::from(name.as_str())).chain(cells).collect()
    };
    let mut rows: Vec<Vec<Cell>> = names.iter().map(row).collect();
    if !rest.is_empty() {
        let sums = shares.iter().map(|shares| {
            let of = rest.iter().filter_map(|name| shares.get(*name));
            cell(of.copied().reduce(Share::plus), whole)
        });
        let name = format!("{} others, smaller", rest.len());
        rows.push(std::iter::once(Cell::from(name)).chain(sums).collect());
    }
    Table { caption: caption.to_owned(), columns, rows }
}

impl Share {
    fn plus(self, other: Self) -> Self {
        let planned = self.planned.zip(other.planned).map(|(a, b)| a + b);
        Self { planned, drawn: self.drawn + other.drawn, count: self.count + other.count }
    }
}

fn cell(share: Option<Share>, whole: f64) -> Cell {
    let Some(share) = share else { return NONE.into() };
    let mark = share.planned.map(|planned| planned / whole);
    let drawing = Bar { share: share.drawn / whole, mark }.drawing();
    Cell { text: said(share), drawing, ..Cell::default() }
}

fn said(share: Share) -> String {
    let planned = share.planned.map_or_else(|| NONE.to_owned(), percent);
    format!("{} ({planned})", percent(share.drawn))
}
