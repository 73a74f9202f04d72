//! A trimmed tokenizer reads covered texts as before.

#![allow(clippy::unwrap_used)]

mod covered;
mod kinds;
mod languages;
mod refused;
