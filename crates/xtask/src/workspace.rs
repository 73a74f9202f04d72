//! Where things are.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::TaskError;
use crate::program::{ask, cargo};

/// The folders that the tasks work in.
///
/// Asked of Cargo when a task starts rather than fixed when it was compiled: checkouts that share
/// a target folder may share this program, too.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// The checkout.
    pub root: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
    /// Where tools are kept between runs: `isogloss` in the user's cache folder.
    pub cache: PathBuf,
}

impl Workspace {
    /// The workspace that the current folder belongs to.
    pub fn find() -> Result<Self, TaskError> {
        let json = ask(cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
        let metadata: Value = serde_json::from_str(&json).map_err(|error| TaskError::Content {
            path: "cargo metadata".into(),
            reason: error.to_string(),
        })?;
        let folder = |name: &str| {
            metadata[name].as_str().map(PathBuf::from).ok_or_else(|| TaskError::Content {
                path: "cargo metadata".into(),
                reason: format!("it has no `{name}`"),
            })
        };
        let root = folder("workspace_root")?;
        Ok(Self { target: folder("target_directory")?, cache: cache_folder()?, root })
    }

    /// The version that the lock file has for a package.
    pub fn locked_version(&self, package: &str) -> Result<String, TaskError> {
        let path = self.root.join("Cargo.lock");
        let text = std::fs::read_to_string(&path)
            .map_err(|source| TaskError::File { path: path.clone(), source })?;
        version_in_lock(&path, &text, package)
    }
}

fn cache_folder() -> Result<PathBuf, TaskError> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let base = set("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| set("HOME").map(|home| Path::new(&home).join(".cache")));
    base.map(|base| base.join("isogloss")).ok_or_else(|| TaskError::Missing {
        what: "a folder for tools".to_owned(),
        remedy: "set HOME or XDG_CACHE_HOME".to_owned(),
    })
}

fn version_in_lock(path: &Path, text: &str, package: &str) -> Result<String, TaskError> {
    let wrong = |reason: String| TaskError::Content { path: path.to_owned(), reason };
    let lock: toml::Table = text.parse().map_err(|error| wrong(format!("{error}")))?;
    let packages = lock.get("package").and_then(toml::Value::as_array);
    let mut versions = packages.into_iter().flatten().filter_map(|entry| {
        let name = entry.get("name")?.as_str()?;
        entry.get("version")?.as_str().filter(|_| name == package)
    });
    match (versions.next(), versions.next()) {
        (Some(version), None) => Ok(version.to_owned()),
        (None, _) => Err(wrong(format!("it does not have the package `{package}`"))),
        (Some(one), Some(two)) => {
            Err(wrong(format!("it has `{package}` twice, as {one} and {two}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"
        version = 4
        [[package]]
        name = "wasm-bindgen"
        version = "0.2.130"
        [[package]]
        name = "syn"
        version = "1.0.0"
        [[package]]
        name = "syn"
        version = "2.0.0"
    "#;

    #[test]
    fn the_lock_file_has_the_version() {
        let version = |package| version_in_lock(Path::new("Cargo.lock"), LOCK, package);
        assert_eq!(version("wasm-bindgen").unwrap(), "0.2.130");
        assert!(version("syn").unwrap_err().to_string().contains("1.0.0 and 2.0.0"));
        assert!(version("serde").unwrap_err().to_string().contains("`serde`"));
    }

    #[test]
    fn the_workspace_is_found_with_the_locked_wasm_bindgen() {
        let workspace = Workspace::find().unwrap();
        assert!(workspace.root.join("crates/xtask").is_dir());
        let version = workspace.locked_version("wasm-bindgen").unwrap();
        assert!(version.starts_with("0.2."), "{version}");
    }
}
