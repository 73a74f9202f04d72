//! What can go wrong on the way to a file.

use std::io;
use std::path::Path;

/// An error of this crate. Every variant names the address, file or name.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// The server could not be reached, or every attempt broke off.
    #[error(
        "{url}: {reason} (gave up after {attempts} attempts; what arrived is kept for the next one)"
    )]
    Unreachable {
        /// What was asked for.
        url: String,
        /// What the last attempt met.
        reason: String,
        /// Attempts without progress.
        attempts: u32,
    },
    /// The server has no such file.
    #[error("{name} was not found at {url}")]
    NotFound {
        /// File, model or data set.
        name: String,
        /// Its address.
        url: String,
    },
    /// The server wants to know who asks.
    #[error(
        "{url}: the server refused with {status}: a token may be needed (set HF_TOKEN; a gated \
         model or data set also wants its conditions accepted on its page), or the name is wrong"
    )]
    Forbidden {
        /// What was asked for.
        url: String,
        /// 401 or 403.
        status: u16,
    },
    /// Another status that repeating would not change.
    #[error("{url}: the server answered {status}")]
    Status {
        /// What was asked for.
        url: String,
        /// The status.
        status: u16,
    },
    /// The request itself is impossible (address, TLS, redirects).
    #[error("{url}: {reason}")]
    Request {
        /// What was asked for.
        url: String,
        /// Why not.
        reason: String,
    },
    /// The file has another length than listed.
    #[error("{url}: {found} bytes where {expected} were expected")]
    Length {
        /// The file's address.
        url: String,
        /// Bytes expected.
        expected: u64,
        /// Bytes offered.
        found: u64,
    },
    /// The file has another hash than listed. What arrived was deleted.
    #[error("{url}: the {kind} is {found} where {expected} was expected; the file was deleted")]
    Hash {
        /// The file's address.
        url: String,
        /// Kind of hash.
        kind: &'static str,
        /// Hash expected.
        expected: String,
        /// Hash found.
        found: String,
    },
    /// The disk is full. What arrived stays beside the final name.
    #[error("{path}: the disk is full; make room and run the command again, it resumes")]
    DiskFull {
        /// The file being written.
        path: String,
    },
    /// Reading or writing failed.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// Another process fetches the same file.
    #[error("{path}: another process is fetching this file")]
    Busy {
        /// The unfinished file.
        path: String,
    },
    /// A name from elsewhere would lead out of its folder.
    #[error("{origin} names the file `{path}`, which is not a plain relative path: refused")]
    UnsafePath {
        /// Who names it.
        origin: String,
        /// The name.
        path: String,
    },
    /// A document is not what it should be.
    #[error("{file}: {reason}")]
    Malformed {
        /// File or address.
        file: String,
        /// What is wrong, with its place.
        reason: String,
    },
    /// The model lacks a file that it needs.
    #[error("{model} has no {file}")]
    Missing {
        /// The model.
        model: String,
        /// The file.
        file: String,
    },
    /// The weights are a pickle only.
    #[error(
        "{model} has its weights only as {file}, a pickle, which can run code where it is read \
         by others; pass --allow-pickle to fetch it"
    )]
    PickleOnly {
        /// The model.
        model: String,
        /// The file.
        file: String,
    },
    /// Offline, and not (wholly) in the cache.
    #[error("{name} is not complete in the cache at {cache} and HF_HUB_OFFLINE is set: {missing}")]
    Offline {
        /// Model or data set.
        name: String,
        /// The cache, or the folder of the data.
        cache: String,
        /// What is missing.
        missing: String,
    },
    /// Neither a directory nor a name that the hub could know.
    #[error("`{name}` is neither a directory nor a model name (owner/name[@revision]): {reason}")]
    Name {
        /// What was given.
        name: String,
        /// Why it is neither.
        reason: String,
    },
    /// No data set of that name.
    #[error("there is no data set `{name}`; there are: {known}")]
    NoDataSet {
        /// What was given.
        name: String,
        /// The names of the table.
        known: String,
    },
    /// A file on the disk differs from what was fetched.
    #[error(
        "{path} was altered: its hash is {found} where {expected} was expected; remove it to fetch \
         it again"
    )]
    Altered {
        /// The file.
        path: String,
        /// Hash pinned, recorded or listed.
        expected: String,
        /// Hash found.
        found: String,
    },
    /// The home directory is unknown.
    #[error("no home directory: set HF_HOME or HF_HUB_CACHE to say where the cache is")]
    NoHome,
}

impl HubError {
    /// What the system said about `path`; a full disk has a variant of its own.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| {
            let path = path.display().to_string();
            match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    Self::DiskFull { path }
                }
                _ => Self::Io { path, source },
            }
        }
    }

    /// What serde found wrong in `file`.
    pub(crate) fn json(file: &str, error: &serde_json::Error) -> Self {
        Self::Malformed { file: file.to_owned(), reason: error.to_string() }
    }
}

impl From<artifact::ArtifactError> for HubError {
    fn from(error: artifact::ArtifactError) -> Self {
        match error {
            artifact::ArtifactError::Io { path, source } => Self::io(Path::new(&path))(source),
            other => Self::Malformed { file: "model".to_owned(), reason: other.to_string() },
        }
    }
}
