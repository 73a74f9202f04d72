//! Where the hub and its cache are.
//!
//! The variables are those of the hub's own tools, with the same order of precedence, so that a
//! machine set up for them needs nothing else. They are read once, here; everything else takes
//! the values, which tests set without touching the process.

use std::path::PathBuf;

use hf_hub::Cache;

use crate::{HubError, Retries};

/// The hub when nothing else is said.
const ENDPOINT: &str = "https://huggingface.co";

/// Where to fetch from and to.
#[derive(Clone)]
pub struct Settings {
    /// Address of the hub, without a final slash.
    pub endpoint: String,
    /// The cache (`models--a--b/{blobs,refs,snapshots}` lie in it).
    pub cache: PathBuf,
    /// The token, if any. It is sent to the endpoint alone.
    pub token: Option<String>,
    /// Use the cache only.
    pub offline: bool,
    /// Rules of repetition.
    pub retries: Retries,
}

/// Without the token, which has no place in a log.
impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { endpoint, cache, token, offline, retries } = self;
        f.debug_struct("Settings")
            .field("endpoint", endpoint)
            .field("cache", cache)
            .field("token", &token.as_ref().map(|_| "..."))
            .field("offline", offline)
            .field("retries", retries)
            .finish()
    }
}

impl Settings {
    /// From `HF_ENDPOINT`, `HF_HUB_CACHE`, `HF_HOME`, `XDG_CACHE_HOME`, `HF_TOKEN` (else the
    /// token file beside the cache) and `HF_HUB_OFFLINE`.
    pub fn from_env() -> Result<Self, HubError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// Like [`Settings::from_env`], with `variable` in place of the environment.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, HubError> {
        let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let home = set("HF_HOME")
            .map(PathBuf::from)
            .or_else(|| set("XDG_CACHE_HOME").map(|dir| PathBuf::from(dir).join("huggingface")))
            .or_else(|| std::env::home_dir().map(|dir| dir.join(".cache").join("huggingface")));
        let cache = match (set("HF_HUB_CACHE").or_else(|| set("HUGGINGFACE_HUB_CACHE")), &home) {
            (Some(cache), _) => PathBuf::from(cache),
            (None, Some(home)) => home.join("hub"),
            (None, None) => return Err(HubError::NoHome),
        };
        let token_file = || home.and_then(|home| Cache::new(home.join("hub")).token());
        let endpoint = set("HF_ENDPOINT").unwrap_or_else(|| ENDPOINT.to_owned());
        let offline = set("HF_HUB_OFFLINE")
            .is_some_and(|value| ["1", "on", "yes", "true"].contains(&&*value.to_lowercase()));
        Ok(Self {
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            cache,
            token: set("HF_TOKEN").map(|token| token.trim().to_owned()).or_else(token_file),
            offline,
            retries: Retries::default(),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn settings(variables: &[(&str, &str)]) -> Settings {
        Settings::from_variables(|name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
        .unwrap()
    }

    #[test]
    fn variables_have_the_precedence_of_the_hubs_own_tools() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("token"), "from-file\n").unwrap();
        let home = home.path().to_str().unwrap();

        let plain = settings(&[("HF_HOME", home), ("XDG_CACHE_HOME", "/elsewhere")]);
        assert_eq!(plain.cache, PathBuf::from(home).join("hub"));
        assert_eq!(plain.endpoint, ENDPOINT);
        assert_eq!(plain.token.as_deref(), Some("from-file"));
        assert!(!plain.offline);

        let all = settings(&[
            ("HF_HOME", home),
            ("HF_HUB_CACHE", "/cache"),
            ("HF_ENDPOINT", "http://mirror/"),
            ("HF_TOKEN", " t "),
            ("HF_HUB_OFFLINE", "True"),
        ]);
        assert_eq!(all.cache, PathBuf::from("/cache"));
        assert_eq!(all.endpoint, "http://mirror");
        assert_eq!(all.token.as_deref(), Some("t"));
        assert!(!format!("{all:?}").contains("\"t\""));
        assert!(all.offline);

        let xdg = settings(&[("XDG_CACHE_HOME", "/x"), ("HF_HUB_OFFLINE", "0"), ("HF_HOME", "")]);
        assert_eq!(xdg.cache, PathBuf::from("/x/huggingface/hub"));
        assert!(!xdg.offline);
    }
}
