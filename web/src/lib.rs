//! The page and its worker: two programs from one library.
//!
//! `app` is the page: Leptos components over a [`session::Session`]. `worker` is the engine:
//! everything that fetches models, tokenises, encodes and ranks. They share only [`protocol`], so
//! the page's program holds no tensor code and stays small, and whatever the engine does, the
//! page keeps drawing.
//!
//! The crate compiles for `wasm32-unknown-unknown` only.

pub mod engine;
pub mod languages;
pub mod link;
pub mod page;
pub mod protocol;
pub mod session;
