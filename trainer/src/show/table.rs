//! Tables of names and numbers.

use comfy_table::{CellAlignment, Table, presets};

/// A table under `header`: names on the left, numbers to the right.
pub fn new(header: impl IntoIterator<Item = String>) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Its text, without spaces at the ends of lines.
pub fn text(table: &Table) -> String {
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}
