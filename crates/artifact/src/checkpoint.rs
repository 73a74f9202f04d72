//! Weights as they are published: one file, shards with an index, or `PyTorch`'s own format.
//!
//! Safetensors files are mapped. `PyTorch`'s `.bin` is a pickle, a format made to run code; it is
//! read by a parser that runs none, and still only on request, because a person should know.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

use pytorch_reader::{DType, PytorchReader};
use serde::Deserialize;

use crate::{ArtifactError, Buffer, Kind, Stored, Weights};

const INDEX: &str = "model.safetensors.index.json";
const PICKLE: &str = "pytorch_model.bin";
const PICKLE_INDEX: &str = "pytorch_model.bin.index.json";

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

impl Weights {
    /// Reads the weights in folder `dir`; a `.bin` only if `pickle` allows it.
    pub fn open(dir: &Path, pickle: bool) -> Result<Self, ArtifactError> {
        let single = dir.join(crate::WEIGHTS);
        if single.is_file() {
            return Self::map(&single);
        }
        if dir.join(INDEX).is_file() {
            return sharded(dir, INDEX, Self::map);
        }
        let bins = [(PICKLE, false), (PICKLE_INDEX, true)];
        for (name, shards) in bins {
            let path = dir.join(name);
            if !path.is_file() {
                continue;
            }
            if !pickle {
                return Err(ArtifactError::Pickle { path: path.display().to_string() });
            }
            return if shards { sharded(dir, name, unpickle) } else { unpickle(&path) };
        }
        Err(ArtifactError::NoWeights { path: dir.display().to_string() })
    }

    /// Reads a safetensors file where it lies.
    pub fn map(path: &Path) -> Result<Self, ArtifactError> {
        Self::parse(&path.display().to_string(), Buffer::map(path)?)
    }
}

fn sharded(
    dir: &Path,
    index: &str,
    read: impl Fn(&Path) -> Result<Weights, ArtifactError>,
) -> Result<Weights, ArtifactError> {
    let path = dir.join(index);
    let shown = path.display().to_string();
    let bytes = crate::read_limited(&path)?;
    let map: Index =
        serde_json::from_slice(&bytes).map_err(|error| ArtifactError::json(&shown, &error))?;
    let shards: BTreeSet<&str> = map.weight_map.values().map(String::as_str).collect();
    let mut whole = Weights::default();
    for shard in shards {
        // The index is as untrusted as the rest: a shard lies beside it, nowhere else.
        let mut parts = Path::new(shard).components();
        let plain = matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None));
        if !plain {
            return Err(ArtifactError::Shard { index: shown, shard: shard.to_owned() });
        }
        let mut part = read(&dir.join(shard))?;
        // A tensor counts where the index says it lies.
        part.retain(|name| map.weight_map.get(name).is_some_and(|file| file == shard));
        whole.extend("", part);
    }
    let all: BTreeSet<&str> = whole.listed().collect();
    let missing: Vec<String> = map
        .weight_map
        .iter()
        .filter(|(name, _)| !all.contains(name.as_str()))
        .map(|(name, shard)| format!("`{name}` (listed for {shard})"))
        .collect();
    if missing.is_empty() {
        return Ok(whole);
    }
    Err(ArtifactError::Mismatch { missing, shapes: Vec::new(), unexpected: Vec::new() })
}

fn unpickle(path: &Path) -> Result<Weights, ArtifactError> {
    let failed =
        |reason: String| ArtifactError::Unpickle { path: path.display().to_string(), reason };
    let reader = PytorchReader::new(path).map_err(|error| failed(error.to_string()))?;
    let mut weights = Weights::default();
    for (name, tensor) in reader.tensors() {
        let kind = match tensor.dtype() {
            DType::F32 => Kind::F32,
            DType::F16 => Kind::F16,
            DType::BF16 => Kind::BF16,
            other => {
                weights.note_unread(name, &format!("{other:?}"));
                continue;
            }
        };
        let bytes = tensor.read().map_err(|error| failed(format!("`{name}`: {error}")))?;
        let shape = tensor.shape().to_vec();
        let count = shape.iter().try_fold(kind.size(), |n, &d| n.checked_mul(d));
        if count != Some(bytes.len()) {
            return Err(failed(format!("`{name}` has {} bytes for {shape:?}", bytes.len())));
        }
        weights.insert(name, shape, Stored::new(kind, bytes.into()));
    }
    Ok(weights)
}
