//! Names that come from people and from servers.

use std::path::{Component, Path};
use std::str::FromStr;

use crate::HubError;

/// The revision when none is said.
const MAIN: &str = "main";

/// A model of the hub: `name` or `owner/name`, and a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelName {
    /// `name` or `owner/name`.
    pub repo: String,
    /// Branch, tag or commit.
    pub revision: String,
}

impl FromStr for ModelName {
    type Err = HubError;

    fn from_str(text: &str) -> Result<Self, HubError> {
        let wrong =
            |reason: &str| HubError::Name { name: text.to_owned(), reason: reason.to_owned() };
        let (repo, revision) = text.split_once('@').unwrap_or((text, MAIN));
        let parts: Vec<&str> = repo.split('/').collect();
        if parts.len() > 2 {
            return Err(wrong("a model name has at most one slash"));
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        for part in parts {
            if part.is_empty() || !part.chars().all(allowed) {
                return Err(wrong("letters, digits, `-`, `_` and `.` make up a model name"));
            }
            // The cache joins owner and name with `--`.
            if part.starts_with(['.', '-']) || part.contains("..") || part.contains("--") {
                return Err(wrong("a model name has no leading dot or dash, no `..` and no `--`"));
            }
        }
        if revision.is_empty()
            || safe_path("revision", revision).is_err()
            || !revision.chars().all(|c| allowed(c) || c == '/')
        {
            return Err(wrong("the revision is not a branch, tag or commit"));
        }
        Ok(Self { repo: repo.to_owned(), revision: revision.to_owned() })
    }
}

impl std::fmt::Display for ModelName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.repo, self.revision)
    }
}

/// Whether `text` is a full commit hash.
pub(crate) fn is_commit(text: &str) -> bool {
    text.len() == 40 && is_hex(text)
}

/// Whether `text` is lower-case hexadecimal.
pub(crate) fn is_hex(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Checks that `path`, which `origin` named, stays inside the folder that it is joined to on
/// every system: no root, no drive, no `..`, no backslash, no control character.
pub fn safe_path<'a>(origin: &str, path: &'a str) -> Result<&'a Path, HubError> {
    let refused = || HubError::UnsafePath { origin: origin.to_owned(), path: path.to_owned() };
    if path.contains(['\\', ':']) || path.chars().any(char::is_control) {
        return Err(refused());
    }
    let plain = Path::new(path);
    let mut parts = 0;
    for component in plain.components() {
        match component {
            Component::Normal(_) => parts += 1,
            _ => return Err(refused()),
        }
    }
    // Components skip empty and `.` parts; a name that has them is not what it seems.
    if parts == 0 || path.split('/').count() != parts {
        return Err(refused());
    }
    Ok(plain)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn model_names_are_read_and_wrong_ones_refused() {
        let name: ModelName = "intfloat/multilingual-e5-small".parse().unwrap();
        assert_eq!(name.to_string(), "intfloat/multilingual-e5-small@main");
        let name: ModelName = "gpt2@refs/pr/1".parse().unwrap();
        assert_eq!((&*name.repo, &*name.revision), ("gpt2", "refs/pr/1"));
        for wrong in [
            "", "/a", "a/", "a/b/c", "../a", "a/..", "./a", "a b", "a@", "a@../x", "a@/x",
            "a/b@c d", "a--b/c", "a\\b",
        ] {
            assert!(wrong.parse::<ModelName>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn paths_that_leave_their_folder_are_refused() {
        for good in ["config.json", "1_Pooling/config.json", "a..b", "..a/b"] {
            safe_path("test", good).unwrap();
        }
        for bad in [
            "",
            ".",
            "..",
            "/etc/passwd",
            "a/../b",
            "../a",
            "a/..",
            "./a",
            "a//b",
            "a/",
            "a\\b",
            "C:x",
            "a\0b",
            "a\nb",
        ] {
            assert!(safe_path("test", bad).is_err(), "{bad:?}");
        }
    }
}
