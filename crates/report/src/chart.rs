//! Line charts as SVG.
//!
//! Drawn at twice the size at which they are shown, as the drawing library counts in whole
//! pixels. Every line ends in the letter of its style, so that it is found in the legend without
//! colour.

use std::ops::Range;

use journal::number::tick;
use plotters::backend::SVGBackend;
use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::types::RangedCoordf64;
use plotters::coord::{Shift, cartesian::Cartesian2d};
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::Circle;
use plotters::series::LineSeries;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, IntoFont, TextStyle};

use crate::ReportError;
use crate::html::Html;
use crate::palette::{Ink, letter};
use crate::series::{Point, thinned, unbroken};

const SIZE: (u32, u32) = (960, 560);
/// Stretches of a curve, a pair of points each; as many as there are pixels when shown.
const BUCKETS: usize = 400;
/// Font sizes as the library counts them.
const FIGURES: f64 = 27.0;
/// Pixels between letters at the ends of lines.
const LETTER: i32 = 28;
/// Points are marked where they are few enough to be told apart.
const MARKED: usize = 60;

/// One line of a chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// Its style, see [`palette`](crate::palette).
    pub style: usize,
    /// The line, ascending in x; a value that is not finite is a gap.
    pub line: Vec<Point>,
    /// Drawn thinly behind it.
    pub faint: Vec<Point>,
    /// Points are marked.
    pub marked: bool,
}

/// A chart of lines over one x axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    /// Unique in the page; letters, digits and hyphens.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// How to read it, below the title.
    pub note: String,
    /// What a person who does not see it is told.
    pub description: String,
    /// What x is.
    pub x: String,
    /// Where its axis ends, or beyond where a line goes on; charts that share it can be compared.
    pub x_end: f64,
    /// The value axis begins at zero.
    pub from_zero: bool,
    /// The lines.
    pub curves: Vec<Curve>,
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Context<'a, 'b> =
    ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

impl Chart {
    /// The chart as a figure of a page.
    pub fn figure(&self) -> Result<Html, ReportError> {
        let mut drawing = String::new();
        self.draw(&mut drawing)
            .map_err(|reason| ReportError::Chart { title: self.title.clone(), reason })?;
        // The library knows neither titles nor roles.
        let inside = drawing.split_once('>').map_or("", |(_, inside)| inside);
        let mut html = Html::new();
        html.markup("<figure>\n<figcaption><strong>").text(&self.title).markup("</strong>");
        if !self.note.is_empty() {
            html.markup("<small>").text(&self.note).markup("</small>");
        }
        html.markup("</figcaption>\n");
        html.markup(&format!("<svg viewBox=\"0 0 {} {}\" role=\"img\"", SIZE.0, SIZE.1));
        html.markup(" aria-labelledby=\"").text(&self.id).markup("-title ").text(&self.id);
        html.markup("-desc\">\n<title id=\"").text(&self.id).markup("-title\">");
        html.text(&self.title).markup("</title>\n<desc id=\"").text(&self.id).markup("-desc\">");
        html.text(&self.description).markup("</desc>").markup(inside).markup("</figure>\n");
        Ok(html)
    }

    fn draw(&self, out: &mut String) -> Result<(), String> {
        let root = SVGBackend::with_string(out, SIZE).into_drawing_area();
        let (xs, ys) = self.ranges();
        let mut context = ChartBuilder::on(&root)
            .margin(12)
            .margin_right(56)
            .x_label_area_size(76)
            .y_label_area_size(112)
            .build_cartesian_2d(xs.clone(), ys.clone())
            .map_err(said)?;
        let figures = text(FIGURES);
        let (wide, high) = (xs.end - xs.start, ys.end - ys.start);
        context
            .configure_mesh()
            .x_labels(6)
            .y_labels(6)
            .x_desc(&self.x)
            .x_label_formatter(&|x| tick(*x, wide))
            .y_label_formatter(&|y| tick(*y, high))
            .light_line_style(Ink::Grid.colour().mix(0.0))
            .bold_line_style(Ink::Grid.colour())
            .axis_style(Ink::Axis.colour())
            .label_style(figures.clone())
            .axis_desc_style(figures)
            .draw()
            .map_err(said)?;
        for curve in &self.curves {
            let faint = Ink::Faint(curve.style).colour().mix(0.35).stroke_width(1);
            let line = Ink::Line(curve.style).colour().stroke_width(4);
            for (points, style) in [(&curve.faint, faint), (&curve.line, line)] {
                let thin = thinned(points, BUCKETS);
                for stretch in unbroken(&thin) {
                    let series = LineSeries::new(stretch.iter().copied(), style);
                    context.draw_series(series).map_err(said)?;
                    // A line of one point has no length.
                    let marked = curve.marked && thin.len() <= MARKED || stretch.len() == 1;
                    let size = style.stroke_width as i32 + 2;
                    let dots = stretch.iter().filter(|_| marked);
                    let dots = dots.map(|&point| Circle::new(point, size, style.color.filled()));
                    context.draw_series(dots).map_err(said)?;
                }
            }
        }
        self.letters(&root, &context)?;
        drop(context);
        root.present().map_err(said)
    }

    /// Letters at the ends of lines, apart from each other.
    fn letters(&self, root: &Area<'_>, context: &Context<'_, '_>) -> Result<(), String> {
        let end = |curve: &Curve| {
            let last = curve.line.iter().rev().find(|point| point.1.is_finite())?;
            let (x, y) = context.plotting_area().map_coordinate(last);
            Some((x, y, curve.style))
        };
        let mut ends: Vec<(i32, i32, usize)> = self.curves.iter().filter_map(end).collect();
        ends.sort_unstable();
        let bottom = context.plotting_area().get_pixel_range().1.end;
        for near in ends.chunk_by_mut(|a, b| b.0 - a.0 < LETTER) {
            near.sort_unstable_by_key(|end| end.1);
            let mut free = i32::MIN;
            for (_, y, _) in near.iter_mut() {
                *y = (*y).max(free);
                free = *y + LETTER;
            }
            // Those pushed below the chart push back.
            let mut free = bottom;
            for (_, y, _) in near.iter_mut().rev() {
                *y = (*y).min(free);
                free = *y - LETTER;
            }
        }
        for (x, y, style) in ends {
            let font = ("sans-serif", FIGURES).into_font().color(&Ink::Line(style).colour());
            let font = font.pos(Pos::new(HPos::Left, VPos::Center));
            root.draw_text(&letter(style), &font, (x + 10, y)).map_err(said)?;
        }
        Ok(())
    }

    /// Ranges of both axes, never empty.
    fn ranges(&self) -> (Range<f64>, Range<f64>) {
        let points = || self.curves.iter().flat_map(|curve| curve.line.iter().chain(&curve.faint));
        let last = points().map(|point| point.0).fold(self.x_end.max(1.0), f64::max);
        let values = points().map(|point| point.1).filter(|value| value.is_finite());
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (value.min(low), value.max(high))
        });
        if low > high {
            return (0.0..last, 0.0..1.0);
        }
        let low = if self.from_zero { low.min(0.0) } else { low };
        // Values beyond half of what a float holds would make the range itself infinite.
        let (low, high) = (low.max(f64::MIN / 4.0), high.min(f64::MAX / 4.0));
        let least = (high.abs().max(low.abs()) * 1e-3).max(f64::MIN_POSITIVE * 1e20);
        let room = ((high - low) * 0.05).max(if high - low < least { least } else { 0.0 });
        let below = if self.from_zero && low == 0.0 { 0.0 } else { room };
        (0.0..last, low - below..high + room)
    }
}

fn text(size: f64) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&Ink::Text.colour())
}

#[allow(clippy::needless_pass_by_value)] // it is given to `map_err`
fn said(error: impl ToString) -> String {
    error.to_string()
}
