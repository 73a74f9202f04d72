//! The hub's ordinary cache, shared with Python's `huggingface_hub`.
//!
//! ```text
//! models--owner--name/
//!   blobs/HASH                  content, named by the hub's hash of it
//!   refs/main                   the commit that a branch or tag stood for
//!   snapshots/COMMIT/PATH       links to blobs
//!   .no_exist/COMMIT/PATH       empty: the commit is known not to have this file
//! ```
//!
//! A snapshot may hold a part of a repository only, so being there does not mean being complete.
//! It is complete when everything that a model needs is there (the same rules that choose what to
//! fetch) and when it is known whether the commit has a `modules.json`: without that file a model
//! is read with other pooling, silently. It is known when the file is there, when `.no_exist` says
//! that it is not (we write that as Python's tools do), or when `.gitattributes` is there, which
//! every repository has and only a fetch of all files brings.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use hf_hub::{Cache, CacheRepo, Repo, RepoType};

use crate::names::{ModelName, is_commit, safe_path};
use crate::plan::{MODULES, Plan, Source};
use crate::{Digest, HubError};

/// A model's folder of the cache.
pub(crate) struct ModelCache {
    root: PathBuf,
    entries: CacheRepo,
    name: ModelName,
}

impl ModelCache {
    pub(crate) fn new(cache: &Path, name: &ModelName) -> Self {
        let repo = Repo::with_revision(name.repo.clone(), RepoType::Model, name.revision.clone());
        let root = cache.join(repo.folder_name());
        Self { root, entries: Cache::new(cache.to_owned()).repo(repo), name: name.clone() }
    }

    /// The commit that the revision stands for, as far as the cache knows.
    pub(crate) fn commit(&self) -> Option<String> {
        if is_commit(&self.name.revision) {
            return Some(self.name.revision.clone());
        }
        let commit = fs::read_to_string(self.reference()).ok()?;
        let commit = commit.trim();
        is_commit(commit).then(|| commit.to_owned())
    }

    fn reference(&self) -> PathBuf {
        self.root.join("refs").join(&self.name.revision)
    }

    /// The snapshot of the revision if it is complete; else what is missing.
    pub(crate) fn complete(&self, allow_pickle: bool) -> Result<PathBuf, HubError> {
        let model = self.name.to_string();
        let missing =
            |file: &str| HubError::Missing { model: model.clone(), file: file.to_owned() };
        let commit = self.commit().ok_or_else(|| missing("snapshot in the cache"))?;
        let dir = self.entries.pointer_path(&commit);
        let paths = files_of(&dir);
        let known_absent = self.no_exist(&commit).join(MODULES).exists();
        if !paths.contains(MODULES) && !known_absent && !paths.contains(".gitattributes") {
            return Err(missing("modules.json, or a record that there is none"));
        }
        let source = Source { model: &model, paths: &paths, allow_pickle };
        source.plan(&mut |path| {
            let path = dir.join(path);
            fs::read(&path).map_err(HubError::io(&path))
        })?;
        Ok(dir)
    }

    /// Where the content with this hash lies.
    pub(crate) fn blob(&self, digest: &Digest) -> PathBuf {
        self.entries.blob_path(digest.hex())
    }

    /// The file of the snapshot where it is no link but has the content itself, as tools leave it
    /// on systems without links.
    pub(crate) fn plain(&self, commit: &str, path: &str, digest: &Digest) -> Option<PathBuf> {
        let file = self.entries.pointer_path(commit).join(path);
        let plain = file.symlink_metadata().is_ok_and(|found| found.is_file());
        (plain && digest.of_file(&file).is_ok_and(|hash| hash == digest.hex())).then_some(file)
    }

    /// Links `path` of the commit to its blob and returns the link.
    pub(crate) fn link(
        &self,
        commit: &str,
        path: &str,
        digest: &Digest,
    ) -> Result<PathBuf, HubError> {
        let relative = safe_path(&self.name.repo, path)?;
        let link = self.entries.pointer_path(commit).join(relative);
        let blob = self.blob(digest);
        if let (Ok(there), Ok(wanted)) = (link.canonicalize(), blob.canonicalize())
            && there == wanted
        {
            return Ok(link);
        }
        let parent = artifact::parent_of(&link);
        fs::create_dir_all(parent).map_err(HubError::io(parent))?;
        if link.symlink_metadata().is_ok() {
            fs::remove_file(&link).map_err(HubError::io(&link))?;
        }
        // Relative, so that the cache can be moved: out of the file's folders, the commit's and
        // `snapshots`.
        #[cfg(unix)]
        {
            let up = "../".repeat(relative.components().count() + 1);
            let target = format!("{up}blobs/{}", digest.hex());
            std::os::unix::fs::symlink(target, &link).map_err(HubError::io(&link))?;
        }
        #[cfg(not(unix))]
        if fs::hard_link(&blob, &link).is_err() {
            fs::copy(&blob, &link).map_err(HubError::io(&link))?;
        }
        Ok(link)
    }

    /// Marks the snapshot of `commit` as what the revision stands for. The last step: until then
    /// the revision means what it meant before.
    pub(crate) fn finish(&self, commit: &str, plan: &Plan) -> Result<PathBuf, HubError> {
        let absent = self.no_exist(commit);
        for name in &plan.absent {
            fs::create_dir_all(&absent).map_err(HubError::io(&absent))?;
            let path = absent.join(name);
            fs::write(&path, "").map_err(HubError::io(&path))?;
        }
        if self.name.revision != commit {
            artifact::replace_file(&self.reference(), commit.as_bytes())?;
        }
        Ok(self.entries.pointer_path(commit))
    }

    fn no_exist(&self, commit: &str) -> PathBuf {
        self.root.join(".no_exist").join(commit)
    }
}

/// Paths of the files below `dir`, with `/`; links to nothing do not count.
fn files_of(dir: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![(dir.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(name) = entry.file_name().into_string() else { continue };
            let path = format!("{prefix}{name}");
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push((entry.path(), format!("{path}/")));
            } else if entry.path().is_file() {
                found.insert(path);
            }
        }
    }
    found
}
