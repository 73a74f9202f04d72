//! Where the files of a model come from: a folder, a page's downloads, bytes in a test.

use crate::{ArtifactError, ModelFiles, WEIGHTS, Weights};

/// The files of one model.
pub trait Source {
    /// What errors call the model.
    fn place(&self) -> String;

    /// The bytes of file `name`, a path within the model, if it is there.
    fn file(&self, name: &str) -> Result<Option<Vec<u8>>, ArtifactError>;

    /// The weights in the sub-folder `folder`; the model's own if that is empty.
    fn weights(&self, folder: &str) -> Result<Weights, ArtifactError>;

    /// The bytes of file `name`, without which this is no model.
    fn need(&self, name: &str) -> Result<Vec<u8>, ArtifactError> {
        self.file(name)?
            .ok_or_else(|| ArtifactError::NoModel { path: self.place(), missing: name.to_owned() })
    }
}

impl Source for ModelFiles {
    fn place(&self) -> String {
        self.manifest.name.clone()
    }

    fn file(&self, name: &str) -> Result<Option<Vec<u8>>, ArtifactError> {
        Ok(match name {
            crate::CONFIG => Some(self.config.clone()),
            crate::TOKENIZER => Some(self.tokenizer.clone()),
            _ => None,
        })
    }

    fn weights(&self, folder: &str) -> Result<Weights, ArtifactError> {
        if folder.is_empty() {
            return Weights::parse(WEIGHTS, self.weights.clone());
        }
        Err(ArtifactError::NoWeights { path: folder.to_owned() })
    }
}
