//! What a repository of the hub holds.
//!
//! One request lists every file with its length and hash (`blobs=true`): SHA-256 for large files,
//! git's blob SHA-1 for small ones. These are also the names that the cache gives its blobs. The
//! answer names the commit, and files are then asked for by that commit, so that a push in the
//! middle of a fetch cannot mix two versions.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use hf_hub::Repo;
use serde::Deserialize;

use crate::names::{is_commit, is_hex, safe_path};
use crate::{Client, Digest, HubError, OnEvent, Settings};

/// The files of one commit.
#[derive(Debug)]
pub(crate) struct Listing {
    /// The commit.
    pub commit: String,
    /// Its files by path.
    pub files: BTreeMap<String, Remote>,
    /// Address that paths are appended to, with a final slash.
    base: String,
}

/// One file.
#[derive(Debug)]
pub(crate) struct Remote {
    pub size: u64,
    pub digest: Digest,
}

#[derive(Deserialize)]
struct Answer {
    sha: String,
    siblings: Vec<Sibling>,
}

#[derive(Deserialize)]
struct Sibling {
    rfilename: String,
    size: Option<u64>,
    #[serde(rename = "blobId")]
    blob_id: Option<String>,
    lfs: Option<Lfs>,
}

#[derive(Deserialize)]
struct Lfs {
    sha256: String,
    size: u64,
}

impl Listing {
    /// Asks the hub about `repo`, which messages call `name`.
    pub(crate) fn fetch(
        client: &Client,
        settings: &Settings,
        repo: &Repo,
        name: &str,
        on: &mut OnEvent,
    ) -> Result<Self, HubError> {
        let endpoint = settings.endpoint.trim_end_matches('/');
        let url = format!("{endpoint}/api/{}?blobs=true", repo.api_url());
        let answer: Answer = client.json(&url, name, settings.token.as_deref(), on)?;
        if !is_commit(&answer.sha) {
            let reason = format!("`{}` is not a commit", answer.sha);
            return Err(HubError::Malformed { file: url, reason });
        }
        let mut files = BTreeMap::new();
        for sibling in answer.siblings {
            safe_path(&url, &sibling.rfilename)?;
            let file = sibling.rfilename.clone();
            let remote = sibling.remote().ok_or_else(|| HubError::Malformed {
                file: url.clone(),
                reason: format!("`{file}` is listed without a length and a hash"),
            })?;
            files.insert(file, remote);
        }
        let base = format!("{endpoint}/{}/resolve/{}/", repo.url(), answer.sha);
        Ok(Self { commit: answer.sha, files, base })
    }

    /// The address of the file at `path`.
    pub(crate) fn url(&self, path: &str) -> String {
        let mut url = self.base.clone();
        for byte in path.bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
                url.push(char::from(byte));
            } else {
                let _ = write!(url, "%{byte:02X}");
            }
        }
        url
    }
}

impl Sibling {
    /// Length and hash, if both are listed and well formed.
    fn remote(self) -> Option<Remote> {
        if let Some(lfs) = self.lfs {
            let valid = lfs.sha256.len() == 64 && is_hex(&lfs.sha256);
            return valid.then_some(Remote { size: lfs.size, digest: Digest::Sha256(lfs.sha256) });
        }
        let id = self.blob_id.filter(|id| is_commit(id))?;
        Some(Remote { size: self.size?, digest: Digest::GitBlobSha1(id) })
    }
}
