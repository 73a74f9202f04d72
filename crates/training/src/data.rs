//! Reading the files that a run names.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use artifact::FileRecord;
use corpora::Split;
use corpora::lexicon::Lexicon;
use corpora::training::{Builder, TrainingSet};

use crate::{DataSettings, TrainingError};

/// Files by the name that the model's manifest has them under.
pub(crate) type Records = BTreeMap<String, FileRecord>;

/// The texts of `data`; of LAReQA folders the part of `split`.
pub(crate) fn read(
    data: &DataSettings,
    split: Split,
) -> Result<(TrainingSet, Records), TrainingError> {
    let mut builder = Builder::new();
    let mut files = BTreeMap::new();
    let mut record = |path: &PathBuf| -> Result<(), TrainingError> {
        // Two files of one name are told apart by where they lie.
        let name = file_name(path);
        let taken = files.contains_key(&name);
        let name = if taken { path.display().to_string() } else { name };
        files.insert(name, FileRecord::of(&read_file(path)?));
        Ok(())
    };
    for path in &data.pairs {
        builder.pairs(path)?;
        record(path)?;
    }
    for path in &data.parallel {
        builder.parallel(path)?;
        record(path)?;
    }
    for path in &data.bitext {
        builder.bitext(path)?;
        record(path)?;
    }
    for path in &data.lexicon {
        builder.lexicon(path)?;
        record(path)?;
    }
    for path in &data.dictionaries {
        record(path)?;
    }
    for dir in &data.lareqa {
        builder.lareqa(dir, None, split)?;
        inside(dir)?.iter().try_for_each(&mut record)?;
    }
    Ok((builder.finish()?, files))
}

/// The words that texts are switched with.
pub(crate) fn dictionaries(data: &DataSettings) -> Result<Lexicon, TrainingError> {
    let mut lexicon = Lexicon::new();
    let named = if data.dictionaries.is_empty() { &data.lexicon } else { &data.dictionaries };
    for path in named {
        lexicon.read(path)?;
    }
    Ok(lexicon)
}

/// The licences of the run file, by training file: one of a folder is that of all its files.
pub(crate) fn licences(
    data: &DataSettings,
    files: &Records,
) -> Result<BTreeMap<String, String>, TrainingError> {
    let mut licences = BTreeMap::new();
    for (named, licence) in &data.licences {
        let mut state = |file: String| licences.insert(file, licence.clone());
        let dir = data.lareqa.iter().find(|dir| dir.file_name() == Some(named.as_ref()));
        if let Some(dir) = dir {
            inside(dir)?.iter().for_each(|path| drop(state(file_name(path))));
        } else if files.contains_key(named) {
            state(named.clone());
        } else {
            return Err(TrainingError::Setting {
                field: "data.licences",
                reason: format!("`{named}` is no file or folder of the data"),
            });
        }
    }
    Ok(licences)
}

pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, TrainingError> {
    std::fs::read(path).map_err(|source| {
        TrainingError::Artifact(artifact::ArtifactError::Io {
            path: path.display().to_string(),
            source,
        })
    })
}

/// What a manifest calls a training file.
fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// The files of a folder in LAReQA's layout, in the order of their names.
fn inside(dir: &Path) -> Result<Vec<PathBuf>, TrainingError> {
    let mut inside: Vec<PathBuf> = std::fs::read_dir(dir)
        .map_err(|source| artifact::ArtifactError::Io { path: dir.display().to_string(), source })?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    inside.sort();
    Ok(inside)
}
