//! The table: our numbers over seeds, the published ones, and the difference.

use std::fmt::Write;

use evaluation::Report;
use report::html::Page;
use report::table::{Cell, Column, Table};
use significance::Spread;

use super::plan::{Numbers, Plan, Published};
use crate::settings::{self, Setting};

/// The reports of a row on a benchmark, one a seed.
pub type Reports = Vec<Report>;

type Theirs = fn(&Numbers) -> Option<f64>;

/// The settings, each with where its published number is.
fn all() -> impl Iterator<Item = (Setting, Theirs)> {
    let published: [Theirs; 4] = [
        |numbers| numbers.monolingual,
        |numbers| numbers.crosslingual,
        |numbers| numbers.multilingual,
        |numbers| numbers.rank_distance,
    ];
    settings::ALL.into_iter().zip(published)
}

/// The tables of a plan: a benchmark's means, then its languages by setting.
pub fn tables(plan: &Plan, results: &[Vec<Reports>]) -> Vec<(String, Table)> {
    let mut tables = Vec::new();
    for (at, benchmark) in plan.benchmark.iter().enumerate() {
        let rows: Vec<(&str, &Reports, Option<&Published>)> = plan
            .row
            .iter()
            .zip(results)
            .map(|(row, reports)| {
                (row.name.as_str(), &reports[at], row.published.get(&benchmark.name))
            })
            .collect();
        tables.push((benchmark.name.clone(), means(&rows)));
        let languages: Vec<&str> = rows
            .first()
            .and_then(|(_, reports, _)| reports.first())
            .map_or_else(Vec::new, |report| {
                report.languages.iter().map(|scores| scores.language.as_str()).collect()
            });
        for (setting, theirs) in all() {
            let title = format!("{}, {} by query language", benchmark.name, setting.head());
            tables.push((title, by_language(setting, theirs, &languages, &rows)));
        }
    }
    tables
}

type Row<'a> = (&'a str, &'a Reports, Option<&'a Published>);

fn means(rows: &[Row<'_>]) -> Table {
    let mut columns = vec![Column::words("")];
    columns.extend(all().map(|(setting, _)| Column::numbers(&setting.head())));
    let cells = |(name, reports, published): &Row<'_>| {
        let mut cells: Vec<Cell> = vec![(*name).to_owned().into()];
        for (setting, theirs) in all() {
            let ours: Vec<f64> = reports.iter().filter_map(setting.mean).collect();
            let theirs = published.and_then(|published| theirs(&published.mean));
            cells.push(cell(setting, &ours, theirs).into());
        }
        cells
    };
    let caption = "Mean ± standard deviation over seeds; [published, difference]".to_owned();
    Table { caption, columns, rows: rows.iter().map(cells).collect() }
}

fn by_language(setting: Setting, theirs: Theirs, languages: &[&str], rows: &[Row<'_>]) -> Table {
    let mut columns = vec![Column::words("")];
    columns.extend(rows.iter().map(|(name, ..)| Column::numbers(name)));
    let cells = |language: &&str| {
        let mut cells: Vec<Cell> = vec![(*language).to_owned().into()];
        for (_, reports, published) in rows {
            let of = |report: &Report| (setting.of)(report.language(language)?);
            let ours: Vec<f64> = reports.iter().filter_map(of).collect();
            let theirs =
                published.and_then(|published| theirs(published.languages.get(*language)?));
            cells.push(cell(setting, &ours, theirs).into());
        }
        cells
    };
    let caption = format!("{} by query language", setting.head());
    Table { caption, columns, rows: languages.iter().map(cells).collect() }
}

fn cell(setting: Setting, ours: &[f64], theirs: Option<f64>) -> String {
    let places = setting.places;
    let spread = Spread::of(ours);
    let mut text = match &spread {
        None => "–".to_owned(),
        Some(spread) => format!("{:.places$}", spread.mean),
    };
    if let Some(deviation) = spread.as_ref().and_then(|spread| spread.deviation) {
        let _ = write!(text, " ± {deviation:.places$}");
    }
    if let Some(theirs) = theirs {
        let _ = write!(text, " [{theirs:.places$}");
        if let Some(spread) = &spread {
            let _ = write!(text, ", {:+.places$}", spread.mean - theirs);
        }
        text.push(']');
    }
    text
}

/// The tables as Markdown.
pub fn markdown(plan: &Plan, tables: &[(String, Table)]) -> String {
    let mut text = format!("# {}\n", plan.title);
    for (title, table) in tables {
        let _ = write!(text, "\n## {title}\n\n{}", table.markdown());
    }
    text
}

/// The tables as a page.
pub fn page(plan: &Plan, tables: &[(String, Table)]) -> String {
    let mut page = Page::new(&plan.title, 0);
    for (title, table) in tables {
        page.section(title, &table.html());
    }
    page.render()
}
