//! A hub on loopback whose one model, `owner/name`, is a folder.

#![allow(clippy::unwrap_used, reason = "a test's panic is its failure")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use artifact::sha256_hex;
use serde_json::{Value, json};

use super::server::{Reply, Seen};

pub const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// The files of the repository.
#[derive(Clone)]
pub struct Repository(BTreeMap<String, Vec<u8>>);

impl Repository {
    pub fn of(folder: &Path) -> Self {
        let files = super::listing(folder).into_iter().filter(|(path, _)| path.is_file());
        let named = |path: &Path| path.strip_prefix(folder).unwrap().display().to_string();
        Self(files.map(|(path, _)| (named(&path), fs::read(&path).unwrap())).collect())
    }

    pub fn without(mut self, path: &str) -> Self {
        self.0.remove(path).unwrap();
        self
    }

    pub fn file(&self, path: &str) -> &[u8] {
        &self.0[path]
    }

    /// Answers as the hub does.
    pub fn answer(&self, seen: &Seen) -> Reply {
        if seen.path == "/api/models/owner/name/revision/main?blobs=true" {
            let file = |(path, content): (&String, &Vec<u8>)| {
                json!({"rfilename": path,
                    "lfs": {"sha256": sha256_hex(content), "size": content.len()}})
            };
            let files: Vec<Value> = self.0.iter().map(file).collect();
            let listing = json!({"id": "owner/name", "sha": COMMIT, "siblings": files});
            return Reply::whole(listing.to_string().as_bytes());
        }
        let path = seen.path.strip_prefix(&format!("/owner/name/resolve/{COMMIT}/"));
        match path.and_then(|path| self.0.get(path)) {
            Some(content) => Reply::file(seen, content, "tag"),
            None => Reply::status(404),
        }
    }
}
