//! Values of one tensor in the type they were stored in.
//!
//! Values are widened to f32 when they are asked for, not before: a vocabulary table stays in the
//! bytes of its file and is widened row by row.

use std::fmt;
use std::ops::Range;

use half::{bf16, f16};

use crate::Buffer;

/// How a value is stored, little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 32-bit floats.
    F32,
    /// 16-bit floats (IEEE).
    F16,
    /// 16-bit floats with the exponent of f32.
    BF16,
    /// Signed bytes; the scale of each row is another tensor.
    I8,
}

impl Kind {
    /// Bytes of one value.
    pub fn size(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 | Self::BF16 => 2,
            Self::I8 => 1,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::BF16 => "bf16",
            Self::I8 => "int8",
        })
    }
}

/// Floats that are little-endian bytes as they lie in memory.
struct Floats(Vec<f32>);

impl AsRef<[u8]> for Floats {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(&self.0)
    }
}

/// The values of a tensor, row-major.
#[derive(Clone, Debug)]
pub struct Stored {
    kind: Kind,
    bytes: Buffer,
}

impl Stored {
    /// Values of `kind` in `bytes`, a whole number of them.
    pub(crate) fn new(kind: Kind, bytes: Buffer) -> Self {
        debug_assert!(bytes.len().is_multiple_of(kind.size()), "whole values");
        Self { kind, bytes }
    }

    /// Keeps `values` as f32.
    pub fn from_f32(values: &[f32]) -> Self {
        let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        Self::new(Kind::F32, bytes.into())
    }

    /// Takes `values` as they are, without a copy.
    pub fn of_f32(values: Vec<f32>) -> Self {
        if cfg!(target_endian = "big") {
            return Self::from_f32(&values);
        }
        Self::new(Kind::F32, Buffer::new(Floats(values)))
    }

    /// Keeps `values` rounded to f16.
    pub fn from_f32_as_f16(values: &[f32]) -> Self {
        let bytes: Vec<u8> = values.iter().flat_map(|&x| f16::from_f32(x).to_le_bytes()).collect();
        Self::new(Kind::F16, bytes.into())
    }

    /// Keeps signed bytes.
    pub fn from_i8(values: &[i8]) -> Self {
        let bytes: Vec<u8> = values.iter().map(|x| x.to_le_bytes()[0]).collect();
        Self::new(Kind::I8, bytes.into())
    }

    /// How the values are stored.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.bytes.len() / self.kind.size()
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The bytes as they are in a file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The values `range`, still in their stored type and sharing memory.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let size = self.kind.size();
        Self::new(self.kind, self.bytes.slice(range.start * size..range.end * size))
    }

    /// The values of `parts`, all of `kind`, one after the other.
    pub fn concat(kind: Kind, parts: &[Self]) -> Self {
        debug_assert!(parts.iter().all(|part| part.kind == kind), "one kind");
        let bytes: Vec<u8> = parts.iter().flat_map(|part| part.bytes.iter().copied()).collect();
        Self::new(kind, bytes.into())
    }

    /// Widens the values `range` into `out`, without any scale.
    ///
    /// # Panics
    ///
    /// When `range` lies outside, or `out` has another length.
    pub fn read(&self, range: Range<usize>, out: &mut [f32]) {
        assert_eq!(range.len(), out.len(), "room for the values asked for");
        let size = self.kind.size();
        let bytes = &self.bytes[range.start * size..range.end * size];
        match self.kind {
            Kind::F32 => {
                for (o, &b) in out.iter_mut().zip(bytes.as_chunks::<4>().0) {
                    *o = f32::from_le_bytes(b);
                }
            }
            Kind::F16 => {
                for (o, &b) in out.iter_mut().zip(bytes.as_chunks::<2>().0) {
                    *o = f16::from_le_bytes(b).to_f32();
                }
            }
            Kind::BF16 => {
                for (o, &b) in out.iter_mut().zip(bytes.as_chunks::<2>().0) {
                    *o = bf16::from_le_bytes(b).to_f32();
                }
            }
            Kind::I8 => {
                for (o, &b) in out.iter_mut().zip(bytes) {
                    *o = f32::from(i8::from_le_bytes([b]));
                }
            }
        }
    }

    /// Rows of `width` values as int8, with what to multiply each row by.
    pub fn int8_rows(&self, width: usize) -> (Self, Vec<f32>) {
        let rows = self.len() / width.max(1);
        let mut scales = Vec::with_capacity(rows);
        let mut bytes = Vec::with_capacity(rows * width);
        let mut row = vec![0.0_f32; width];
        for at in 0..rows {
            self.read(at * width..(at + 1) * width, &mut row);
            let largest = row.iter().fold(0.0_f32, |m, x| m.max(x.abs()));
            let scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
            scales.push(scale);
            bytes.extend(row.iter().map(|x| (x / scale).round() as i8));
        }
        (Self::from_i8(&bytes), scales)
    }

    /// Values as f32, without any scale.
    pub fn to_f32(&self) -> Vec<f32> {
        let mut values = vec![0.0; self.len()];
        self.read(0..self.len(), &mut values);
        values
    }
}

impl PartialEq for Stored {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.bytes[..] == other.bytes[..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_widens_to_what_was_meant() {
        let values = [1.0, -2.5, 0.0, 65_504.0];
        assert_eq!(Stored::from_f32(&values).to_f32(), values);
        assert_eq!(Stored::from_f32_as_f16(&values).to_f32(), values);
        let bytes: Vec<u8> =
            [1.0, -2.5].iter().flat_map(|&x| bf16::from_f32(x).to_le_bytes()).collect();
        assert_eq!(Stored::new(Kind::BF16, bytes.into()).to_f32(), [1.0, -2.5]);
        assert_eq!(Stored::from_i8(&[-127, 3]).to_f32(), [-127.0, 3.0]);
    }

    #[test]
    fn a_slice_reads_as_the_values_it_is_of() {
        let stored = Stored::from_f32_as_f16(&[0.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(stored.slice(1..4).slice(1..3).to_f32(), [2.0, 3.0]);
    }
}
