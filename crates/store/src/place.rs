//! Where embeddings lie: formats by name, shards in a folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use corpora::Shard;

use crate::{Origin, StoreError, completed, read};

/// A file format of embeddings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One file with ids, languages and vectors.
    Parquet,
    /// An array, with ids and description beside it.
    Npy,
}

impl Format {
    /// The ending of its files' names.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Npy => "npy",
        }
    }

    /// The format of the file `path` by its name.
    pub fn of(path: &Path) -> Result<Self, StoreError> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("parquet") => Ok(Self::Parquet),
            Some("npy") => Ok(Self::Npy),
            _ => Err(name(path, "its name ends neither in `.parquet` nor in `.npy`")),
        }
    }
}

/// The file that `output` asks for. For the whole of a corpus that is `output` itself, whose name
/// must go with `format` if that is given. For a shard it is a file in the folder `output`, called
/// `shard-00003-of-00016.parquet` for `3/16`; the format is Parquet unless it is given.
pub fn place(
    output: &Path,
    format: Option<Format>,
    shard: Option<Shard>,
) -> Result<PathBuf, StoreError> {
    if let Some(shard) = shard {
        if Format::of(output).is_ok() {
            return Err(name(output, "shards are written to a folder, this names a file"));
        }
        let extension = format.unwrap_or(Format::Parquet).extension();
        let (index, count) = (shard.index(), shard.count());
        return Ok(output.join(format!("shard-{index:05}-of-{count:05}.{extension}")));
    }
    let named = Format::of(output)?;
    match format {
        Some(format) if format != named => {
            let problem = format!("its name does not end in `.{}`", format.extension());
            Err(name(output, &problem))
        }
        _ => Ok(output.to_owned()),
    }
}

/// The files of the embeddings at `output`: itself, or all shards of the folder it is, in order.
///
/// A folder must have every shard of one whole, encoded alike; what is missing or differs is named.
pub fn files(output: &Path) -> Result<Vec<PathBuf>, StoreError> {
    if !output.is_dir() {
        return Ok(vec![output.to_owned()]);
    }
    let mut shards = BTreeMap::<Shard, PathBuf>::new();
    for entry in fs::read_dir(output).map_err(StoreError::io(output))? {
        let path = entry.map_err(StoreError::io(output))?.path();
        if let Some(shard) = shard_of(&path)
            && let Some(other) = shards.insert(shard, path.clone())
        {
            return Err(name(&path, &format!("is the same shard as {}", other.display())));
        }
    }
    let (Some(first), Some(last)) = (shards.keys().next(), shards.keys().next_back()) else {
        return Err(name(output, "the folder has no file `shard-…-of-….parquet` or `.npy`"));
    };
    if let Some(other) = shards.keys().find(|shard| shard.count() != first.count()) {
        let problem = format!("the folder has shards of different wholes, {first} and {other}");
        return Err(name(output, &problem));
    }
    let count = last.count();
    let missing: Vec<u32> = (1..=count)
        .filter(|index| Shard::new(*index, count).is_ok_and(|shard| !shards.contains_key(&shard)))
        .collect();
    if !missing.is_empty() {
        let path = output.display().to_string();
        return Err(StoreError::Incomplete { path, missing, count });
    }
    let mut wanted = None;
    for (shard, path) in &shards {
        let mut origin = read(path)?.about().origin.clone();
        if origin.shard != Some(*shard) {
            return Err(name(path, "its name is that of another shard than its content"));
        }
        origin.shard = None;
        let differences = origin.differences(wanted.get_or_insert_with(|| origin.clone()));
        if !differences.is_empty() {
            return Err(StoreError::Differs { path: path.display().to_string(), differences });
        }
    }
    Ok(shards.into_values().collect())
}

/// Checks that a shard of `wanted` may join the ones that the folder `output` has already: a part of
/// another whole, or one encoded otherwise, is an error that names it.
pub fn joins(output: &Path, wanted: &Origin) -> Result<(), StoreError> {
    let Some(wanted_shard) = wanted.shard else { return Ok(()) };
    if !output.is_dir() {
        return Ok(());
    }
    let wanted = Origin { shard: None, ..wanted.clone() };
    let mut paths = fs::read_dir(output)
        .map_err(StoreError::io(output))?
        .map(|entry| Ok(entry.map_err(StoreError::io(output))?.path()))
        .collect::<Result<Vec<_>, StoreError>>()?;
    // The system lists a folder in any order; the same refusal each time is wanted.
    paths.sort();
    for path in paths {
        let Some(shard) = shard_of(&path) else { continue };
        if shard.count() != wanted_shard.count() {
            let problem = format!("is shard {shard}, of another whole than {wanted_shard}");
            return Err(name(&path, &problem));
        }
        let Some(about) = completed(&path)? else { continue };
        let origin = Origin { shard: None, ..about.origin };
        let differences = origin.differences(&wanted);
        if !differences.is_empty() {
            return Err(StoreError::Differs { path: path.display().to_string(), differences });
        }
    }
    Ok(())
}

fn shard_of(path: &Path) -> Option<Shard> {
    Format::of(path).ok()?;
    let (index, count) = path.file_stem()?.to_str()?.strip_prefix("shard-")?.split_once("-of-")?;
    Shard::new(index.parse().ok()?, count.parse().ok()?).ok()
}

fn name(path: &Path, problem: &str) -> StoreError {
    StoreError::Name { path: path.display().to_string(), problem: problem.to_owned() }
}
