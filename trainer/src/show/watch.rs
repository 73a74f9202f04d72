//! How a person watches a run: the dashboard on a terminal, plain lines elsewhere.

use std::collections::BTreeMap;
use std::io::IsTerminal;

use dashboard::Dashboard;
use journal::Line;

use super::progress::Progress;

/// Shows a run.
pub enum Watch {
    /// On the whole terminal.
    Dashboard(Dashboard),
    /// Line by line, or as a bar.
    Plain(Progress),
}

impl Watch {
    /// The dashboard where standard error is a terminal and nobody asked for plain lines.
    pub fn new(planned: BTreeMap<String, f64>, plain: bool) -> Self {
        if !plain && std::io::stderr().is_terminal() {
            // Someone who asks twice to stop waits for nothing.
            if let Ok(dashboard) = Dashboard::open(planned, || std::process::exit(1)) {
                return Self::Dashboard(dashboard);
            }
        }
        Self::Plain(Progress::new())
    }

    /// Shows a line of the journal.
    pub fn observe(&mut self, line: &Line) {
        match self {
            Self::Dashboard(dashboard) => dashboard.observe(line),
            Self::Plain(progress) => progress.observe(line),
        }
    }

    /// Whether someone asked to stop.
    pub fn stops(&self) -> bool {
        match self {
            Self::Dashboard(dashboard) => dashboard.poll(),
            Self::Plain(_) => false,
        }
    }

    /// Gives the terminal back.
    pub fn close(self) {
        match self {
            // What was logged stood on a screen that is gone.
            Self::Dashboard(dashboard) => {
                dashboard.close().iter().for_each(|text| eprintln!("{text}"));
            }
            Self::Plain(progress) => progress.finish(),
        }
    }
}
