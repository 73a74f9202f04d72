//! A model directory as it is found: one of ours, or one that others published.
//!
//! Ours has a manifest, and what it lists is checked against it before it is parsed. A published
//! one has none: its files are read with limits, and nothing they say is believed before it is
//! checked against something else.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::{ArtifactError, Buffer, MANIFEST, Manifest, Source, WEIGHTS, Weights, sha256_hex};

/// Bytes of a JSON file at most: the largest tokenizer published is some 40 MB.
const LIMIT: u64 = 256 << 20;

/// A folder with a model in it.
#[derive(Clone, Debug)]
pub struct Directory {
    path: PathBuf,
    manifest: Option<Manifest>,
    pickle: bool,
}

impl Directory {
    /// Opens the folder `path`; `.bin` weights are read only if `pickle` allows it.
    pub fn open(path: &Path, pickle: bool) -> Result<Self, ArtifactError> {
        // A path that is not there is told apart from a folder that is no model.
        fs::metadata(path).map_err(ArtifactError::io(path))?;
        let manifest = path.join(MANIFEST);
        let manifest = if manifest.is_file() {
            Some(Manifest::parse(&read_limited(&manifest)?)?)
        } else {
            None
        };
        Ok(Self { path: path.to_owned(), manifest, pickle })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The manifest, if the model is one of ours.
    pub fn manifest(&self) -> Option<&Manifest> {
        self.manifest.as_ref()
    }

    /// SHA-256 over the names and hashes of the files that decide embeddings: everything in JSON
    /// and every file of weights, in the folder and the folders of its modules.
    ///
    /// A file that the manifest lists counts with the hash there, which it had to have to be read.
    pub fn fingerprint(&self) -> Result<String, ArtifactError> {
        let mut names = Vec::new();
        for entry in read_dir(&self.path)? {
            if entry.is_dir() {
                names.extend(read_dir(&entry)?);
            } else {
                names.push(entry);
            }
        }
        names.retain(|path| {
            let extension = path.extension().and_then(|e| e.to_str());
            let counts = matches!(extension, Some("json" | "safetensors" | "bin"));
            // Scores are entered into the manifest later.
            counts && path.is_file() && path.file_name() != Some(MANIFEST.as_ref())
        });
        names.sort();
        let mut text = String::new();
        for path in names {
            let name = path.strip_prefix(&self.path).unwrap_or(&path).display().to_string();
            let hash = match self.manifest.as_ref().and_then(|m| m.files.get(&name)) {
                Some(record) => record.sha256.clone(),
                None => sha256_hex(&Buffer::map(&path)?),
            };
            text.extend([&name, " ", &hash, "\n"]);
        }
        Ok(sha256_hex(text.as_bytes()))
    }

    /// The model's name: the manifest's, else the folder's.
    pub fn name(&self) -> String {
        if let Some(manifest) = &self.manifest {
            return manifest.name.clone();
        }
        // `.` and the like name a folder only once they are resolved.
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        // A hub's cache keeps a model under the hash of its revision, in a folder
        // `models--OWNER--NAME/snapshots`.
        let cached = path.ancestors().nth(2).and_then(Path::file_name).and_then(|folder| {
            folder.to_string_lossy().strip_prefix("models--").map(|n| n.replace("--", "/"))
        });
        cached.or(name).unwrap_or_else(|| "model".to_owned())
    }
}

impl Source for Directory {
    fn place(&self) -> String {
        self.path.display().to_string()
    }

    fn file(&self, name: &str) -> Result<Option<Vec<u8>>, ArtifactError> {
        let path = self.path.join(name);
        if !path.is_file() {
            return Ok(None);
        }
        let bytes = read_limited(&path)?;
        if let Some(record) = self.manifest.as_ref().and_then(|m| m.files.get(name)) {
            record.verify(name, &bytes)?;
        }
        Ok(Some(bytes))
    }

    fn weights(&self, folder: &str) -> Result<Weights, ArtifactError> {
        let Some(manifest) = self.manifest.as_ref().filter(|_| folder.is_empty()) else {
            // Joined with nothing, a path would end in a slash in messages.
            let path = if folder.is_empty() { self.path.clone() } else { self.path.join(folder) };
            return Weights::open(&path, self.pickle);
        };
        let bytes = Buffer::map(&self.path.join(WEIGHTS))?;
        manifest.verify(WEIGHTS, &bytes)?;
        Weights::parse(WEIGHTS, bytes)
    }
}

fn read_dir(path: &Path) -> Result<Vec<PathBuf>, ArtifactError> {
    let entries = fs::read_dir(path).map_err(ArtifactError::io(path))?;
    entries.map(|entry| Ok(entry.map_err(ArtifactError::io(path))?.path())).collect()
}

/// Reads a file that is held in memory as a whole.
pub(crate) fn read_limited(path: &Path) -> Result<Vec<u8>, ArtifactError> {
    let file = File::open(path).map_err(ArtifactError::io(path))?;
    let mut bytes = Vec::new();
    file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(ArtifactError::io(path))?;
    if bytes.len() as u64 > LIMIT {
        let found = fs::metadata(path).map_or(bytes.len() as u64, |m| m.len());
        return Err(ArtifactError::TooLarge {
            path: path.display().to_string(),
            found,
            limit: LIMIT,
        });
    }
    Ok(bytes)
}
