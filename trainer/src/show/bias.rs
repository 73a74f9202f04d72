//! Language bias as text.

use std::fmt::Write;

use benchmarks::lareqa::Probe;
use evaluation::{BiasMeans, BiasReport};

use super::table;

/// Measures by query language, matrices, and the probe.
pub fn render(report: &BiasReport, probe: Option<&Probe>) -> String {
    let options = &report.options;
    let header = [
        "query".to_owned(),
        "Max@R".to_owned(),
        format!("Complete@{}", options.complete),
        format!("PEER@{}", options.peer),
        format!("MRC@{}", options.consistency),
        "LPR".to_owned(),
        format!("own@{}", options.share),
    ];
    let mut lines = table::new(header);
    for (name, row) in report.languages.iter().zip(&report.rows) {
        lines.add_row(cells(name, row));
    }
    lines.add_row(cells("mean", &report.mean));
    let mut text = format!("language bias in the pool\n\n{}", table::text(&lines));
    if report.languages.len() > 1 {
        let share = format!("share of each language among the first {}", options.share);
        for (heading, cells) in [
            ("mAP in the pool with the answers of one language left in it", &report.one_target),
            (share.as_str(), &report.shares),
        ] {
            let matrix = matrix(&report.languages, cells);
            // Writing to a string cannot fail.
            let _ = write!(text, "\n\n{heading}: query (rows), candidate (columns)\n\n{matrix}");
        }
    }
    if let Some(probe) = probe {
        let _ = write!(
            text,
            "\n\nlanguage of a candidate told by a linear probe: {:.4} of {} (chance {:.4})",
            probe.accuracy, probe.judged, probe.chance
        );
    }
    text
}

fn cells(name: &str, row: &BiasMeans) -> [String; 7] {
    let or_dash = |value: Option<f64>, digits: usize| {
        value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
    };
    [
        name.to_owned(),
        or_dash(row.max_rank, 1),
        or_dash(row.complete, 4),
        or_dash(row.peer, 4),
        or_dash(row.consistency, 4),
        or_dash(row.preference, 4),
        or_dash(row.own_share, 4),
    ]
}

fn matrix(names: &[String], cells: &[Vec<Option<f64>>]) -> String {
    let mut lines = table::new(std::iter::once("query".to_owned()).chain(names.iter().cloned()));
    for (name, row) in names.iter().zip(cells) {
        let cells = row
            .iter()
            .map(|value| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}")));
        lines.add_row(std::iter::once(name.clone()).chain(cells));
    }
    table::text(&lines)
}
