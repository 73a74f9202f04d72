//! A page about the evaluations in a JSON file, to standard output; the tables of a terminal to
//! standard error. Without a file, about the sample beside this program.

use std::error::Error;

use isogloss_report::evaluation::{Evaluations, page, text};

fn main() -> Result<(), Box<dyn Error>> {
    let json = match std::env::args().nth(1) {
        Some(path) => std::fs::read_to_string(path)?,
        None => include_str!("evaluation.json").to_owned(),
    };
    let evaluations: Evaluations = serde_json::from_str(&json)?;
    eprintln!("{}", text(&evaluations)?);
    println!("{}", page(&evaluations)?);
    Ok(())
}
