//! Tensors in a safetensors file.
//!
//! Values are converted to f32 when they are asked for, not before: a vocabulary table stays in
//! the bytes it was stored in (see [`Stored`]) and is widened row by row.

use half::{bf16, f16};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::ArtifactError;

/// Values of one tensor in their stored type.
#[derive(Clone, Debug, PartialEq)]
pub enum Stored {
    /// 32-bit floats.
    F32(Vec<f32>),
    /// 16-bit floats.
    F16(Vec<f16>),
    /// Signed bytes; their scale is another tensor.
    I8(Vec<i8>),
}

impl Stored {
    fn dtype(&self) -> Dtype {
        match self {
            Self::F32(_) => Dtype::F32,
            Self::F16(_) => Dtype::F16,
            Self::I8(_) => Dtype::I8,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::F32(v) => v.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Self::F16(v) => v.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Self::I8(v) => v.iter().map(|&x| x.to_le_bytes()[0]).collect(),
        }
    }

    /// Values as f32, without any scale.
    pub fn to_f32(&self) -> Vec<f32> {
        match self {
            Self::F32(v) => v.clone(),
            Self::F16(v) => v.iter().map(|x| x.to_f32()).collect(),
            Self::I8(v) => v.iter().map(|&x| f32::from(x)).collect(),
        }
    }
}

/// Named tensors with their shapes.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    tensors: std::collections::BTreeMap<String, (Vec<usize>, Stored)>,
}

impl Weights {
    /// Reads safetensors bytes; `file` is what errors call them.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, ArtifactError> {
        let failed = |reason: String| ArtifactError::Safetensors { file: file.to_owned(), reason };
        let parsed = SafeTensors::deserialize(bytes).map_err(|e| failed(e.to_string()))?;
        let mut weights = Self::default();
        for (name, view) in parsed.tensors() {
            // Types that no encoder here reads (position ids and the like) are left out; a
            // tensor that is needed and stored so is reported as missing by name.
            if let Some(stored) = widen(&view) {
                weights.insert(&name, view.shape().to_vec(), stored);
            }
        }
        Ok(weights)
    }

    /// Adds or replaces a tensor.
    pub fn insert(&mut self, name: &str, shape: Vec<usize>, values: Stored) {
        self.tensors.insert(name.to_owned(), (shape, values));
    }

    /// Names in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// Whether there is such a tensor.
    pub fn contains(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// The stored values of tensor `name`, whose shape must be `shape`.
    pub fn stored(&self, name: &str, shape: &[usize]) -> Result<&Stored, ArtifactError> {
        let (found, stored) = self
            .tensors
            .get(name)
            .ok_or_else(|| ArtifactError::Missing { name: name.to_owned() })?;
        if found != shape {
            return Err(ArtifactError::Shape {
                name: name.to_owned(),
                found: found.clone(),
                expected: shape.to_vec(),
            });
        }
        Ok(stored)
    }

    /// The values of tensor `name` as f32, row-major.
    pub fn f32(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ArtifactError> {
        self.stored(name, shape).map(Stored::to_f32)
    }

    /// Every floating-point tensor as f16; integer rows stay as they are.
    #[must_use]
    pub fn to_f16(&self) -> Self {
        let tensors = self.tensors.iter().map(|(name, (shape, stored))| {
            let stored = match stored {
                Stored::F32(v) => Stored::F16(v.iter().map(|&x| f16::from_f32(x)).collect()),
                other => other.clone(),
            };
            (name.clone(), (shape.clone(), stored))
        });
        Self { tensors: tensors.collect() }
    }

    /// The bytes of a safetensors file.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ArtifactError> {
        let failed = |e: safetensors::SafeTensorError| ArtifactError::Safetensors {
            file: super::WEIGHTS.to_owned(),
            reason: e.to_string(),
        };
        let bytes: Vec<_> = self.tensors.values().map(|(_, stored)| stored.bytes()).collect();
        let views = self
            .tensors
            .iter()
            .zip(&bytes)
            .map(|((name, (shape, stored)), data)| {
                TensorView::new(stored.dtype(), shape.clone(), data).map(|v| (name.clone(), v))
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(failed)?;
        safetensors::serialize(views, None).map_err(failed)
    }
}

fn widen(view: &TensorView<'_>) -> Option<Stored> {
    let data = view.data();
    Some(match view.dtype() {
        Dtype::F32 => {
            Stored::F32(data.as_chunks::<4>().0.iter().map(|&b| f32::from_le_bytes(b)).collect())
        }
        Dtype::F16 => {
            Stored::F16(data.as_chunks::<2>().0.iter().map(|&b| f16::from_le_bytes(b)).collect())
        }
        Dtype::BF16 => Stored::F32(
            data.as_chunks::<2>().0.iter().map(|&b| bf16::from_le_bytes(b).to_f32()).collect(),
        ),
        Dtype::I8 => Stored::I8(data.iter().map(|&b| i8::from_le_bytes([b])).collect()),
        _ => return None,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn tensors_survive_the_file() {
        let mut weights = Weights::default();
        weights.insert("a", vec![2, 2], Stored::F32(vec![1.0, -2.5, 0.0, 3.25]));
        weights.insert("b", vec![3], Stored::I8(vec![-127, 0, 127]));
        let read = Weights::parse("m", &weights.to_bytes().unwrap()).unwrap();
        assert_eq!(read.f32("a", &[2, 2]).unwrap(), [1.0, -2.5, 0.0, 3.25]);
        assert_eq!(read.stored("b", &[3]).unwrap(), &Stored::I8(vec![-127, 0, 127]));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let mut weights = Weights::default();
        weights.insert("a", vec![2], Stored::F32(vec![1.0, 2.0]));
        let error = weights.f32("a", &[3]).unwrap_err().to_string();
        assert!(error.contains("`a`") && error.contains("[2]") && error.contains("[3]"), "{error}");
        assert!(matches!(weights.f32("z", &[1]), Err(ArtifactError::Missing { .. })));
    }

    #[test]
    fn a_cut_file_is_an_error() {
        let mut weights = Weights::default();
        weights.insert("a", vec![64], Stored::F32(vec![1.0; 64]));
        let bytes = weights.to_bytes().unwrap();
        for length in [0, 7, 20, bytes.len() - 1] {
            assert!(Weights::parse("m", &bytes[..length]).is_err(), "{length} bytes");
        }
    }
}
