//! One call for every way in which a run is kept.

use std::path::Path;

use crate::{Events, JournalError, Line, Run, Writer};

/// Writes the journal and, where a folder for them is given, TensorBoard events.
#[derive(Debug)]
pub struct Recorder {
    journal: Writer,
    events: Option<Events>,
}

impl Recorder {
    /// Records a run that begins. A journal that lies at `journal` is replaced; events in the
    /// folder `events` are kept but superseded. The `run` line is written by this call.
    pub fn fresh(journal: &Path, events: Option<&Path>, run: &Run) -> Result<Self, JournalError> {
        let writer = Writer::fresh(journal, run)?;
        let events = events.map(|folder| Events::fresh(folder, run)).transpose()?;
        Ok(Self { journal: writer, events })
    }

    /// Records a run that goes on after `step`, see [`Writer::resume`] and [`Events::resume`].
    pub fn resume(
        journal: &Path,
        events: Option<&Path>,
        run: &Run,
        step: u64,
    ) -> Result<Self, JournalError> {
        let (writer, kept) = Writer::resume(journal, step, run)?;
        let events = events.map(|folder| Events::resume(folder, &kept, step)).transpose()?;
        Ok(Self { journal: writer, events })
    }

    /// Writes `line` to the journal, then to the events.
    pub fn observe(&mut self, line: &Line) -> Result<(), JournalError> {
        self.journal.write(line)?;
        self.events.as_mut().map_or(Ok(()), |events| events.observe(line))
    }
}
