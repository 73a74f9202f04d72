//! Journals read back.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use crate::{End, JournalError, Line, Run, Step, Validation};

/// The lines of a run, in the order in which they were written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Journal {
    /// All of them.
    pub lines: Vec<Line>,
}

impl Journal {
    /// Reads the journal at `path`. A last line that was cut when the run was killed (no line
    /// break after it, and it does not parse) is left out; any other line that does not parse is
    /// [`JournalError::Line`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self, JournalError> {
        let path = path.as_ref();
        let file = File::open(path).map_err(JournalError::io(path))?;
        let mut file = BufReader::new(file);
        let (mut lines, mut bytes, mut number) = (Vec::new(), Vec::new(), 0);
        loop {
            bytes.clear();
            file.read_until(b'\n', &mut bytes).map_err(JournalError::io(path))?;
            number += 1;
            let whole = bytes.pop_if(|last| *last == b'\n').is_some();
            if bytes.iter().all(u8::is_ascii_whitespace) {
                if whole {
                    continue;
                }
                return Ok(Self { lines });
            }
            match serde_json::from_slice(&bytes) {
                Ok(line) => lines.push(line),
                Err(_) if !whole => return Ok(Self { lines }),
                Err(error) => {
                    let path = path.display().to_string();
                    let (column, reason) = (error.column(), error.to_string());
                    // Its own line number counts from this line.
                    let reason = reason.split(" at line ").next().unwrap_or_default();
                    let reason = match column {
                        0 => reason.to_owned(),
                        column => format!("{reason} (column {column})"),
                    };
                    return Err(JournalError::Line { path, line: number, reason });
                }
            }
        }
    }

    /// What was trained: the first line of a whole journal.
    pub fn run(&self) -> Option<&Run> {
        self.lines.iter().find_map(|line| match line {
            Line::Run(run) => Some(run),
            _ => None,
        })
    }

    /// The steps.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.lines.iter().filter_map(|line| match line {
            Line::Step(step) => Some(step),
            _ => None,
        })
    }

    /// The validations, of all measures.
    pub fn validations(&self) -> impl Iterator<Item = &Validation> {
        self.lines.iter().filter_map(|line| match line {
            Line::Validation(validation) => Some(validation),
            _ => None,
        })
    }

    /// How it ended; none for a run that goes on or was killed.
    pub fn end(&self) -> Option<&End> {
        self.lines.iter().rev().find_map(|line| match line {
            Line::End(end) => Some(end),
            _ => None,
        })
    }
}
