//! What a person sees.

pub mod fetching;
pub mod progress;
pub mod scores;
pub mod table;
pub mod watch;
