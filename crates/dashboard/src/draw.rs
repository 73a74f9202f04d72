//! The picture: which part lies where, for any size of terminal.
//!
//! No meaning is in colour alone: averages are lines and steps are dots, shares are figures.

use std::time::Duration;

use journal::number::{NONE, count, short};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, LineGauge, Paragraph};

use crate::{State, batches, curves};

/// Below this, charts would be unreadable.
const SMALL: (u16, u16) = (50, 14);

/// Draws `state`, of which the last news came `since` ago.
pub fn draw(frame: &mut Frame<'_>, state: &State, since: Duration) {
    let area = frame.area();
    let header = 4.min(area.height);
    if area.width < SMALL.0 || area.height < SMALL.1 {
        let [top, rest] = vertical(area, [Constraint::Length(header), Constraint::Fill(1)]);
        self::header(frame, top, state, since);
        frame.render_widget(Paragraph::new(curves::loss_title(state)), rest);
        return;
    }
    let log = if area.height >= 36 { 8 } else { 4 };
    let parts = [Constraint::Length(header), Constraint::Fill(1), Constraint::Length(log)];
    let [top, middle, bottom] = vertical(area, parts);
    self::header(frame, top, state, since);
    let halves = [Constraint::Percentage(60), Constraint::Fill(1)];
    let [left, right] = Layout::horizontal(halves).areas(middle);
    let [loss, validation] = vertical(
        left,
        [Constraint::Percentage(if has_validation(state) { 55 } else { 75 }), Constraint::Fill(1)],
    );
    let [rate, kinds] = vertical(right, [Constraint::Percentage(45), Constraint::Fill(1)]);
    curves::loss(frame, loss, state);
    curves::validation(frame, validation, state);
    curves::rate(frame, rate, state);
    batches::draw(frame, kinds, state);
    self::log(frame, bottom, state);
}

fn has_validation(state: &State) -> bool {
    !state.validations.is_empty()
}

fn vertical<const N: usize>(area: Rect, parts: [Constraint; N]) -> [Rect; N] {
    Layout::vertical(parts).areas(area)
}

fn header(frame: &mut Frame<'_>, area: Rect, state: &State, since: Duration) {
    let lines = [Constraint::Length(1); 4];
    let [name, bar, pace, best] = vertical(area, lines);
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let (title, about) = state.run.as_ref().map_or_else(
        || ("preparing the run".to_owned(), String::new()),
        |run| {
            let revision = run.revision.as_ref().map(|revision| format!(" · revision {revision}"));
            (run.name.clone(), format!("  {}{}", run.device, revision.unwrap_or_default()))
        },
    );
    let line = Line::from(vec![Span::styled(clean(&title), bold), Span::raw(clean(&about))]);
    frame.render_widget(Paragraph::new(line), name);

    let (taken, all) = state.step.as_ref().map_or((0, 0), |step| (step.step, step.steps));
    let ratio = (taken as f64 / all.max(1) as f64).clamp(0.0, 1.0);
    let label = match all {
        0 => "no step yet".to_owned(),
        all => format!("step {} of {} ({:.0} %)", count(taken), count(all), 100.0 * ratio),
    };
    let gauge = LineGauge::default().filled_symbol("█").unfilled_symbol("░");
    frame.render_widget(gauge.ratio(ratio).label(label), bar);
    frame.render_widget(Paragraph::new(self::pace(state, since)), pace);
    frame.render_widget(Paragraph::new(clean(&self::best(state))), best);
}

/// Time, speed and memory.
fn pace(state: &State, since: Duration) -> String {
    let Some(step) = &state.step else {
        return format!("waiting for the first step: {}", clock(since.as_secs_f64()));
    };
    let goes_on = state.ended.is_none();
    let seconds = step.seconds + if goes_on { since.as_secs_f64() } else { 0.0 };
    let mut parts = vec![clock(seconds)];
    if let Some(left) = state.remaining().filter(|_| goes_on) {
        parts.push(format!("{} left", clock((left - since.as_secs_f64()).max(0.0))));
    }
    if let Some(throughput) = state.throughput() {
        parts.push(format!("{} pairs/s", count(throughput.round() as u64)));
    }
    if let Some(bytes) = step.device_bytes {
        parts.push(format!("{:.1} GiB on the device", bytes as f64 / f64::from(1 << 30)));
    }
    parts.join("  ")
}

/// The measure that decides, or how the run stands.
fn best(state: &State) -> String {
    if let Some(ended) = state.ended {
        return format!("ended: {}", ended.as_str());
    }
    if state.stopping {
        return "stopping after this step; press q again to quit at once, nothing saved".to_owned();
    }
    let measure = state.decides.as_ref().and_then(|decides| state.validations.get(decides));
    measure.map_or_else(String::new, |measure| {
        let best = measure.best.as_ref().unwrap_or(&measure.last);
        let which = if measure.best.is_some() { "best" } else { "last" };
        format!("{which} {} {} at step {}", best.measure, short(best.value), count(best.step))
    })
}

fn log(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let block = Block::bordered().title(" log ").title_bottom(" q: stop and save ");
    let height = usize::from(block.inner(area).height);
    let first = state.log.len().saturating_sub(height);
    let mut lines: Vec<Line<'_>> =
        state.log.range(first..).map(|l| Line::raw(l.as_str())).collect();
    if lines.is_empty() {
        lines.push(Line::raw(NONE));
    }
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// `1:02:03`, or `2:03` below an hour.
fn clock(seconds: f64) -> String {
    let whole = if seconds.is_finite() { seconds as u64 } else { 0 };
    match whole {
        3600.. => format!("{}:{:02}:{:02}", whole / 3600, whole % 3600 / 60, whole % 60),
        _ => format!("{}:{:02}", whole / 60, whole % 60),
    }
}

/// Names of others without what moves the cursor.
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
