//! From a model's name to a directory with its files.
//!
//! [`Hub::resolve`] is what every command uses in place of a path: a directory is itself, a name
//! is looked up in the cache, and only what is not complete there is fetched. A branch therefore
//! keeps meaning the commit that was fetched last; [`Hub::fetch_model`] asks the hub what it means
//! now. A commit never changes, so a complete snapshot of one needs no network at all.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use hf_hub::{Repo, RepoType};

use crate::cache::ModelCache;
use crate::listing::Listing;
use crate::names::{ModelName, is_commit};
use crate::plan::Source;
use crate::{Client, Download, HubError, OnEvent, Settings};

/// The hub and its cache.
#[derive(Debug)]
pub struct Hub {
    pub(crate) settings: Settings,
    pub(crate) client: Client,
}

impl Hub {
    /// With these settings.
    pub fn new(settings: Settings) -> Self {
        let client = Client::new(settings.retries.clone());
        Self { settings, client }
    }

    /// With the settings of the environment.
    pub fn from_env() -> Result<Self, HubError> {
        Ok(Self::new(Settings::from_env()?))
    }

    /// The directory that `name_or_path` means: itself if it is one, else the model's snapshot
    /// in the cache, fetched if it is not complete there. `allow_pickle` lets `.bin` weights
    /// stand in where there are no safetensors.
    pub fn resolve(
        &self,
        name_or_path: &str,
        allow_pickle: bool,
        on: &mut OnEvent,
    ) -> Result<PathBuf, HubError> {
        if Path::new(name_or_path).is_dir() {
            return Ok(PathBuf::from(name_or_path));
        }
        let name: ModelName = name_or_path.parse()?;
        match self.cache(&name).complete(allow_pickle) {
            Ok(dir) => Ok(dir),
            Err(_) => self.fetch_model(&name, allow_pickle, on),
        }
    }

    /// The snapshot of what the revision means on the hub now, complete in the cache.
    pub fn fetch_model(
        &self,
        name: &ModelName,
        allow_pickle: bool,
        on: &mut OnEvent,
    ) -> Result<PathBuf, HubError> {
        let cache = self.cache(name);
        if self.settings.offline || is_commit(&name.revision) {
            match cache.complete(allow_pickle) {
                Err(error) if self.settings.offline => return Err(self.offline(name, error)),
                Err(_) => {}
                complete => return complete,
            }
        }
        let label = name.to_string();
        let repo = Repo::with_revision(name.repo.clone(), RepoType::Model, name.revision.clone());
        let listing = Listing::fetch(&self.client, &self.settings, &repo, &label, on)?;
        let paths: BTreeSet<String> = listing.files.keys().cloned().collect();
        let source = Source { model: &label, paths: &paths, allow_pickle };
        let plan = source.plan(&mut |path| {
            let file = self.bring(&cache, &listing, path, on)?;
            fs::read(&file).map_err(HubError::io(&file))
        })?;
        for path in &plan.files {
            self.bring(&cache, &listing, path, on)?;
        }
        cache.finish(&listing.commit, &plan)
    }

    /// Has a file of the listing in the cache and returns its link. A blob of the right length is
    /// taken as it is: it got its name after its hash had been checked.
    fn bring(
        &self,
        cache: &ModelCache,
        listing: &Listing,
        path: &str,
        on: &mut OnEvent,
    ) -> Result<PathBuf, HubError> {
        let remote = listing.files.get(path).ok_or_else(|| HubError::Missing {
            model: listing.commit.clone(),
            file: path.to_owned(),
        })?;
        let blob = cache.blob(&remote.digest);
        if !blob.exists()
            && let Some(file) = cache.plain(&listing.commit, path, &remote.digest)
        {
            return Ok(file);
        }
        if let Ok(there) = blob.metadata()
            && there.len() != remote.size
        {
            fs::remove_file(&blob).map_err(HubError::io(&blob))?;
        }
        if !blob.exists() {
            let url = listing.url(path);
            let download = Download {
                url: &url,
                name: path,
                token: self.settings.token.as_deref(),
                size: Some(remote.size),
                digest: Some(&remote.digest),
            };
            self.client.download(&download, &blob, on)?;
        }
        cache.link(&listing.commit, path, &remote.digest)
    }

    fn cache(&self, name: &ModelName) -> ModelCache {
        ModelCache::new(&self.settings.cache, name)
    }

    fn offline(&self, name: &ModelName, error: HubError) -> HubError {
        match error {
            HubError::PickleOnly { .. } => error,
            error => HubError::Offline {
                name: name.to_string(),
                cache: self.settings.cache.display().to_string(),
                missing: error.to_string(),
            },
        }
    }
}
