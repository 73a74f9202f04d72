//! An evaluation as text.

use std::collections::BTreeMap;
use std::fmt::Write;

use comfy_table::{CellAlignment, Table, presets};
use evaluation::Report;

/// The report as tables: measures per query language with their means, and mAP per pair.
pub fn render(report: &Report) -> String {
    let counts = &report.counts;
    let mut text = format!(
        "{}: {} questions, {} candidates ({}), {} languages\n\n",
        report.benchmark,
        counts.questions,
        counts.candidates,
        report.candidate_text,
        report.languages.len(),
    );
    text.push_str(&languages(report));
    if report.languages.len() > 1 {
        text.push_str("\n\nmAP by query language (rows) and candidate language (columns)\n\n");
        text.push_str(&pairs(report));
    }
    let skipped = &counts.skipped;
    for (count, what) in [
        (skipped.monolingual, "questions without an answer in their own language"),
        (skipped.crosslingual, "questions without an answer in another language, by pair"),
        (skipped.multilingual, "questions without any answer"),
    ] {
        if count > 0 {
            let _ = write!(text, "\nskipped: {count} {what}");
        }
    }
    text
}

/// The macro means by name, as the manifest keeps them.
pub fn means(report: &Report) -> BTreeMap<String, f64> {
    let mean = &report.mean;
    [
        ("monolingual mAP", mean.monolingual.map(|s| s.map)),
        ("monolingual R@1", mean.monolingual.map(|s| s.recall_at_1)),
        ("cross-lingual mAP", mean.crosslingual.map(|s| s.map)),
        ("cross-lingual R@1", mean.crosslingual.map(|s| s.recall_at_1)),
        ("multilingual mAP", mean.multilingual.map(|s| s.map)),
        ("multilingual R@10", mean.multilingual.map(|s| s.recall_at_10)),
        ("rank distance", mean.rank_distance),
    ]
    .into_iter()
    .filter_map(|(name, value)| value.map(|value| (name.to_owned(), value)))
    .collect()
}

fn table(header: impl IntoIterator<Item = String>) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn trimmed(table: &Table) -> String {
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

fn share(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.4}"))
}

fn ranks(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"))
}

fn languages(report: &Report) -> String {
    let header =
        ["query", "mono mAP", "R@1", "cross mAP", "R@1", "multi mAP", "R@10", "rank distance"];
    let mut table = table(header.map(str::to_owned));
    for scores in &report.languages {
        let (mono, cross) = (scores.monolingual, scores.crosslingual);
        table.add_row([
            scores.language.clone(),
            share(mono.map(|s| s.map)),
            share(mono.map(|s| s.recall_at_1)),
            share(cross.map(|s| s.map)),
            share(cross.map(|s| s.recall_at_1)),
            share(scores.multilingual.map(|s| s.map)),
            share(scores.multilingual.map(|s| s.recall_at_10)),
            ranks(scores.rank_distance),
        ]);
    }
    let mean = &report.mean;
    table.add_row([
        "mean".to_owned(),
        share(mean.monolingual.map(|s| s.map)),
        share(mean.monolingual.map(|s| s.recall_at_1)),
        share(mean.crosslingual.map(|s| s.map)),
        share(mean.crosslingual.map(|s| s.recall_at_1)),
        share(mean.multilingual.map(|s| s.map)),
        share(mean.multilingual.map(|s| s.recall_at_10)),
        ranks(mean.rank_distance),
    ]);
    trimmed(&table)
}

fn pairs(report: &Report) -> String {
    let names = &report.pairs.languages;
    let header = std::iter::once("query".to_owned()).chain(names.iter().cloned());
    let mut table = table(header);
    for (name, row) in names.iter().zip(&report.pairs.map) {
        let cells = row
            .iter()
            .map(|value| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}")));
        table.add_row(std::iter::once(name.clone()).chain(cells));
    }
    trimmed(&table)
}
