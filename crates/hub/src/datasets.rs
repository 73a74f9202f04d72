//! From a data set's name to its files under a folder.
//!
//! Files are laid as they are published (archives stay packed: the readers know the layout inside,
//! and unpacking would part the files from the hash of the archive). Every file's SHA-256 is
//! recorded in `SHA256SUMS` of the set's folder, in the form that `sha256sum -c` reads. Where the
//! table pins a hash, or the hub lists one, the file must have it; else the first fetch records
//! what came, and later fetches must bring and find the same (trust on first use).

mod markdown;
mod sums;
mod table;

use std::path::{Path, PathBuf};

use hf_hub::{Repo, RepoType};

pub use markdown::markdown;
pub use table::{find, table};

use crate::listing::Listing;
use crate::names::safe_path;
use crate::{Digest, Download, Hub, HubError, OnEvent, sha256_file};
use sums::Sums;

/// A data set: what it is and where its files are.
#[derive(Clone, Debug)]
pub struct DataSet {
    /// Name, and name of its folder.
    pub name: String,
    /// What it is and what it serves for, with the state of our knowledge of its layout.
    pub what: String,
    /// Its home page.
    pub source: String,
    /// SPDX identifier, or words where there is none.
    pub licence: String,
    /// Its files.
    pub files: Vec<Files>,
}

impl DataSet {
    /// Bytes of the set together in words, or how many files of unknown length it has.
    pub fn size(&self) -> String {
        let sizes = self.files.iter().map(|file| match file {
            Files::Url { size, .. } => *size,
            Files::Hub { .. } => None,
        });
        let listed = self.files.iter().any(|file| matches!(file, Files::Hub { .. }));
        match (sizes.sum::<Option<u64>>(), self.files.len()) {
            (Some(bytes), _) => format!("{:.1} MB", bytes as f64 / 1e6),
            (None, _) if listed => "listed by the hub".to_owned(),
            (None, 1) => "unknown, 1 file".to_owned(),
            (None, files) => format!("unknown, {files} files"),
        }
    }
}

/// Files of a data set.
#[derive(Clone, Debug)]
pub enum Files {
    /// One file at an address of its own.
    Url {
        /// The address.
        url: String,
        /// Path below the set's folder.
        path: String,
        /// Length in bytes, where known.
        size: Option<u64>,
        /// SHA-256, where known.
        sha256: Option<String>,
    },
    /// Files of a data set repository of the hub, which lists their lengths and hashes.
    Hub {
        /// `owner/name`.
        repo: String,
        /// Branch, tag or commit.
        revision: String,
        /// Only files whose path starts so.
        under: String,
        /// Only files whose path ends in one of these.
        endings: &'static [&'static str],
        /// Folder to lay them in: empty, or with a final slash.
        into: String,
    },
}

/// One file on its way.
struct Item<'a> {
    url: &'a str,
    path: &'a str,
    token: Option<&'a str>,
    size: Option<u64>,
    digest: Option<Digest>,
}

impl Hub {
    /// Lays `set` as `root/NAME` and returns that folder. What is there and unaltered is kept.
    pub fn fetch_data(
        &self,
        set: &DataSet,
        root: &Path,
        on: &mut OnEvent,
    ) -> Result<PathBuf, HubError> {
        let dir = root.join(safe_path("the table of data sets", &set.name)?);
        let mut sums = Sums::read(&dir)?;
        for files in &set.files {
            match files {
                Files::Url { url, path, size, sha256 } => {
                    let digest = sha256.clone().map(Digest::Sha256);
                    let item = Item { url, path, token: None, size: *size, digest };
                    self.lay(set, &dir, &item, &mut sums, on)?;
                }
                Files::Hub { repo, revision, under, endings, into } => {
                    self.require_network(set, &dir, &format!("the listing of {repo}"))?;
                    let entry =
                        Repo::with_revision(repo.clone(), RepoType::Dataset, revision.clone());
                    let listing = Listing::fetch(&self.client, &self.settings, &entry, repo, on)?;
                    let mut found = false;
                    for (path, remote) in &listing.files {
                        let chosen = endings.iter().any(|ending| path.ends_with(ending));
                        if !chosen || !path.starts_with(under) {
                            continue;
                        }
                        found = true;
                        let item = Item {
                            url: &listing.url(path),
                            path: &format!("{into}{path}"),
                            token: self.settings.token.as_deref(),
                            size: Some(remote.size),
                            digest: Some(remote.digest.clone()),
                        };
                        self.lay(set, &dir, &item, &mut sums, on)?;
                    }
                    if !found {
                        let name = format!("{under}*{{{}}}", endings.join(","));
                        let url = format!("{}/datasets/{repo}", self.settings.endpoint);
                        return Err(HubError::NotFound { name, url });
                    }
                }
            }
        }
        Ok(dir)
    }

    /// Has one file in place, verified and recorded.
    fn lay(
        &self,
        set: &DataSet,
        dir: &Path,
        item: &Item<'_>,
        sums: &mut Sums,
        on: &mut OnEvent,
    ) -> Result<(), HubError> {
        let dest = dir.join(safe_path("the listing", item.path)?);
        let recorded = sums.get(item.path).map(str::to_owned);
        // What was fetched stays, even if the hub has another version by now.
        let digest = recorded.map(Digest::Sha256).or(item.digest.clone());
        if dest.exists() {
            let found = digest.as_ref().map(|digest| (digest, digest.of_file(&dest)));
            if let Some((digest, found)) = found {
                let found = found.map_err(HubError::io(&dest))?;
                if found != digest.hex() {
                    let (path, expected) = (dest.display().to_string(), digest.hex().to_owned());
                    return Err(HubError::Altered { path, expected, found });
                }
            }
            return sums.record(item.path, sha256(&dest, digest)?);
        }
        self.require_network(set, dir, item.path)?;
        // Now the table and the hub come first: a record says what was there, not what is right.
        let digest = item.digest.clone().or(digest);
        let download = Download {
            url: item.url,
            name: item.path,
            token: item.token,
            size: item.size,
            digest: digest.as_ref(),
        };
        self.client.download(&download, &dest, on)?;
        sums.record(item.path, sha256(&dest, digest)?)
    }

    fn require_network(&self, set: &DataSet, dir: &Path, missing: &str) -> Result<(), HubError> {
        if !self.settings.offline {
            return Ok(());
        }
        Err(HubError::Offline {
            name: set.name.clone(),
            cache: dir.display().to_string(),
            missing: missing.to_owned(),
        })
    }
}

/// SHA-256 of `file`, which is known if that is the hash it was verified by.
fn sha256(file: &Path, verified: Option<Digest>) -> Result<String, HubError> {
    match verified {
        Some(Digest::Sha256(hash)) => Ok(hash),
        _ => sha256_file(file).map_err(HubError::io(file)),
    }
}
