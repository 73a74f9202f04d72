//! What the training engine promises, by topic.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/fields.rs"]
mod fields;

mod accumulation;
mod groups;
mod objectives;
mod precision;
mod refusals;
mod runs;
mod validation;
