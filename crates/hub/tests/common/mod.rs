//! What the tests share: a server, hubs that use it, and content.

#![allow(clippy::unwrap_used, dead_code)]

pub mod server;

use std::path::Path;
use std::time::Duration;

use isogloss_hub::{Event, Hub, Retries, Settings};
pub use server::{Reply, Server};

/// Rules that do not make a test wait.
pub fn quick() -> Retries {
    Retries {
        attempts: 3,
        base: Duration::from_millis(1),
        cap: Duration::from_millis(2),
        retry_after_cap: Duration::from_millis(20),
        ..Retries::default()
    }
}

/// A hub at `endpoint` with its cache in `cache`.
pub fn hub(endpoint: &str, cache: &Path, offline: bool) -> Hub {
    Hub::new(Settings {
        endpoint: endpoint.to_owned(),
        cache: cache.to_owned(),
        token: Some("secret".to_owned()),
        offline,
        retries: quick(),
    })
}

/// Bytes with no pattern that a shifted copy would match.
pub fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let step = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(step).collect()
}

pub fn sha256(bytes: &[u8]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("f");
    std::fs::write(&path, bytes).unwrap();
    isogloss_hub::sha256_file(&path).unwrap()
}

/// Names of the files in `dir`, sorted.
pub fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// For callers that watch nothing.
pub fn quiet(_: Event<'_>) {}
