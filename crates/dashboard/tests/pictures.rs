//! Pictures of the dashboard, as a terminal without colour shows them.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::time::Duration;

use isogloss_dashboard::{State, draw};
use journal::{End, Ended, Line, Run, Step, Validation};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use serde_json::Value;

fn picture(state: &State, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, state, Duration::from_secs(2))).unwrap();
    terminal.backend().to_string()
}

fn planned() -> BTreeMap<String, f64> {
    [("mono".to_owned(), 0.5), ("cross".to_owned(), 0.5)].into()
}

fn run() -> Line {
    Line::Run(Run {
        name: "hybrid".into(),
        revision: Some("0123abc".into()),
        device: "NVIDIA H200".into(),
        pairs_per_step: 128,
        ..Run::default()
    })
}

fn step(step: u64) -> Step {
    let languages = ["de", "en", "ar", "zh"];
    let kind = match step % 2 {
        0 => "cross".to_owned(),
        _ => format!("mono {}", languages[step as usize / 2 % 4]),
    };
    Step {
        step,
        steps: 1000,
        loss: 4.0 / (1.0 + step as f64 / 50.0) + 0.2 * f64::from(step as u32 * 37 % 11) / 11.0,
        learning_rate: 2e-5 * (step as f64 / 100.0).min(1.0),
        kind,
        rows: 128,
        seconds: step as f64 * 0.25,
        device_bytes: Some(6 << 30),
        ..Step::default()
    }
}

fn validation(measure: &str, step: u64, best: bool) -> Line {
    let value = 0.7 - 0.5 / (1.0 + step as f64 / 100.0);
    let seconds = step as f64 * 0.25;
    Line::Validation(Validation { step, measure: measure.into(), value, best, seconds })
}

/// After 400 steps, with or without validation after every 80.
fn trained(validated: bool) -> State {
    let mut state = State::new(planned());
    state.observe(&run());
    state.log("data: 4,096 rows, 4 languages");
    state.log("batches: hybrid 0.5, 128 rows");
    for at in 1..=400 {
        state.observe(&Line::Step(step(at)));
        if validated && at % 80 == 0 {
            state.observe(&validation("loss", at, false));
            state.observe(&validation("mAP", at, at != 400));
        }
    }
    state
}

#[test]
fn before_the_first_step() {
    insta::assert_snapshot!(picture(&State::default(), 80, 24));
}

#[test]
fn after_steps() {
    insta::assert_snapshot!(picture(&trained(false), 80, 24));
}

#[test]
fn with_validation() {
    insta::assert_snapshot!(picture(&trained(true), 80, 24));
}

#[test]
fn in_a_larger_terminal() {
    insta::assert_snapshot!(picture(&trained(true), 120, 40));
}

#[test]
fn in_a_terminal_too_small_for_charts() {
    insta::assert_snapshot!(picture(&trained(true), 40, 10));
}

#[test]
fn a_loss_that_is_not_a_number_is_named_and_leaves_a_gap() {
    let mut state = trained(false);
    for at in 401..=600 {
        let loss = if at < 500 { f64::NAN } else { f64::INFINITY };
        state.observe(&Line::Step(Step { loss, ..step(at) }));
    }
    let picture = picture(&state, 80, 24);
    assert!(picture.contains("loss NaN, average NaN"));
    insta::assert_snapshot!(picture);

    let mut lost = State::default();
    lost.observe(&Line::Step(Step { loss: f64::NAN, ..step(1) }));
    assert!(self::picture(&lost, 80, 24).contains("no finite values"));
}

#[test]
fn one_step_is_seen() {
    let mut state = State::new(planned());
    state.observe(&run());
    state.observe(&Line::Step(step(1)));
    let picture = picture(&state, 80, 24);
    assert!(picture.contains("step 1 of 1,000"));
    assert!(picture.contains("512 pairs/s"));
}

#[test]
fn the_first_step_after_a_restart_says_nothing_of_speed() {
    let mut state = State::default();
    state.observe(&Line::Step(step(500)));
    assert!(!picture(&state, 80, 24).contains("pairs/s"), "128 rows did not take 125 s");
    state.observe(&Line::Step(step(501)));
    assert!(picture(&state, 80, 24).contains("512 pairs/s"));
}

#[test]
fn the_end_is_said_and_stops_the_clock() {
    let mut state = trained(true);
    assert!(picture(&state, 80, 24).contains("1:42 "), "2 s after the last step at 100 s");
    let ended = Ended::StoppedEarly;
    state.observe(&Line::End(End { steps: 400, seconds: 100.0, ended, drawn: Value::Null }));
    let picture = picture(&state, 80, 24);
    assert!(picture.contains("ended: stopped early"));
    assert!(picture.contains("1:40 ") && !picture.contains("left"));
}

#[test]
fn many_languages_are_summed_where_there_is_no_room() {
    let mut state = State::default();
    for at in 0..300 {
        let kind = format!("mono l{:02}", at % 30);
        state.observe(&Line::Step(Step { kind, ..step(at + 1) }));
    }
    let picture = picture(&state, 80, 24);
    assert!(picture.contains("mono l00") && picture.contains(" more"));
    assert!(!picture.contains("mono l29"));
}

#[test]
fn the_last_lines_of_the_log_are_seen_and_cannot_move_the_cursor() {
    let mut state = State::default();
    for line in 0..1000 {
        state.log(&format!("line {line}"));
    }
    state.log("two\nlines \u{1b}[2J");
    let picture = picture(&state, 80, 24);
    assert!(picture.contains("two") && picture.contains("lines  [2J"));
    assert!(!picture.contains("line 998"));
}

#[test]
fn any_size_can_be_drawn() {
    let state = trained(true);
    for width in [1, 2, 20, 49, 50, 51, 79, 200] {
        for height in [1, 2, 5, 13, 14, 15, 35, 36, 60] {
            assert!(!picture(&state, width, height).is_empty());
            assert!(!picture(&State::default(), width, height).is_empty());
        }
    }
}
