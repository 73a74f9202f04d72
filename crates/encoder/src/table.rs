//! The vocabulary table.
//!
//! Rows are kept as they were stored (f32, f16, or int8 with one scale per row) and widened to
//! f32 when gathered. An int8 row is a quarter of its f32 size; its largest error is half a step
//! of 1/127 of the row's largest value.

use artifact::{ArtifactError, Stored, Weights};
use half::f16;

/// `[rows, dimension]`, on the host.
#[derive(Clone, Debug)]
pub struct Table {
    dimension: usize,
    rows: usize,
    values: Stored,
    /// One per row, for int8 values; else empty.
    scales: Vec<f32>,
}

/// Suffix of the tensor that holds the scales of int8 rows.
const SCALES: &str = ".scale";

impl Table {
    /// Reads tensor `name` of `weights`, with its scales if the rows are int8.
    pub fn load(
        weights: &Weights,
        name: &str,
        rows: usize,
        dimension: usize,
    ) -> Result<Self, ArtifactError> {
        let values = weights.stored(name, &[rows, dimension])?.clone();
        let scales = match values {
            Stored::I8(_) => weights.f32(&format!("{name}{SCALES}"), &[rows])?,
            _ => Vec::new(),
        };
        Ok(Self { dimension, rows, values, scales })
    }

    /// A table of f32 rows; `values` is row-major.
    ///
    /// # Panics
    ///
    /// When `values` is not a whole number of rows.
    pub fn from_f32(dimension: usize, values: Vec<f32>) -> Self {
        assert!(values.len().is_multiple_of(dimension), "rows of {dimension} values");
        let rows = values.len() / dimension;
        Self { dimension, rows, values: Stored::F32(values), scales: Vec::new() }
    }

    /// Length of a row.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Adds the table to `weights` under `name`.
    pub fn store(&self, weights: &mut Weights, name: &str) {
        weights.insert(name, vec![self.rows, self.dimension], self.values.clone());
        if let Stored::I8(_) = self.values {
            let scales = Stored::F32(self.scales.clone());
            weights.insert(&format!("{name}{SCALES}"), vec![self.rows], scales);
        }
    }

    /// All rows as f32, row-major.
    pub fn to_f32(&self) -> Vec<f32> {
        let mut values = vec![0.0; self.rows * self.dimension];
        for (id, out) in values.chunks_exact_mut(self.dimension).enumerate() {
            self.read(id, out);
        }
        values
    }

    /// The same rows as int8 with a scale per row.
    #[must_use]
    pub fn to_int8(&self) -> Self {
        let mut scales = Vec::with_capacity(self.rows);
        let mut bytes = Vec::with_capacity(self.rows * self.dimension);
        for row in self.to_f32().chunks_exact(self.dimension) {
            let largest = row.iter().fold(0.0_f32, |m, x| m.max(x.abs()));
            let scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
            scales.push(scale);
            bytes.extend(row.iter().map(|x| (x / scale).round() as i8));
        }
        Self { values: Stored::I8(bytes), scales, ..*self }
    }

    /// The same rows as f16.
    #[must_use]
    pub fn to_f16(&self) -> Self {
        let values = self.to_f32().into_iter().map(f16::from_f32).collect();
        Self { values: Stored::F16(values), scales: Vec::new(), ..*self }
    }

    fn read(&self, id: usize, out: &mut [f32]) {
        let range = id * self.dimension..(id + 1) * self.dimension;
        match &self.values {
            Stored::F32(v) => out.copy_from_slice(&v[range]),
            Stored::F16(v) => {
                for (o, x) in out.iter_mut().zip(&v[range]) {
                    *o = x.to_f32();
                }
            }
            Stored::I8(v) => {
                let scale = self.scales[id];
                for (o, &x) in out.iter_mut().zip(&v[range]) {
                    *o = f32::from(x) * scale;
                }
            }
        }
    }

    /// The rows of `ids`, row-major `[ids.len(), dimension]`.
    pub fn gather(&self, ids: &[u32]) -> Vec<f32> {
        let mut out = vec![0.0; ids.len() * self.dimension];
        #[cfg(not(target_arch = "wasm32"))]
        {
            use rayon::prelude::*;
            out.par_chunks_mut(self.dimension * 256).zip(ids.par_chunks(256)).for_each(
                |(out, ids)| {
                    for (row, &id) in out.chunks_exact_mut(self.dimension).zip(ids) {
                        self.read(id as usize, row);
                    }
                },
            );
        }
        #[cfg(target_arch = "wasm32")]
        for (row, &id) in out.chunks_exact_mut(self.dimension).zip(ids) {
            self.read(id as usize, row);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table::from_f32(4, (0..12).map(|i| (i as f32 - 6.0) / 3.0).collect())
    }

    #[test]
    fn rows_come_in_the_order_asked_for() {
        let table = table();
        let all = table.to_f32();
        let gathered = table.gather(&[2, 0, 2]);
        assert_eq!(&gathered[..4], &all[8..]);
        assert_eq!(&gathered[4..8], &all[..4]);
        assert_eq!(&gathered[8..], &all[8..]);
    }

    #[test]
    fn int8_rows_are_within_half_a_step_and_survive_a_file() {
        let table = table();
        let small = table.to_int8();
        let mut weights = Weights::default();
        small.store(&mut weights, "t");
        let read = Table::load(&weights, "t", 3, 4).expect("both tensors are there");
        for (row, (a, b)) in table.to_f32().chunks(4).zip(read.to_f32().chunks(4)).enumerate() {
            let step = a.iter().fold(0.0_f32, |m, x| m.max(x.abs())) / 127.0;
            for (x, y) in a.iter().zip(b) {
                assert!((x - y).abs() <= step / 2.0 + 1e-6, "row {row}: {x} became {y}");
            }
        }
    }

    #[test]
    fn a_row_of_zeros_stays_zero() {
        let zeros = Table::from_f32(2, vec![0.0; 4]).to_int8().to_f32();
        assert_eq!(zeros, [0.0; 4]);
    }
}
