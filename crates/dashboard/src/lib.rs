//! A training run watched in the terminal.
//!
//! [`Dashboard`] is fed with the lines of the run's journal and draws in a thread of its own, for
//! three reasons: a step may take half a minute, in which keys must still be heard and the clock
//! must still go; a slow terminal must not slow the training; and what is drawn is no business of
//! the loop that trains. [`Dashboard::observe`] adds a line to a [`State`] of fixed size and
//! returns; the thread copies the state at most ten times a second and draws the copy with
//! [`draw`].
//!
//! ```no_run
//! # fn main() -> Result<(), isogloss_dashboard::DashboardError> {
//! use std::collections::BTreeMap;
//!
//! use isogloss_dashboard::Dashboard;
//! use journal::{Line, Step};
//!
//! let dashboard = Dashboard::open(BTreeMap::new(), || std::process::exit(1))?;
//! for step in 1..=1000 {
//!     // … a step of training …
//!     dashboard.observe(&Line::Step(Step { step, steps: 1000, ..Step::default() }));
//!     if dashboard.poll() {
//!         break; // someone pressed q
//!     }
//! }
//! for line in dashboard.close() {
//!     eprintln!("{line}"); // what was logged while the dashboard hid the terminal
//! }
//! # Ok(())
//! # }
//! ```

mod batches;
mod curves;
mod dashboard;
mod draw;
mod history;
mod screen;
mod state;

pub use dashboard::{Dashboard, DashboardError};
pub use draw::draw;
pub use screen::restore;
pub use state::State;
