//! A page about the journals named on the command line, to standard output.

use std::error::Error;
use std::path::Path;

use isogloss_report::training::{TrainingRun, page, text};
use journal::Journal;

fn main() -> Result<(), Box<dyn Error>> {
    let mut runs = Vec::new();
    for path in std::env::args().skip(1) {
        let name = Path::new(&path).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        runs.push(TrainingRun { name, journal: Journal::read(&path)? });
    }
    eprintln!("{}", text(&runs));
    println!("{}", page(&runs)?);
    Ok(())
}
