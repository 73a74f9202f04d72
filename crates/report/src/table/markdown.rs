//! Tables for Markdown files.

use super::{Cell, Table};

impl Table {
    /// The caption, and the table as GitHub's Markdown has them.
    pub fn markdown(&self) -> String {
        let heads = self.columns.iter().map(|column| escaped(&column.head));
        let rules = self.columns.iter().map(|column| if column.number { "---:" } else { ":---" });
        let mut lines = vec![line(heads), line(rules.map(str::to_owned))];
        lines.extend(self.rows.iter().map(|row| line(row.iter().map(shown))));
        format!("{}\n\n{}\n", escaped(&self.caption), lines.join("\n"))
    }
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.collect();
    format!("| {} |", cells.join(" | "))
}

fn shown(cell: &Cell) -> String {
    let text = escaped(&cell.text);
    if cell.strong { format!("**{text}**") } else { text }
}

/// Text in which nothing is markup, in one line.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '#' | '$' => {
                out.extend(['\\', character]);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
