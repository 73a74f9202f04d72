//! What the batches so far were made of: kinds, and of mono batches their languages.

use std::collections::BTreeMap;

use journal::number::percent;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, Paragraph};

use crate::State;
use crate::draw::clean;

/// A row for every kind and language, the commonest languages where there is no room for all.
pub fn draw(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let planned = if state.planned.is_empty() { "" } else { " (planned)" };
    let block = Block::bordered().title(format!(" batches{planned} "));
    let inside = block.inner(area);
    let rows = rows(state, usize::from(inside.height), usize::from(inside.width));
    frame.render_widget(Paragraph::new(rows).block(block), area);
}

fn rows(state: &State, height: usize, width: usize) -> Vec<Line<'static>> {
    let all: u64 = state.kinds.values().sum();
    if all == 0 {
        return vec![Line::raw("none yet")];
    }
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    let mut languages: Vec<(&str, u64)> = Vec::new();
    for (kind, &count) in &state.kinds {
        *kinds.entry(kind.split(' ').next().unwrap_or_default()).or_default() += count;
        if kind.contains(' ') {
            languages.push((kind, count));
        }
    }
    languages.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let row = |name: &str, count: u64| {
        let share = count as f64 / all as f64;
        let planned = state.planned.get(name).map(|planned| format!(" ({})", percent(*planned)));
        let figures = format!("{:>7}{}", percent(share), planned.unwrap_or_default());
        let column = if state.planned.is_empty() { 7 } else { 17 };
        let left = width.saturating_sub(NAME + column + 1);
        let bar = "█".repeat((share * left as f64).round() as usize);
        Line::raw(format!("{:<NAME$.NAME$}{figures:<column$} {bar}", clean(name)))
    };
    let mut rows: Vec<Line<'static>> =
        kinds.iter().map(|(kind, count)| row(kind, *count)).collect();
    let room = height.saturating_sub(rows.len());
    let shown = if languages.len() <= room { room } else { room.saturating_sub(1) };
    rows.extend(languages.iter().take(shown).map(|(kind, count)| row(kind, *count)));
    if languages.len() > shown {
        let rest: u64 = languages[shown..].iter().map(|&(_, count)| count).sum();
        rows.push(row(&format!("{} more", languages.len() - shown), rest));
    }
    rows
}

/// Columns for the name of a kind.
const NAME: usize = 11;
