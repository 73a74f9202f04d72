//! Reading and writing model directories.

use crate::{Buffer, FORMAT, FileRecord, Manifest, Provenance};

/// The encoder's config.
pub const CONFIG: &str = "config.json";
/// The tokenizer.
pub const TOKENIZER: &str = "tokenizer.json";
/// The weights.
pub const WEIGHTS: &str = "model.safetensors";
/// The model card, which people write.
#[cfg(not(target_arch = "wasm32"))]
pub const CARD: &str = "README.md";
/// The manifest.
pub const MANIFEST: &str = "manifest.json";

/// The bytes of a model.
#[derive(Clone, Debug)]
pub struct ModelFiles {
    /// `config.json`.
    pub config: Vec<u8>,
    /// `tokenizer.json`.
    pub tokenizer: Vec<u8>,
    /// `model.safetensors`.
    pub weights: Buffer,
    /// `manifest.json`, parsed.
    pub manifest: Manifest,
}

impl ModelFiles {
    /// Puts a manifest over three files.
    pub fn new(
        name: &str,
        config: Vec<u8>,
        tokenizer: Vec<u8>,
        weights: impl Into<Buffer>,
        training: Option<Provenance>,
    ) -> Self {
        let weights = weights.into();
        let files = [(CONFIG, &config[..]), (TOKENIZER, &tokenizer), (WEIGHTS, &weights)]
            .map(|(name, bytes): (&str, &[u8])| (name.to_owned(), FileRecord::of(bytes)))
            .into();
        let manifest = Manifest {
            format: FORMAT,
            name: name.to_owned(),
            files,
            training,
            scores: std::collections::BTreeMap::default(),
        };
        Self { config, tokenizer, weights, manifest }
    }

    /// Bytes of the three files together.
    pub fn bytes(&self) -> u64 {
        self.manifest.files.values().map(|record| record.bytes).sum()
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::fs;
    use std::io::Write;
    use std::path::Path;

    use super::{CARD, CONFIG, MANIFEST, Manifest, ModelFiles, TOKENIZER, WEIGHTS};
    use crate::ArtifactError;

    impl ModelFiles {
        /// Reads and verifies a model directory.
        pub fn read(dir: &Path) -> Result<Self, ArtifactError> {
            let read = |name: &str| {
                let path = dir.join(name);
                fs::read(&path).map_err(ArtifactError::io(&path))
            };
            let manifest = Manifest::parse(&read(MANIFEST)?)?;
            let verified = |name: &str| {
                let bytes = read(name)?;
                manifest.verify(name, &bytes)?;
                Ok(bytes)
            };
            let (config, tokenizer) = (verified(CONFIG)?, verified(TOKENIZER)?);
            let weights = verified(WEIGHTS)?.into();
            Ok(Self { config, tokenizer, weights, manifest })
        }

        /// Writes the model as directory `dir`, replacing one that is there, except for its
        /// `README.md`: the card is its author's.
        pub fn write(&self, dir: &Path) -> Result<(), ArtifactError> {
            stage_directory(dir, |staging| {
                let files: [(&str, &[u8]); 4] = [
                    (CONFIG, &self.config),
                    (TOKENIZER, &self.tokenizer),
                    (WEIGHTS, &self.weights),
                    (MANIFEST, &self.manifest.to_json()),
                ];
                let card = dir.join(CARD);
                if card.is_file() {
                    fs::copy(&card, staging.join(CARD)).map_err(ArtifactError::io(&card))?;
                }
                for (name, bytes) in files {
                    let path = staging.join(name);
                    fs::write(&path, bytes).map_err(ArtifactError::io(&path))?;
                }
                Ok(())
            })
        }
    }

    /// Fills a temporary directory beside `dir` and renames it to `dir`.
    ///
    /// What was at `dir` is kept until the new directory is complete.
    pub fn stage_directory<E: From<ArtifactError>>(
        dir: &Path,
        fill: impl FnOnce(&Path) -> Result<(), E>,
    ) -> Result<(), E> {
        let parent = parent_of(dir);
        fs::create_dir_all(parent).map_err(ArtifactError::io(parent))?;
        let staging = tempfile::Builder::new()
            .prefix(".isogloss-")
            .tempdir_in(parent)
            .map_err(ArtifactError::io(parent))?;
        fill(staging.path())?;
        let old = if dir.exists() {
            let old = tempfile::Builder::new()
                .prefix(".isogloss-old-")
                .tempdir_in(parent)
                .map_err(ArtifactError::io(parent))?;
            fs::rename(dir, old.path().join("old")).map_err(ArtifactError::io(dir))?;
            Some(old)
        } else {
            None
        };
        let staged = staging.keep();
        fs::rename(&staged, dir).map_err(ArtifactError::io(dir))?;
        // Temporary directories are private; a model is for whoever may read its parent.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(dir, fs::Permissions::from_mode(0o755))
                .map_err(ArtifactError::io(dir))?;
        }
        drop(old);
        Ok(())
    }

    /// Writes `bytes` beside `path` and renames them to it.
    pub fn replace_file(path: &Path, bytes: &[u8]) -> Result<(), ArtifactError> {
        let parent = parent_of(path);
        fs::create_dir_all(parent).map_err(ArtifactError::io(parent))?;
        let mut file = tempfile::Builder::new()
            .prefix(".isogloss-")
            .tempfile_in(parent)
            .map_err(ArtifactError::io(parent))?;
        file.write_all(bytes).map_err(ArtifactError::io(path))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let readable = fs::Permissions::from_mode(0o644);
            file.as_file().set_permissions(readable).map_err(ArtifactError::io(path))?;
        }
        file.persist(path).map_err(|error| ArtifactError::io(path)(error.error))?;
        Ok(())
    }

    /// The folder that `path` lies in: `.` for a bare name.
    pub fn parent_of(path: &Path) -> &Path {
        match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
pub use native::{parent_of, replace_file, stage_directory};

#[cfg(all(test, not(target_arch = "wasm32")))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::ArtifactError;

    fn files() -> ModelFiles {
        ModelFiles::new("m", b"{}".to_vec(), b"{}".to_vec(), b"weights".to_vec(), None)
    }

    #[test]
    fn a_model_survives_the_disk_and_is_replaced_whole() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("model");
        files().write(&dir).unwrap();
        std::fs::write(dir.join("stray"), "x").unwrap();
        std::fs::write(dir.join(CARD), "card").unwrap();
        files().write(&dir).unwrap();
        assert_eq!(&*ModelFiles::read(&dir).unwrap().weights, b"weights");
        assert!(!dir.join("stray").exists());
        assert_eq!(std::fs::read_to_string(dir.join(CARD)).unwrap(), "card");
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 1, "nothing left beside it");
    }

    #[test]
    fn altered_and_cut_files_are_refused() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("model");
        files().write(&dir).unwrap();
        std::fs::write(dir.join(WEIGHTS), "weightz").unwrap();
        assert!(matches!(ModelFiles::read(&dir), Err(ArtifactError::Hash { .. })));
        std::fs::write(dir.join(WEIGHTS), "wei").unwrap();
        assert!(matches!(ModelFiles::read(&dir), Err(ArtifactError::Length { .. })));
    }

    #[test]
    fn a_failed_write_leaves_the_old_model() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("model");
        files().write(&dir).unwrap();
        let failed: Result<(), ArtifactError> = stage_directory(&dir, |_| {
            Err(ArtifactError::Unlisted { file: "disk full, say".to_owned() })
        });
        assert!(failed.is_err());
        assert!(ModelFiles::read(&dir).is_ok());
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 1);
    }
}
