//! The vocabulary table.
//!
//! Rows are kept as they were stored (f32, f16, bf16, or int8 with one scale per row), where a
//! file is mapped without a copy, and widened to f32 when gathered. An int8 row is a quarter of its
//! f32 size; its largest error is half a step of 1/127 of the row's largest value.

use artifact::{ArtifactError, Kind, SCALE, Stored, Weights};

/// `[rows, dimension]`, on the host.
#[derive(Clone, Debug)]
pub struct Table {
    dimension: usize,
    rows: usize,
    values: Stored,
    /// One per row, for int8 values; else empty.
    scales: Vec<f32>,
}

impl Table {
    /// Reads tensor `name` of `weights`, with its scales if the rows are int8.
    pub fn load(
        weights: &Weights,
        name: &str,
        rows: usize,
        dimension: usize,
    ) -> Result<Self, ArtifactError> {
        let values = weights.stored(name, &[rows, dimension])?.clone();
        let scales = match values.kind() {
            Kind::I8 => weights.f32(&format!("{name}{SCALE}"), &[rows])?,
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
        Self { dimension, rows, values: Stored::of_f32(values), scales: Vec::new() }
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
        if self.values.kind() == Kind::I8 {
            let scales = Stored::from_f32(&self.scales);
            weights.insert(&format!("{name}{SCALE}"), vec![self.rows], scales);
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
        let (values, scales) = Stored::from_f32(&self.to_f32()).int8_rows(self.dimension);
        Self { values, scales, ..*self }
    }

    /// The same rows as f16.
    #[must_use]
    pub fn to_f16(&self) -> Self {
        let values = Stored::from_f32_as_f16(&self.to_f32());
        Self { values, scales: Vec::new(), ..*self }
    }

    /// The rows `ids`, as they are stored, as a table of their own.
    #[must_use]
    pub fn rows_of(&self, ids: &[u32]) -> Self {
        let size = self.dimension;
        let rows = ids.iter().map(|&id| id as usize);
        let parts: Vec<Stored> =
            rows.clone().map(|id| self.values.slice(id * size..(id + 1) * size)).collect();
        let scales = rows.filter_map(|id| self.scales.get(id)).copied().collect();
        Self {
            rows: ids.len(),
            values: Stored::concat(self.values.kind(), &parts),
            scales,
            ..*self
        }
    }

    /// Widens row `id` into `out`, of length [`Table::dimension`].
    ///
    /// # Panics
    ///
    /// When there is no such row.
    pub fn read(&self, id: usize, out: &mut [f32]) {
        let range = id * self.dimension..(id + 1) * self.dimension;
        self.values.read(range, out);
        if let Some(scale) = self.scales.get(id) {
            for o in out {
                *o *= scale;
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
        let values: Vec<f32> = (0..12).map(|i| (i as f32 - 6.0) / 3.0).collect();
        Table::from_f32(4, values)
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
    fn chosen_rows_keep_their_bits() {
        for table in [table(), table().to_f16(), table().to_int8()] {
            assert_eq!(table.rows_of(&[2, 0]).gather(&[0, 1]), table.gather(&[2, 0]));
        }
    }

    #[test]
    fn a_row_of_zeros_stays_zero() {
        let zeros = Table::from_f32(2, vec![0.0; 4]).to_int8().to_f32();
        assert_eq!(zeros, [0.0; 4]);
    }
}
