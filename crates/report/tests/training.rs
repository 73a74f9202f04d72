//! Pages about training runs.

#![allow(clippy::unwrap_used)]

mod common;

use common::Made;
use isogloss_report::training::{TrainingRun, page, text};
use journal::{Ended, Journal, Line, Step};

/// The numbers of a chart's lines, in the order in which they were drawn.
fn lines(page: &str) -> Vec<&str> {
    page.split("<polyline ").skip(1).map(|line| line.split("/>").next().unwrap()).collect()
}

fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("<h2>{heading}</h2>")).unwrap();
    rest.split("</section>").next().unwrap()
}

#[test]
fn a_small_page() {
    let run = Made { steps: 6, planned: 6, ..Made::default() }.run();
    insta::assert_snapshot!(page(&[run]).unwrap());
}

#[test]
fn a_table_of_runs_for_the_terminal() {
    let long = Made { name: "mono", steps: 9000, planned: 20_000, ended: None, ..Made::default() };
    let stopped = Made {
        name: "cross",
        validations: 0,
        steps: 5,
        ended: Some(Ended::Interrupted),
        ..Made::default()
    };
    let runs = [Made::default().run(), long.run(), stopped.run()];
    insta::assert_snapshot!(text(&runs));
}

#[test]
fn names_are_text_and_never_markup() {
    let evil = "<script>alert(\"1\")</script>&'";
    let mut run = Made { name: evil, composition: "<b>", ..Made::default() }.run();
    for line in &mut run.journal.lines {
        if let Line::Validation(validation) = line {
            validation.measure = "<img src=x>".into();
        }
    }
    let page = page(&[run, Made::default().run()]).unwrap();
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<b>alert"));
    assert!(page.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;"));
    assert!(page.contains("Validation &lt;img src=x&gt;"));
    assert!(section(&page, "Settings").contains("<td class=\"long\">&lt;b&gt;</td>"));
}

#[test]
fn a_page_asks_nothing_of_the_network() {
    let page = page(&[Made::default().run()]).unwrap();
    assert!(page.contains("default-src 'none'"));
    for reference in ["src=", "href=", "url(", "@import", "http://", "https://"] {
        let inside = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
        assert!(!inside.contains(reference), "{reference}");
    }
}

#[test]
fn five_long_runs_make_a_page_under_a_megabyte() {
    let runs: Vec<TrainingRun> = (0..5)
        .map(|seed| {
            let (steps, planned) = (100_000, 100_000);
            let made = Made {
                steps,
                planned,
                validations: 200,
                gradient_norm: true,
                seed,
                ..Made::default()
            };
            made.run()
        })
        .collect();
    let page = page(&runs).unwrap();
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
    assert_eq!(page.matches("<figure>").count(), 5);
}

#[test]
fn a_spike_of_one_step_in_a_long_run_is_drawn() {
    let made = Made { steps: 50_000, planned: 50_000, ..Made::default() };
    let calm = made.run();
    let mut wild = calm.clone();
    if let Line::Step(Step { loss, .. }) = &mut wild.journal.lines[31_416] {
        *loss = 50.0;
    }
    let top = |run: TrainingRun| {
        let page = page(&[run]).unwrap();
        let (_, figure) = page.split_once("<strong>Training loss").unwrap();
        let figure = figure.split("</figure>").next().unwrap();
        figure.contains(">\n50\n<")
    };
    assert!(!top(calm));
    assert!(top(wild), "the axis reaches the spike");
}

#[test]
fn every_run_has_a_letter_a_dash_and_a_name() {
    let runs: Vec<_> =
        ["mono", "cross", "hybrid"].map(|name| Made { name, ..Made::default() }.run()).into();
    let page = page(&runs).unwrap();
    for (letter, name) in [("A", "mono"), ("B", "cross"), ("C", "hybrid")] {
        assert!(page.contains(&format!("<b>{letter}</b> {name}</li>")));
        assert!(page.contains(&format!("{letter} ({name}): ")), "in words");
        assert!(page.matches(&format!("\n{letter}\n</text>")).count() >= 4, "at the ends of lines");
    }
    let dashes: Vec<_> = page.lines().filter(|line| line.contains("stroke-dasharray")).collect();
    assert_eq!(dashes.len(), 3);
    let dash = |rule: &str| rule.split("stroke-dasharray").nth(1).unwrap().to_owned();
    assert!(dash(dashes[0]) != dash(dashes[1]) && dash(dashes[1]) != dash(dashes[2]));
}

#[test]
fn charts_can_be_read_aloud() {
    let page = page(&[Made::default().run()]).unwrap();
    assert!(page.contains("<html lang=\"en\">"));
    let charts = page.matches("role=\"img\"").count();
    assert_eq!(charts, 4, "validation, loss, learning rate, throughput");
    assert_eq!(page.matches("<desc id=").count(), charts);
    assert!(page.contains("aria-labelledby=\"chart-0-title chart-0-desc\""));
    assert!(page.contains("A (hybrid): 128.0 at step 1 to 128.0 at step 20"));
}

#[test]
fn a_run_without_validation_has_no_chart_of_it() {
    let run = Made { validations: 0, ..Made::default() }.run();
    let page = page(&[run]).unwrap();
    assert!(!page.contains("Validation"));
    assert!(page.contains("Training loss"));
}

#[test]
fn a_run_of_one_step_is_a_point() {
    let run = Made { steps: 1, planned: 1, validations: 1, ..Made::default() }.run();
    let page = page(&[run]).unwrap();
    assert!(page.matches("<circle").count() >= 4, "a line of one point would not be seen");
    assert!(!page.contains("NaN") && !page.contains("inf"));
}

#[test]
fn a_run_that_wrote_nothing_has_a_row() {
    let run = TrainingRun { name: "empty".into(), journal: Journal::default() };
    let page = page(&[run]).unwrap();
    assert!(section(&page, "Runs").contains("A empty"));
    assert!(!page.contains("<figure>"));
}

#[test]
fn a_loss_that_is_not_a_number_is_a_gap_and_is_named() {
    let whole = Made::default().run();
    let mut broken = whole.clone();
    for line in &mut broken.journal.lines {
        if let Line::Step(step) = line
            && (10..13).contains(&step.step)
        {
            step.loss = f64::NAN;
        }
    }
    let (whole, broken) = (page(&[whole]).unwrap(), page(&[broken]).unwrap());
    assert!(broken.contains("A: not a number at step 10 and 2 more"));
    assert_eq!(lines(&broken).len(), lines(&whole).len() + 2, "both lines of the loss are broken");
    assert!(lines(&broken).iter().all(|line| !line.contains("NaN")));

    let mut lost = Made::default().run();
    for line in &mut lost.journal.lines {
        if let Line::Step(step) = line {
            step.loss = f64::INFINITY;
        }
    }
    assert!(page(&[lost.clone()]).unwrap().contains("A (hybrid): no values."));
    assert!(text(&[lost]).contains("NaN"));
}

#[test]
fn a_killed_run_shows_what_it_came_to() {
    let run = Made { steps: 7, ended: None, ..Made::default() }.run();
    let page = page(&[run]).unwrap();
    assert!(section(&page, "Runs").contains("7 of 20"));
    assert!(section(&page, "Runs").contains("no end written"));
    let composition = section(&page, "Composition of batches");
    assert!(composition.contains("57.1 % (–)"), "cross batches, counted from the steps");
}

#[test]
fn composition_shows_planned_and_drawn() {
    let page = page(&[Made::default().run()]).unwrap();
    let composition = section(&page, "Composition of batches");
    assert!(composition.contains("55.0 % (50.0 %)"));
    assert!(composition.contains("1 of 20 batches had fewer rows than planned"));
    assert!(composition.contains("code-switched rows 9.0 % (10.0 %)"));
}

#[test]
fn only_settings_that_differ_are_in_front() {
    let runs = [
        Made::default().run(),
        Made { name: "fast", peak: 5e-3, seed: 2, ..Made::default() }.run(),
    ];
    let both = page(&runs).unwrap();
    let (front, all) = section(&both, "Settings").split_once("<details>").unwrap();
    assert!(front.contains("training.learning_rate") && front.contains("0.005"));
    assert!(front.contains("seed") && !front.contains("batches.batch"));
    assert!(all.contains("batches.batch") && !all.contains("margin"));

    let twice = page(&[runs[0].clone(), runs[0].clone()]).unwrap();
    assert!(twice.contains("The runs have the same settings and data."));
}
