//! Events files, against those that TensorBoard's own writer makes of the same numbers.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use isogloss_journal::{Events, Line, Recorder, Run, Step, Validation};

fn run() -> Run {
    Run { name: "hybrid".into(), started: 1_700_000_000, pairs_per_step: 32, ..Run::default() }
}

fn step(step: u64, seconds: f64, loss: f64) -> Step {
    Step { step, steps: 300, seconds, loss, learning_rate: 2e-5, rows: 32, ..Step::default() }
}

fn killed() -> Vec<Line> {
    let last = Step {
        gradient_norm: Some(1.5),
        loss_scale: Some(65536.0),
        temperature: Some(0.05),
        device_bytes: Some(6_000_000_000),
        ..step(300, 3.0, 3.5)
    };
    let measure = "mAP".to_owned();
    vec![
        Line::Step(step(1, 0.5, 4.25)),
        Line::Step(step(2, 1.0, f64::NAN)),
        Line::Validation(Validation { step: 2, measure, seconds: 1.25, ..Validation::default() }),
        Line::Step(last),
    ]
}

/// The files of a folder of events, in the order in which TensorBoard reads them.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn a_killed_and_resumed_run_is_written_as_tensorboard_writes_it() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, folder) = (dir.path().join("run.jsonl"), dir.path().join("events"));
    let mut recorder = Recorder::fresh(&journal, Some(&folder), &run()).unwrap();
    for line in killed() {
        recorder.observe(&line).unwrap();
    }
    drop(recorder);
    let mut recorder = Recorder::resume(&journal, Some(&folder), &run(), 2).unwrap();
    recorder.observe(&Line::Step(step(3, 1.5, 3.75))).unwrap();

    let files = files(&folder);
    assert_eq!(files.len(), 2, "a run that goes on leaves the first file as it is");
    assert_eq!(fs::read(&files[0]).unwrap(), include_bytes!("golden/killed.tfevents"));
    assert_eq!(fs::read(&files[1]).unwrap(), include_bytes!("golden/resumed.tfevents"));
}

#[test]
fn a_later_file_sorts_after_one_of_the_future() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("events.out.tfevents.9000000000.other"), []).unwrap();
    let first = Events::fresh(dir.path(), &run()).unwrap().path().to_owned();
    let second = Events::fresh(dir.path(), &run()).unwrap().path().to_owned();
    assert_eq!(files(dir.path())[1..], [first, second]);
}
