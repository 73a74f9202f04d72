//! Charts in braille: loss, learning rate, validation.

use std::fmt::Write;

use journal::number::{short, tick};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::Marker;
use ratatui::text::Line;
use ratatui::widgets::{Axis, Block, Chart, Dataset, GraphType, Paragraph};

use crate::State;
use crate::draw::clean;
use crate::history::{History, Point};

/// Loss of every step as dots, its moving average as a line.
pub fn loss(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let dots = state.loss.points().iter().flat_map(|p| [(p.step, p.low), (p.step, p.high)]);
    let dots: Vec<(f64, f64)> = dots.filter(|dot| dot.1.is_finite()).collect();
    chart(frame, area, &loss_title(state), &state.loss, &dots);
}

/// The last loss in figures.
pub fn loss_title(state: &State) -> String {
    let last = state.step.as_ref().zip(state.loss.points().last());
    last.map_or_else(
        || "loss".to_owned(),
        |(step, point)| format!("loss {}, average {}", short(step.loss), short(point.average)),
    )
}

/// Learning rate.
pub fn rate(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let last = state.step.as_ref().map(|step| short(step.learning_rate));
    let title = format!("learning rate {}", last.unwrap_or_default());
    chart(frame, area, &title, &state.rate, &[]);
}

/// The measure that decides as a chart, the others in figures.
pub fn validation(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let measure = state.decides.as_ref().and_then(|decides| state.validations.get(decides));
    let Some(measure) = measure else {
        let block = Block::bordered().title(" validation ");
        frame.render_widget(Paragraph::new("none yet").block(block), area);
        return;
    };
    let mut title = format!("validation {} {}", measure.last.measure, short(measure.last.value));
    for (name, other) in &state.validations {
        if *name != measure.last.measure {
            let _ = write!(title, ", {name} {}", short(other.last.value));
        }
    }
    let dots = measure.history.points().iter().map(|p| (p.step, p.average));
    let dots: Vec<(f64, f64)> = dots.filter(|dot| dot.1.is_finite()).collect();
    chart(frame, area, &title, &measure.history, &dots);
}

fn chart(frame: &mut Frame<'_>, area: Rect, title: &str, history: &History, dots: &[(f64, f64)]) {
    let title = clean(title);
    let block = Block::bordered().title(format!(" {} ", title.trim()));
    let points = history.points();
    let Some((low, high)) = range(points) else {
        let text = if points.is_empty() { "no step yet" } else { "no finite values" };
        frame.render_widget(Paragraph::new(text).block(block), area);
        return;
    };
    let last = points.last().map_or(1.0, |point| point.step).max(2.0);
    // A gap in a line must not be bridged: each unbroken stretch is a line of its own.
    let stretches: Vec<Vec<(f64, f64)>> = points
        .split(|point| !point.average.is_finite())
        .map(|stretch| stretch.iter().map(|point| (point.step, point.average)).collect())
        .filter(|stretch: &Vec<_>| !stretch.is_empty())
        .collect();
    let faint = Style::new().fg(Color::DarkGray);
    let mut sets = vec![
        Dataset::default()
            .data(dots)
            .marker(Marker::Dot)
            .graph_type(GraphType::Scatter)
            .style(faint),
    ];
    sets.extend(stretches.iter().map(|stretch| {
        let kind = if stretch.len() == 1 { GraphType::Scatter } else { GraphType::Line };
        let bold = Style::new().fg(Color::Cyan).add_modifier(Modifier::BOLD);
        Dataset::default().data(stretch).marker(Marker::Braille).graph_type(kind).style(bold)
    }));
    let label = |value: f64| Line::raw(tick(value, high - low));
    let ys = if area.height > 8 {
        vec![label(low), label(low.midpoint(high)), label(high)]
    } else {
        vec![label(low), label(high)]
    };
    let first = points.first().map_or(0.0, |point| point.step).min(last - 1.0);
    let steps = |value: f64| Line::raw(tick(value, last - first));
    let x = Axis::default().bounds([first, last]).labels([steps(first), steps(last)]).style(faint);
    let y = Axis::default().bounds([low, high]).labels(ys).style(faint);
    let chart = Chart::new(sets).block(block).x_axis(x).y_axis(y).legend_position(None);
    frame.render_widget(chart, area);
}

/// Lowest and highest value, with some room; none where none is finite.
fn range(points: &[Point]) -> Option<(f64, f64)> {
    let finite = points.iter().filter(|point| point.low.is_finite());
    let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), point| {
        (low.min(point.low), high.max(point.high))
    });
    if low > high {
        return None;
    }
    let least = high.abs().max(low.abs()).max(1e-12) * 1e-2;
    let room = if high - low < least { least } else { 0.0 };
    Some((low - room, high + room))
}
