//! `isogloss report`.

use std::path::{Path, PathBuf};

use journal::Journal;
use report::training::{self, TrainingRun};

use crate::failure::Failure;
use crate::options::Report;
use crate::outputs;

/// Prints a table of runs and writes a page with their curves.
pub fn run(options: &Report) -> Result<(), Failure> {
    outputs::file(&options.out)?;
    let runs: Result<Vec<TrainingRun>, Failure> = options
        .runs
        .iter()
        .map(|path| {
            let journal = Journal::read(journal_of(path))?;
            Ok(TrainingRun { name: name_of(path), journal })
        })
        .collect();
    let runs = runs?;
    let page = training::page(&runs).map_err(|error| Failure::Failed(error.to_string()))?;
    println!("{}", training::text(&runs).trim_end());
    artifact::replace_file(&options.out, page.as_bytes())?;
    eprintln!("page: {}", options.out.display());
    Ok(())
}

/// The metrics of a run that is named by its output folder, or the file itself.
fn journal_of(path: &Path) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".metrics.jsonl");
    let beside = PathBuf::from(beside);
    if beside.is_file() { beside } else { path.to_owned() }
}

/// What the page calls a run: where it lies, as far as that tells it from others.
fn name_of(path: &Path) -> String {
    let text = path.to_string_lossy();
    text.strip_suffix(".metrics.jsonl").unwrap_or(&text).to_owned()
}
