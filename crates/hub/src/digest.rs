//! The two hashes that files are published with.
//!
//! The hub lists large files by SHA-256 and small ones by the SHA-1 of git's blob, which covers a
//! header with the length. A hash is taken over the finished file, not while it arrives: after a
//! resume the bytes of the earlier run have to be read anyway, and one way is enough.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// A hash that a file must have, in lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Digest {
    /// SHA-256 of the bytes.
    Sha256(String),
    /// SHA-1 of `blob`, the length and the bytes, as git takes it.
    GitBlobSha1(String),
}

impl Digest {
    /// What errors call it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sha256(_) => "SHA-256",
            Self::GitBlobSha1(_) => "git blob SHA-1",
        }
    }

    /// The hexadecimal digits.
    pub fn hex(&self) -> &str {
        match self {
            Self::Sha256(hex) | Self::GitBlobSha1(hex) => hex,
        }
    }

    /// The hash of the same kind of the file at `path`.
    pub(crate) fn of_file(&self, path: &Path) -> io::Result<String> {
        match self {
            Self::Sha256(_) => sha256_file(path),
            Self::GitBlobSha1(_) => {
                let length = path.metadata()?.len();
                hash(path, Sha1::new_with_prefix(format!("blob {length}\0")))
            }
        }
    }
}

/// SHA-256 of the file at `path`, in lower-case hexadecimal.
pub fn sha256_file(path: &Path) -> io::Result<String> {
    hash(path, Sha256::new())
}

fn hash<H: sha2::Digest>(path: &Path, mut hasher: H) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
    }
    let mut hex = String::new();
    for byte in hasher.finalize() {
        let _ = write!(hex, "{byte:02x}");
    }
    Ok(hex)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_git_and_sha256sum() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        std::fs::write(&path, "hello\n").unwrap();
        let git = Digest::GitBlobSha1(String::new()).of_file(&path).unwrap();
        assert_eq!(git, "ce013625030ba8dba906f756967f9e9ca394464a");
        assert_eq!(
            sha256_file(&path).unwrap(),
            "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
        );
    }
}
