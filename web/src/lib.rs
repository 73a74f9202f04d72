//! The page.
//!
//! Two programs come out of this package. `app` is the page: Leptos components over a
//! [`session::Session`], all of it in this library. `worker` is the engine in a Web Worker:
//! everything that fetches models, tokenises, encodes and ranks. They share only [`protocol`], so
//! the page's program holds no tensor code and stays small, and whatever the engine does, the page
//! keeps drawing.
//!
//! Nothing in this library names the engine's crate, not even a link in a comment such as this one:
//! rustc loads what a link names and links what it loads, and the tensor code, which registers
//! itself at start-up, is then in the page's program for good.
//!
//! The crate compiles for `wasm32-unknown-unknown` only.

pub mod languages;
pub mod link;
pub mod page;
pub mod session;
