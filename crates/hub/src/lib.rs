//! Models and data sets from their public homes.
//!
//! One downloader fetches everything ([`Client::download`]): it resumes, verifies and renames, so
//! that a file under its final name is whole. Two thin layers say what to fetch: [`Hub::resolve`]
//! and [`Hub::fetch_model`] turn a model's name into a directory of the hub's ordinary cache, and
//! [`Hub::fetch_data`] lays a data set of the table ([`table`]) under a folder.
//!
//! `hf-hub` gives the cache's layout and the repository's addresses, not the requests. Its own
//! download appends whatever the server sends and verifies nothing, its requests give up at the
//! first 429, and its client keeps the token on a redirect to another port of the same host. So
//! there is one way to the network, [`Client`], with one set of rules for retries and tokens.
//!
//! Data flows one way: settings → client → listing → plan → cache or data folder.

mod cache;
mod client;
mod datasets;
mod digest;
mod download;
mod error;
mod listing;
mod models;
mod names;
mod plan;
mod retry;
mod settings;

pub use client::Client;
pub use datasets::{DataSet, Files, find, markdown, table};
pub use digest::{Digest, sha256_file};
pub use download::Download;
pub use error::HubError;
pub use models::Hub;
pub use names::{ModelName, safe_path};
pub use retry::Retries;
pub use settings::Settings;

use std::time::Duration;

/// What a fetch is doing, for a progress display.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// Bytes of a file are on the disk.
    Bytes {
        /// The file, as its listing or table names it.
        name: &'a str,
        /// Bytes so far, with those of an earlier run.
        done: u64,
        /// Bytes of the whole file, where known.
        total: Option<u64>,
    },
    /// The next attempt waits.
    Waiting {
        /// The file.
        name: &'a str,
        /// For how long.
        wait: Duration,
        /// What went wrong.
        reason: &'a str,
    },
    /// The file is complete, verified and under its final name.
    Done {
        /// The file.
        name: &'a str,
    },
}

/// Receives the events of a fetch.
pub type OnEvent<'a> = dyn FnMut(Event<'_>) + 'a;
