//! A comparison in words and columns.

use std::fmt::Write;

use comfy_table::{CellAlignment, Table, presets};

use crate::{Better, Report, Row, Verdict};

impl Report {
    /// Who is better where, in a few sentences.
    pub fn summary(&self) -> String {
        let named = |verdict: Verdict| -> Vec<&str> {
            let rows = self.rows.iter().filter(|row| row.verdict == verdict);
            rows.map(|row| row.group.as_str()).collect()
        };
        let (first, second) = (named(Verdict::First), named(Verdict::Second));
        let open = named(Verdict::NoDifferenceShown);
        let list = |groups: &[&str]| match groups {
            [] => "none".to_owned(),
            groups => format!("{} ({})", groups.len(), groups.join(" ")),
        };
        let measure = &self.subject.measure;
        let everywhere = match self.all.verdict {
            Verdict::First => format!("{} is better", self.first),
            Verdict::Second => format!("{} is better", self.second),
            Verdict::NoDifferenceShown => "no difference shown".to_owned(),
        };
        if first.is_empty() && second.is_empty() {
            let count = self.rows.len();
            let languages = if count == 1 { "language" } else { "languages" };
            return format!(
                "{measure}: no difference shown in any of {count} {languages}. \
                 All together: {everywhere}."
            );
        }
        let more = |groups: &[&str], of: &str| match groups {
            [] => "none".to_owned(),
            groups => format!("{}{of} ({})", groups.len(), groups.join(" ")),
        };
        let of = format!(" of {} languages", self.rows.len());
        // Who is better more often comes first.
        let ((winner, wins), (loser, losses)) = if first.len() > second.len() {
            ((&self.first, &first), (&self.second, &second))
        } else {
            ((&self.second, &second), (&self.first, &first))
        };
        format!(
            "{measure}: {winner} is better in {}, {loser} in {}; no difference shown in {}. \
             All together: {everywhere}.",
            more(wins, &of),
            list(losses),
            list(&open),
        )
    }

    /// One line for each language and one for all together.
    pub fn table(&self) -> String {
        let percent = self.options.confidence * 100.0;
        let mut table = Table::new();
        table.load_preset(presets::NOTHING).set_header([
            "language".to_owned(),
            "queries".to_owned(),
            self.first.clone(),
            self.second.clone(),
            "difference".to_owned(),
            format!("{percent} % interval"),
            "d".to_owned(),
            "p".to_owned(),
            "Holm".to_owned(),
            "better".to_owned(),
        ]);
        for row in &self.rows {
            table.add_row(self.cells(row, p(row.adjusted)));
        }
        // One test is no family.
        table.add_row(self.cells(&self.all, "-".to_owned()));
        for column in table.column_iter_mut().skip(1).take(8) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let direction = match self.subject.better {
            Better::Higher => "higher",
            Better::Lower => "lower",
        };
        let mut text = format!(
            "{}, {direction} is better; {} resamples, seed {}",
            self.subject.measure, self.options.resamples, self.options.seed
        );
        for line in table.lines() {
            text.push('\n');
            text.push_str(line.trim_end());
        }
        if !self.left_out_groups.is_empty() {
            let groups = self.left_out_groups.join(" ");
            let _ = write!(text, "\nleft out, because only one has them: {groups}");
        }
        if self.left_out_queries > 0 {
            let count = self.left_out_queries;
            let _ = write!(text, "\nleft out: {count} queries that only one has");
        }
        text
    }

    fn cells(&self, row: &Row, adjusted: String) -> [String; 10] {
        let digits = self.subject.digits;
        let of = &row.comparison;
        let (low, high) = of.interval;
        [
            row.group.clone(),
            of.queries.to_string(),
            format!("{:.digits$}", of.first),
            format!("{:.digits$}", of.second),
            format!("{:+.digits$}", of.difference),
            format!("{low:+.digits$} to {high:+.digits$}"),
            of.effect.map_or_else(|| "-".to_owned(), |effect| format!("{effect:+.2}")),
            p(of.p),
            adjusted,
            match row.verdict {
                Verdict::First => self.first.clone(),
                Verdict::Second => self.second.clone(),
                Verdict::NoDifferenceShown => "no difference shown".to_owned(),
            },
        ]
    }
}

fn p(value: f64) -> String {
    format!("{value:.4}")
}
