//! The project's own commands, as functions.
//!
//! `cargo xtask demo` and `cargo xtask test` are Rust rather than shell scripts: they must find
//! versions in the lock file, count tests and serve files, and they run wherever the workspace
//! compiles. They are a library with a thin program over it, so that the end-to-end test serves
//! the page with the very server that the demo uses.

pub mod demo;
pub mod error;
pub mod machine;
pub mod program;
pub mod scores;
pub mod serve;
pub mod tally;
pub mod test;
pub mod tools;
pub mod workspace;

pub use error::TaskError;
