//! Journals: what is written is read, whatever happened to the run.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use isogloss_journal::{End, Ended, Journal, JournalError, Line, Run, Step, Validation, Writer};
use serde_json::json;

fn run() -> Run {
    Run {
        name: "hybrid".into(),
        config: json!({"seed": 7, "batches": {"batch": 32}}),
        revision: Some("0123abc".into()),
        device: "CPU".into(),
        data: [("pairs.jsonl".to_owned(), "00ff".to_owned())].into(),
        started: 1_700_000_000,
        pairs_per_step: 32,
    }
}

fn step(step: u64) -> Line {
    Line::Step(Step {
        step,
        steps: 100,
        loss: 4.0 / step as f64,
        learning_rate: 1e-3,
        kind: "mono de".into(),
        rows: 32,
        seconds: step as f64,
        ..Step::default()
    })
}

fn validation(step: u64) -> Line {
    let measure = "nDCG@10".to_owned();
    let seconds = step as f64;
    Line::Validation(Validation { step, measure, value: 0.5, best: true, seconds })
}

fn end(ended: Ended) -> Line {
    Line::End(End { steps: 4, seconds: 4.5, ended, drawn: json!({"batches": 4}) })
}

fn written(lines: &[Line]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("runs/hybrid.jsonl");
    let mut writer = Writer::fresh(&path, &run()).unwrap();
    for line in lines {
        writer.write(line).unwrap();
    }
    (dir, path)
}

#[test]
fn what_is_written_is_read() {
    let full = Line::Step(Step {
        gradient_norm: Some(0.5),
        loss_scale: Some(1024.0),
        temperature: Some(0.05),
        device_bytes: Some(1 << 33),
        ..Step::default()
    });
    let lines = [step(1), full, validation(1), end(Ended::StoppedEarly)];
    let (_dir, path) = written(&lines);
    let journal = Journal::read(&path).unwrap();
    assert_eq!(journal.lines[0], Line::Run(run()));
    assert_eq!(journal.lines[1..], lines);
    assert_eq!(journal.run(), Some(&run()));
    assert_eq!(journal.end().map(|end| end.ended), Some(Ended::StoppedEarly));
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(
        text.lines().nth(1).unwrap(),
        r#"{"event":"step","step":1,"steps":100,"loss":4.0,"learning_rate":0.001,"kind":"mono de","rows":32,"seconds":1.0}"#
    );
    assert!(text.contains(r#""ended":"stopped-early""#));
}

#[test]
fn a_line_is_in_the_file_when_the_call_returns() {
    let (_dir, path) = written(&[]);
    let (mut writer, _) = Writer::resume(&path, 0, &run()).unwrap();
    writer.write(&step(1)).unwrap();
    assert_eq!(Journal::read(&path).unwrap().steps().count(), 1);
}

#[test]
fn numbers_that_are_not_finite_come_back_as_nan() {
    let step = |loss, gradient_norm| Line::Step(Step { loss, gradient_norm, ..Step::default() });
    let nan = Validation { value: f64::NAN, ..Validation::default() };
    let (_dir, path) = written(&[
        step(f64::NAN, Some(f64::INFINITY)),
        step(f64::NEG_INFINITY, None),
        Line::Validation(nan),
    ]);
    let journal = Journal::read(&path).unwrap();
    let steps: Vec<&Step> = journal.steps().collect();
    assert!(steps.iter().all(|step| step.loss.is_nan()));
    assert!(steps[0].gradient_norm.unwrap().is_nan(), "there, though not finite");
    assert_eq!(steps[1].gradient_norm, None);
    assert!(journal.validations().all(|validation| validation.value.is_nan()));
}

#[test]
fn a_journal_cut_anywhere_in_its_last_line_is_read() {
    let (_dir, path) = written(&[step(1), step(2)]);
    let bytes = fs::read(&path).unwrap();
    let last = bytes[..bytes.len() - 1].iter().rposition(|&b| b == b'\n').unwrap() + 1;
    for length in last..bytes.len() - 1 {
        fs::write(&path, &bytes[..length]).unwrap();
        assert_eq!(Journal::read(&path).unwrap().steps().count(), 1, "cut at {length}");
    }
    fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    assert_eq!(Journal::read(&path).unwrap().steps().count(), 2, "only the line break is lost");
}

#[test]
fn any_other_bad_line_is_named() {
    let (_dir, path) = written(&[step(1)]);
    for (bad, reason) in [
        ("{\"event\":\"step\",\"step\":2,\"ste\n", "EOF while parsing a string"),
        ("{\"event\":\"step\",\"step\":-1}\n", "integer `-1`"),
        ("{\"event\":\"pause\"}\n", "unknown variant `pause`"),
        ("{\"event\":\"end\",\"steps\":1,\"seconds\":1}\n", "missing field `ended`"),
    ] {
        let mut bytes = fs::read(&path).unwrap();
        bytes.extend(bad.as_bytes());
        bytes.extend(b"\n");
        let other = path.with_extension("bad");
        fs::write(&other, bytes).unwrap();
        let error = Journal::read(&other).unwrap_err();
        let JournalError::Line { line: 3, .. } = error else { panic!("{error}") };
        let said = error.to_string();
        assert!(said.contains("hybrid.bad, line 3: not a line of a journal"), "{said}");
        assert!(said.contains(reason), "{said}");
    }
}

#[test]
fn a_resumed_run_keeps_what_came_before() {
    let lines = [step(1), step(2), validation(2), step(3), validation(3), end(Ended::Interrupted)];
    let (_dir, path) = written(&lines);
    let cut = fs::OpenOptions::new().append(true).open(&path).unwrap();
    { cut }.write_all(b"{\"event\":\"st").unwrap();
    let other = Run { device: "another".into(), ..run() };
    let (mut writer, kept) = Writer::resume(&path, 2, &other).unwrap();
    assert_eq!(kept, Journal::read(&path).unwrap());
    assert_eq!(kept.lines[0], Line::Run(run()), "the line of the first start");
    assert_eq!(kept.lines[1..], lines[..3]);
    writer.write(&step(3)).unwrap();
    assert_eq!(Journal::read(&path).unwrap().lines[4], step(3));
}

#[test]
fn a_run_whose_journal_was_lost_goes_on_in_a_new_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("hybrid.jsonl");
    let (_, kept) = Writer::resume(&path, 2, &run()).unwrap();
    assert_eq!(kept.lines, [Line::Run(run())]);
    assert_eq!(Journal::read(&path).unwrap(), kept);
}

#[test]
fn a_damaged_journal_is_not_replaced_by_a_resumed_run() {
    let (_dir, path) = written(&[step(1)]);
    let damaged = [b"nonsense\n".to_vec(), fs::read(&path).unwrap()].concat();
    fs::write(&path, &damaged).unwrap();
    assert!(Writer::resume(&path, 1, &run()).is_err());
    assert_eq!(fs::read(&path).unwrap(), damaged);
}

#[test]
fn a_path_that_cannot_be_written_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let error = Writer::fresh(dir.path(), &run()).unwrap_err();
    assert!(error.to_string().contains(dir.path().to_str().unwrap()), "{error}");
}
