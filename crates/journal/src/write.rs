//! Journals written.
//!
//! No buffer of our own: a line a step is little beside a step, and what a buffer held would be
//! lost with a killed run. The system is not asked to reach the disk's platter for every line, so
//! a power cut may take the last ones.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::{Journal, JournalError, Line, Run};

/// Appends whole lines to a journal.
#[derive(Debug)]
pub struct Writer {
    path: PathBuf,
    file: File,
}

impl Writer {
    /// A journal of a run that begins; one that lies at `path` already is replaced.
    pub fn fresh(path: impl AsRef<Path>, run: &Run) -> Result<Self, JournalError> {
        let lines = vec![Line::Run(run.clone())];
        Self::replace(path.as_ref(), &lines)
    }

    /// A journal of a run that goes on after `step`, and what was kept of it: its `run` line and
    /// all that was written up to `step`. Later steps will be taken again, and the run has not
    /// ended. `run` is the first line where there is none to keep.
    pub fn resume(
        path: impl AsRef<Path>,
        step: u64,
        run: &Run,
    ) -> Result<(Self, Journal), JournalError> {
        let path = path.as_ref();
        let mut kept = if path.exists() { Journal::read(path)? } else { Journal::default() };
        let first = kept.run().unwrap_or(run).clone();
        kept.lines.retain(|line| line.step().is_some_and(|of| of <= step));
        kept.lines.insert(0, Line::Run(first));
        Ok((Self::replace(path, &kept.lines)?, kept))
    }

    /// Written beside, then renamed: a run killed here keeps its old journal.
    fn replace(path: &Path, lines: &[Line]) -> Result<Self, JournalError> {
        let parent = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(parent).map_err(JournalError::io(parent))?;
        let mut beside = tempfile::Builder::new();
        let beside = beside.prefix(".isogloss-").tempfile_in(parent);
        let mut beside = beside.map_err(JournalError::io(parent))?;
        let mut bytes = Vec::new();
        for line in lines {
            append(&mut bytes, line, path)?;
        }
        beside.write_all(&bytes).map_err(JournalError::io(path))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let readable = fs::Permissions::from_mode(0o644);
            beside.as_file().set_permissions(readable).map_err(JournalError::io(path))?;
        }
        beside.persist(path).map_err(|error| JournalError::io(path)(error.error))?;
        let file = OpenOptions::new().append(true).open(path).map_err(JournalError::io(path))?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// Appends `line`, which the system has when this returns.
    pub fn write(&mut self, line: &Line) -> Result<(), JournalError> {
        let mut bytes = Vec::new();
        append(&mut bytes, line, &self.path)?;
        self.file.write_all(&bytes).map_err(JournalError::io(&self.path))
    }
}

fn append(bytes: &mut Vec<u8>, line: &Line, path: &Path) -> Result<(), JournalError> {
    serde_json::to_writer(&mut *bytes, line)
        .map_err(|error| JournalError::io(path)(error.into()))?;
    bytes.push(b'\n');
    Ok(())
}
