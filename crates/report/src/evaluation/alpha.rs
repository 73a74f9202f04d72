//! Curves over alpha, the share of monolingual batches in training.

use std::fmt::Write;

use journal::number::short;

use super::group::{Group, groups};
use super::{Evaluations, Score, Setting, System};
use crate::ReportError;
use crate::chart::{Chart, Curve};
use crate::html::Html;
use crate::palette::{letter, sample};
use crate::series::Point;

/// Fewer points are no curve.
const LEAST: usize = 3;

/// Systems of one benchmark that differ only in alpha, by alpha.
struct Family<'a> {
    name: &'a str,
    systems: Vec<(f64, &'a System)>,
}

/// How many lines the charts have at most.
pub fn styles(evaluations: &Evaluations) -> usize {
    groups(evaluations).iter().map(|group| families(group).len()).max().unwrap_or(0)
}

/// A chart for each setting; none where too few systems have an alpha.
pub fn section(evaluations: &Evaluations) -> Result<Option<Html>, ReportError> {
    let mut html = Html::new();
    let mut drawn = 0;
    for group in groups(evaluations) {
        let families = families(&group);
        if families.is_empty() {
            continue;
        }
        html.element("h3", &group.name());
        html.markup("<ul class=\"legend\" aria-label=\"Legend\">\n");
        for (style, family) in families.iter().enumerate() {
            html.markup("<li>").markup(&sample(style)).markup(" <b>").text(&letter(style));
            html.markup("</b> ").text(family.name()).markup("</li>\n");
        }
        html.markup("</ul>\n<div class=\"charts\">\n");
        for setting in group.settings() {
            let chart = chart(&families, setting, drawn);
            if chart.curves.iter().any(|curve| !curve.line.is_empty()) {
                html.append(&chart.figure()?);
                drawn += 1;
            }
        }
        html.markup("</div>\n");
    }
    Ok((drawn > 0).then_some(html))
}

fn families<'a>(group: &Group<'a>) -> Vec<Family<'a>> {
    let mut families: Vec<Family<'a>> = Vec::new();
    for system in &group.systems {
        let Some(alpha) = system.alpha.filter(|alpha| (0.0..=1.0).contains(alpha)) else {
            continue;
        };
        match families.iter_mut().find(|family| family.name == system.family) {
            Some(family) => family.systems.push((alpha, system)),
            None => families.push(Family { name: &system.family, systems: vec![(alpha, system)] }),
        }
    }
    for family in &mut families {
        family.systems.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    families.retain(|family| family.different() >= LEAST);
    families
}

fn chart(families: &[Family<'_>], setting: &Setting, place: usize) -> Chart {
    let mut description = format!("{} by alpha.", setting.head());
    let mut curves = Vec::new();
    for (style, family) in families.iter().enumerate() {
        let line = family.line(setting);
        let points: Vec<String> =
            line.iter().map(|(alpha, value)| format!("{} at {alpha}", short(*value))).collect();
        let (letter, name) = (letter(style), family.name());
        let _ = write!(description, " {letter} ({name}): {}.", points.join(", "));
        curves.push(Curve { style, line, marked: true, ..Curve::default() });
    }
    let lower = if setting.lower_is_better { "Lower is better" } else { "" };
    Chart {
        id: format!("alpha-{place}"),
        title: setting.head(),
        note: lower.to_owned(),
        description,
        x: "alpha".to_owned(),
        x_end: 1.0,
        curves,
        ..Chart::default()
    }
}

impl Family<'_> {
    fn name(&self) -> &str {
        if self.name.is_empty() { "systems with alpha" } else { self.name }
    }

    fn different(&self) -> usize {
        self.systems.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()).count()
    }

    /// Means by alpha; where two systems have the same alpha, the mean of both.
    fn line(&self, setting: &Setting) -> Vec<Point> {
        let points = self.systems.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()).filter_map(|same| {
            let means =
                same.iter().filter_map(|(_, system)| system.setting(&setting.name)?.mean.mean());
            Some((same[0].0, means.collect::<Score>().mean()?))
        });
        points.collect()
    }
}
