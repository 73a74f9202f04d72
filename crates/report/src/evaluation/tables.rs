//! Tables of systems and settings, the same in every form of the report.

use super::figures::best;
use super::group::Group;
use super::{Score, Setting};
use crate::table::{Bar, Cell, Column, Table};

/// Systems in rows, means of their settings in columns.
pub fn summary(group: &Group<'_>) -> Table {
    let settings = group.settings();
    let mut columns = vec![Column::words("system")];
    let mut rows: Vec<Vec<Cell>> =
        group.systems.iter().map(|system| vec![system.name.as_str().into()]).collect();
    for setting in settings {
        columns.push(Column::numbers(&setting.head()));
        let means = scores(group, setting, |of| Some(&of.mean));
        for (row, cell) in rows.iter_mut().zip(cells(&means, setting, group.same_languages())) {
            row.push(cell);
        }
    }
    let over = match group.systems.as_slice() {
        _ if !group.same_languages() => {
            "means over the languages of each system, which differ".to_owned()
        }
        [first, ..] if first.languages.len() == 1 => format!("in {}", first.languages[0]),
        _ => format!("means over {} languages", group.languages().len()),
    };
    Table { caption: format!("{}: {over}", group.name()), columns, rows }
}

/// Query languages in rows, systems in columns; distances with bars.
pub fn by_language(group: &Group<'_>, setting: &Setting) -> Table {
    let mut columns = vec![Column::words("query language")];
    columns.extend(group.systems.iter().map(|system| Column::numbers(&system.name)));
    let languages = group.languages();
    let values: Vec<Vec<Option<&Score>>> = languages
        .iter()
        .map(|language| scores(group, setting, |of| of.languages.get(*language)))
        .collect();
    let all = values.iter().flatten().filter_map(|score| score.as_ref()?.mean());
    let whole = all.fold(0.0, f64::max);
    let row = |name: &str, scores: &[Option<&Score>], comparable| {
        let mut row = vec![Cell::from(name)];
        row.extend(cells(scores, setting, comparable));
        if setting.lower_is_better && whole > 0.0 {
            for (cell, score) in row[1..].iter_mut().zip(scores) {
                if let Some(value) = score.and_then(Score::mean) {
                    cell.drawing = Bar { share: value / whole, mark: None }.drawing();
                }
            }
        }
        row
    };
    let of = languages.iter().zip(&values);
    let mut rows: Vec<Vec<Cell>> = of.map(|(name, scores)| row(name, scores, true)).collect();
    if languages.len() > 1 {
        let means = scores(group, setting, |of| Some(&of.mean));
        rows.push(row("mean", &means, group.same_languages()));
    }
    let lower = if setting.lower_is_better { ", lower is better" } else { "" };
    Table { caption: format!("{}: {}{lower}", group.name(), setting.head()), columns, rows }
}

/// A score of each system.
fn scores<'a>(
    group: &Group<'a>,
    setting: &Setting,
    of: impl Fn(&'a Setting) -> Option<&'a Score>,
) -> Vec<Option<&'a Score>> {
    group.systems.iter().map(|system| of(system.setting(&setting.name)?)).collect()
}

/// Cells of which the best stands out, if they can be compared.
fn cells(scores: &[Option<&Score>], setting: &Setting, comparable: bool) -> Vec<Cell> {
    let values: Vec<Option<f64>> = scores.iter().map(|score| score.as_ref()?.mean()).collect();
    let best = best(&values, setting.places, setting.lower_is_better);
    let none = Score::default();
    let cells = scores.iter().zip(best).map(|(score, best)| Cell {
        text: score.unwrap_or(&none).shown(setting.places),
        strong: best && comparable,
        ..Cell::default()
    });
    cells.collect()
}
