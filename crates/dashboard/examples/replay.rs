//! Replays the journal named on the command line in a dashboard, a hundred steps a second.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

use isogloss_dashboard::Dashboard;
use journal::Journal;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: replay JOURNAL [panic]")?;
    let panics = std::env::args().nth(2).is_some();
    let journal = Journal::read(&path)?;
    let dashboard = Dashboard::open(BTreeMap::new(), || std::process::exit(1))?;
    dashboard.log(&format!("replaying {path}"));
    for line in &journal.lines {
        dashboard.observe(line);
        std::thread::sleep(Duration::from_millis(10));
        assert!(!(panics && line.step() == Some(100)), "as asked for");
        if dashboard.poll() {
            dashboard.log("stopped by a person");
            break;
        }
    }
    for line in dashboard.close() {
        eprintln!("{line}");
    }
    Ok(())
}
