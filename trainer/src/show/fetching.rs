//! Downloads on the terminal.

use std::collections::BTreeSet;

use hub::Event;
use indicatif::ProgressBar;

use super::progress::bar;

/// Shows what a fetch does: a bar for each file where there is a terminal, a line for each file
/// elsewhere.
#[derive(Default)]
pub struct Fetching {
    current: Option<(String, Option<ProgressBar>)>,
    named: BTreeSet<String>,
}

impl Fetching {
    /// Takes in an event.
    pub fn hear(&mut self, event: Event<'_>) {
        match event {
            Event::Bytes { name, done, total } => {
                if self.current.as_ref().is_none_or(|(current, _)| current != name) {
                    self.begin(name, total);
                }
                if let Some((_, Some(bar))) = &self.current {
                    bar.set_position(done);
                }
            }
            Event::Waiting { name, wait, reason } => {
                let text = format!("{name}: {reason}; next attempt in {:.0} s", wait.as_secs_f64());
                match &self.current {
                    Some((_, Some(bar))) => bar.println(text),
                    _ => eprintln!("{text}"),
                }
            }
            Event::Done { name } => {
                self.finish();
                eprintln!("{name}: complete and verified");
            }
        }
    }

    fn begin(&mut self, name: &str, total: Option<u64>) {
        self.finish();
        let style = "{bar:30} {binary_bytes}/{binary_total_bytes}, {binary_bytes_per_sec}, {eta} left  {msg}";
        let bar = bar(total.unwrap_or(0), style);
        match &bar {
            Some(bar) => bar.set_message(name.to_owned()),
            None if self.named.insert(name.to_owned()) => match total {
                // A small file is there before its line is read.
                Some(total) if total < 1_000_000 => {}
                Some(total) => eprintln!("fetching {name} ({:.1} MB)", total as f64 / 1e6),
                None => eprintln!("fetching {name}"),
            },
            None => {}
        }
        self.current = Some((name.to_owned(), bar));
    }

    /// Clears the bar.
    pub fn finish(&mut self) {
        if let Some((_, Some(bar))) = self.current.take() {
            bar.finish_and_clear();
        }
    }
}
