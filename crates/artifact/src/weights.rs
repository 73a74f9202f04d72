//! Tensors by name.
//!
//! Reading a file looks at its header alone: each tensor is a range of the file's bytes (see
//! [`Buffer`]), so a file is never copied, and a header that lies about sizes is found out before
//! anything is allocated for it.

use std::collections::BTreeMap;

use safetensors::tensor::{Dtype, Metadata, SafeTensors, TensorView};

use crate::{ArtifactError, Buffer, Kind, Stored};

/// Suffix of the tensor that holds the scales of int8 rows, one f32 each.
pub const SCALE: &str = ".scale";

/// Named tensors with their shapes.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    tensors: BTreeMap<String, (Vec<usize>, Stored)>,
    /// Tensors of types that no encoder reads, such as position ids, with their type.
    unread: BTreeMap<String, String>,
}

impl Weights {
    /// Reads safetensors bytes; `file` is what errors call them.
    pub fn parse(file: &str, bytes: impl Into<Buffer>) -> Result<Self, ArtifactError> {
        let bytes: Buffer = bytes.into();
        let failed = |reason: String| ArtifactError::Safetensors { file: file.to_owned(), reason };
        // Checks that offsets are in order, without gaps, within the file, and as long as shape
        // and type say.
        let (header, metadata): (usize, Metadata) =
            SafeTensors::read_metadata(&bytes).map_err(|e| failed(e.to_string()))?;
        let data = bytes.slice(header + size_of::<u64>()..bytes.len());
        let mut weights = Self::default();
        for (name, info) in metadata.tensors() {
            let (start, end) = info.data_offsets;
            match kind(info.dtype) {
                Some(kind) => {
                    let stored = Stored::new(kind, data.slice(start..end));
                    weights.insert(&name, info.shape.clone(), stored);
                }
                None => weights.note_unread(&name, &info.dtype.to_string()),
            }
        }
        Ok(weights)
    }

    /// Adds or replaces a tensor.
    pub fn insert(&mut self, name: &str, shape: Vec<usize>, values: Stored) {
        self.tensors.insert(name.to_owned(), (shape, values));
    }

    /// Notes a tensor of a type that is not read, so that asking for it says so.
    pub(crate) fn note_unread(&mut self, name: &str, kind: &str) {
        self.unread.insert(name.to_owned(), kind.to_owned());
    }

    /// Takes over the tensors of `other`, each name with `prefix` before it.
    pub fn extend(&mut self, prefix: &str, other: Self) {
        let named = |name: String| format!("{prefix}{name}");
        self.tensors.extend(other.tensors.into_iter().map(|(name, t)| (named(name), t)));
        self.unread.extend(other.unread.into_iter().map(|(name, t)| (named(name), t)));
    }

    /// Takes `prefix` off every name that starts with it.
    #[must_use]
    pub fn without_prefix(self, prefix: &str) -> Self {
        self.renamed(|name| name.strip_prefix(prefix).map(str::to_owned))
    }

    /// Gives tensors the names that `name` has for theirs, where it has one.
    #[must_use]
    pub fn renamed(self, name: impl Fn(&str) -> Option<String>) -> Self {
        let new = |old: String| name(&old).unwrap_or(old);
        Self {
            tensors: self.tensors.into_iter().map(|(name, t)| (new(name), t)).collect(),
            unread: self.unread.into_iter().map(|(name, t)| (new(name), t)).collect(),
        }
    }

    /// Takes tensors out by name.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.tensors.retain(|name, _| keep(name));
        self.unread.retain(|name, _| keep(name));
    }

    /// Names in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// Names of every tensor, of those too whose type is not read.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn listed(&self) -> impl Iterator<Item = &str> {
        self.names().chain(self.unread.keys().map(String::as_str))
    }

    /// Every tensor with its shape, in the order of names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[usize], &Stored)> {
        self.tensors.iter().map(|(name, (shape, stored))| (name.as_str(), shape.as_slice(), stored))
    }

    /// Tensor `name` with its shape, whatever that is.
    pub fn get(&self, name: &str) -> Option<(&[usize], &Stored)> {
        self.tensors.get(name).map(|(shape, stored)| (shape.as_slice(), stored))
    }

    /// Whether there is such a tensor.
    pub fn contains(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// Bytes of all tensors together.
    pub fn bytes(&self) -> u64 {
        self.tensors.values().map(|(_, stored)| stored.bytes().len() as u64).sum()
    }

    /// Compares with the tensors that an encoder asks for.
    ///
    /// Returns the names of tensors that it does not ask for. An error names every tensor that is
    /// missing and every one of another shape, and, since a missing tensor is often one under
    /// another name, those not asked for.
    pub fn fit(&self, expected: &[(String, Vec<usize>)]) -> Result<Vec<String>, ArtifactError> {
        let mut missing = Vec::new();
        let mut shapes = Vec::new();
        for (name, shape) in expected {
            match self.tensors.get(name) {
                None => missing.push(self.absent(name)),
                Some((found, _)) if found != shape => {
                    shapes.push(format!("`{name}` is {found:?} and must be {shape:?}"));
                }
                Some(_) => {}
            }
        }
        let asked: std::collections::BTreeSet<&str> =
            expected.iter().map(|(name, _)| name.as_str()).collect();
        let known = |name: &str| {
            asked.contains(name) || name.strip_suffix(SCALE).is_some_and(|n| asked.contains(n))
        };
        let unread = self.unread.keys().map(String::as_str);
        let unexpected: Vec<String> =
            self.names().chain(unread).filter(|n| !known(n)).map(str::to_owned).collect();
        if missing.is_empty() && shapes.is_empty() {
            return Ok(unexpected);
        }
        Err(ArtifactError::Mismatch { missing, shapes, unexpected })
    }

    fn absent(&self, name: &str) -> String {
        match self.unread.get(name) {
            Some(kind) => format!("`{name}` (stored as {kind}, which is not read)"),
            None => format!("`{name}`"),
        }
    }

    /// The stored values of tensor `name`, whose shape must be `shape`.
    pub fn stored(&self, name: &str, shape: &[usize]) -> Result<&Stored, ArtifactError> {
        let (found, stored) = self
            .tensors
            .get(name)
            .ok_or_else(|| ArtifactError::Missing { name: self.absent(name) })?;
        if found != shape {
            return Err(ArtifactError::Shape {
                name: name.to_owned(),
                found: found.clone(),
                expected: shape.to_vec(),
            });
        }
        Ok(stored)
    }

    /// The values of tensor `name` as f32, row-major; int8 rows times their scales.
    pub fn f32(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ArtifactError> {
        let stored = self.stored(name, shape)?;
        let mut values = stored.to_f32();
        if stored.kind() == Kind::I8 {
            // A scalar is a row of one value.
            let rows = shape.first().copied().unwrap_or(1);
            let scales = self.stored(&format!("{name}{SCALE}"), &[rows])?.to_f32();
            let width = values.len() / rows.max(1);
            for (row, scale) in values.chunks_exact_mut(width.max(1)).zip(scales) {
                for x in row {
                    *x *= scale;
                }
            }
        }
        Ok(values)
    }

    /// The same tensors smaller, as `kind`: floats as f16; as int8, matrices in rows with a scale
    /// each and all else as f16. `kind` is asked for each tensor by name.
    ///
    /// An int8 value is off by at most half a step of 1/127 of its row's largest value.
    #[must_use]
    pub fn compressed(&self, kind: impl Fn(&str) -> Kind) -> Self {
        let mut small = Self::default();
        for (name, shape, stored) in self.iter() {
            if stored.kind() == Kind::I8 || name.ends_with(SCALE) {
                small.insert(name, shape.to_vec(), stored.clone());
                continue;
            }
            match (kind(name), shape) {
                (Kind::I8, &[rows, width]) => {
                    let (values, scales) = stored.int8_rows(width);
                    small.insert(name, shape.to_vec(), values);
                    let scales = Stored::from_f32(&scales);
                    small.insert(&format!("{name}{SCALE}"), vec![rows], scales);
                }
                (Kind::I8 | Kind::F16 | Kind::BF16, _) => {
                    let values = Stored::from_f32_as_f16(&stored.to_f32());
                    small.insert(name, shape.to_vec(), values);
                }
                (Kind::F32, _) => {
                    let values = Stored::from_f32(&stored.to_f32());
                    small.insert(name, shape.to_vec(), values);
                }
            }
        }
        small
    }

    /// The bytes of a safetensors file.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ArtifactError> {
        let failed = |e: safetensors::SafeTensorError| ArtifactError::Safetensors {
            file: super::WEIGHTS.to_owned(),
            reason: e.to_string(),
        };
        let views = self
            .iter()
            .map(|(name, shape, stored)| {
                TensorView::new(dtype(stored.kind()), shape.to_vec(), stored.bytes())
                    .map(|view| (name, view))
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(failed)?;
        // Other tools refuse a file that does not say that its layout is PyTorch's.
        let about = Some([("format".to_owned(), "pt".to_owned())].into());
        safetensors::serialize(views, about).map_err(failed)
    }
}

fn kind(dtype: Dtype) -> Option<Kind> {
    Some(match dtype {
        Dtype::F32 => Kind::F32,
        Dtype::F16 => Kind::F16,
        Dtype::BF16 => Kind::BF16,
        Dtype::I8 => Kind::I8,
        _ => return None,
    })
}

fn dtype(kind: Kind) -> Dtype {
    match kind {
        Kind::F32 => Dtype::F32,
        Kind::F16 => Dtype::F16,
        Kind::BF16 => Dtype::BF16,
        Kind::I8 => Dtype::I8,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn two() -> Weights {
        let mut weights = Weights::default();
        weights.insert("a", vec![2, 2], Stored::from_f32(&[1.0, -2.5, 0.0, 3.25]));
        weights.insert("b", vec![3, 1], Stored::from_i8(&[-127, 0, 127]));
        weights.insert("b.scale", vec![3], Stored::from_f32(&[1.0, 2.0, 0.5]));
        weights
    }

    #[test]
    fn tensors_survive_the_file() {
        let read = Weights::parse("m", two().to_bytes().unwrap()).unwrap();
        assert_eq!(read.f32("a", &[2, 2]).unwrap(), [1.0, -2.5, 0.0, 3.25]);
        assert_eq!(read.f32("b", &[3, 1]).unwrap(), [-127.0, 0.0, 63.5]);
        assert_eq!(read.stored("b", &[3, 1]).unwrap(), &Stored::from_i8(&[-127, 0, 127]));
    }

    #[test]
    fn one_report_names_all_that_does_not_fit() {
        let asked =
            [("a".to_owned(), vec![2, 3]), ("b".to_owned(), vec![3, 1]), ("c".to_owned(), vec![1])];
        let error = two().fit(&asked).unwrap_err().to_string();
        assert!(error.contains("`a` is [2, 2] and must be [2, 3]"), "{error}");
        assert!(error.contains("missing: `c`"), "{error}");
        let asked = [("b".to_owned(), vec![3, 1])];
        assert_eq!(two().fit(&asked).unwrap(), ["a"], "scales belong to their tensor");
    }

    #[test]
    fn what_is_asked_for_singly_is_named_too() {
        let error = two().f32("a", &[3]).unwrap_err().to_string();
        assert!(
            error.contains("`a`") && error.contains("[2, 2]") && error.contains("[3]"),
            "{error}"
        );
        assert!(matches!(two().f32("z", &[1]), Err(ArtifactError::Missing { .. })));
    }

    #[test]
    fn prefixes_come_off_and_go_on() {
        let mut whole = Weights::default();
        whole.extend("bert.", two());
        assert!(whole.contains("bert.a") && whole.without_prefix("bert.").contains("a"));
    }

    #[test]
    fn a_cut_file_is_an_error() {
        let bytes = two().to_bytes().unwrap();
        for length in [0, 7, 20, bytes.len() - 1] {
            assert!(Weights::parse("m", &bytes[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn offsets_that_lie_are_an_error() {
        let bytes = two().to_bytes().unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let offsets = text.find("data_offsets\":[").unwrap() + "data_offsets\":[".len();
        let mut lying = bytes.clone();
        lying[offsets] = b'9';
        assert!(Weights::parse("m", lying).is_err());
        let mut header = bytes;
        header[..8].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(Weights::parse("m", header).is_err());
    }
}
