//! `SHA256SUMS` of a data set's folder.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::HubError;
use crate::names::is_hex;

/// Recorded hashes by path.
pub(super) struct Sums {
    file: PathBuf,
    by_path: BTreeMap<String, String>,
}

impl Sums {
    /// Reads the record of `dir`; none is an empty one.
    pub(super) fn read(dir: &Path) -> Result<Self, HubError> {
        let file = dir.join("SHA256SUMS");
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(HubError::io(&file)(error)),
        };
        let mut by_path = BTreeMap::new();
        for (number, line) in text.lines().enumerate() {
            let (hash, path) = line
                .split_once("  ")
                .filter(|(hash, path)| hash.len() == 64 && is_hex(hash) && !path.is_empty())
                .ok_or_else(|| HubError::Malformed {
                    file: file.display().to_string(),
                    reason: format!("line {}: not `SHA256  PATH`", number + 1),
                })?;
            by_path.insert(path.to_owned(), hash.to_owned());
        }
        Ok(Self { file, by_path })
    }

    /// The recorded hash of `path`.
    pub(super) fn get(&self, path: &str) -> Option<&str> {
        self.by_path.get(path).map(String::as_str)
    }

    /// Records a hash at once, so that a fetch that breaks off forgets nothing.
    pub(super) fn record(&mut self, path: &str, hash: String) -> Result<(), HubError> {
        if self.get(path) == Some(&hash) {
            return Ok(());
        }
        self.by_path.insert(path.to_owned(), hash);
        let mut lines = String::new();
        for (path, hash) in &self.by_path {
            let _ = writeln!(lines, "{hash}  {path}");
        }
        Ok(artifact::replace_file(&self.file, lines.as_bytes())?)
    }
}
