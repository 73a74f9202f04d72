//! A file that gets its name only when it is whole.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use artifact::parent_of;
use tempfile::NamedTempFile;

use crate::StoreError;

/// A file beside its place under a hidden name; removed when it is dropped unpublished.
pub(crate) struct Staged {
    file: NamedTempFile,
    target: PathBuf,
}

impl Staged {
    /// Makes an empty file beside `target`, and the folder where there is none.
    pub(crate) fn create(target: &Path) -> Result<Self, StoreError> {
        let folder = parent_of(target);
        fs::create_dir_all(folder).map_err(StoreError::io(folder))?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".isogloss-");
        // Temporary files are private; embeddings are for whoever the umask lets read them.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let file = builder.tempfile_in(folder).map_err(StoreError::io(folder))?;
        Ok(Self { file, target: target.to_owned() })
    }

    /// Where the file will be.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// A handle to write with. It must be dropped before [`Staged::publish`].
    pub(crate) fn handle(&self) -> Result<File, StoreError> {
        self.file.as_file().try_clone().map_err(StoreError::io(&self.target))
    }

    /// Its length in bytes.
    pub(crate) fn bytes(&self) -> Result<u64, StoreError> {
        let metadata = self.file.as_file().metadata().map_err(StoreError::io(&self.target))?;
        Ok(metadata.len())
    }

    /// Renames it to its place once its content is on the disk, so that not even a power cut
    /// leaves a name without content.
    pub(crate) fn publish(self) -> Result<(), StoreError> {
        self.file.as_file().sync_all().map_err(StoreError::io(&self.target))?;
        let persisted = self.file.persist(&self.target);
        persisted.map_err(|error| StoreError::io(&self.target)(error.error))?;
        Ok(())
    }
}
