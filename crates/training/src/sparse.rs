//! The vocabulary table in training.
//!
//! A batch uses a few thousand of the table's rows. Only these are read, get a gradient and are
//! updated: a step costs what the batch costs, whatever the size of the vocabulary, where a dense
//! embedding layer would allocate, fill and walk three tables per step. A row and Adam's moments for
//! it take memory from its first use on: a table of 250,000 rows of which the data uses 20,000
//! costs three times 20,000 rows, the rest stays where it lies. Adam's step count is kept per row (a row's first update is then a full step, not one damped by the steps
//! before it was ever seen). Work is split over cores by ranges of rows or texts, each of which
//! one thread owns, so the sums have one order and the result does not depend on the number of
//! threads.

use encoder::Table;
use rayon::prelude::*;

use crate::adam::Update;

/// Table rows that one thread updates.
const BLOCK: usize = 256;

/// Marks a row that no batch has used.
const UNTOUCHED: u32 = u32::MAX;

/// Trainable rows with the state of Adam.
///
/// Rows that no batch has used stay in the table that training started from, mapped or in memory;
/// the first batch that uses a row moves it to a slot of its own.
#[derive(Clone, Debug)]
pub struct SparseTable {
    base: Table,
    /// Slot of each row, or [`UNTOUCHED`].
    slots: Vec<u32>,
    /// Values and moments of the slots, `dimension` of each.
    values: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
    /// Updates of each slot.
    updates: Vec<u32>,
    /// Whether a step changes every row.
    dense: bool,
}

/// What Adam keeps of the rows that batches have used.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SparseState {
    /// Row of each slot.
    pub rows: Vec<u32>,
    /// Updates of each slot.
    pub updates: Vec<u32>,
    /// First moments, `[rows.len(), dimension]`.
    pub first: Vec<f32>,
    /// Second moments, of the same shape.
    pub second: Vec<f32>,
}

/// Gradients of some rows.
#[derive(Clone, Debug, PartialEq)]
pub struct RowGradients {
    /// Rows, ascending and distinct.
    pub ids: Vec<u32>,
    /// `[ids.len(), dimension]`, row-major.
    pub values: Vec<f32>,
}

impl SparseTable {
    /// Starts from `table`.
    pub fn new(table: &Table) -> Self {
        let (values, first, second, updates) = Default::default();
        let slots = vec![UNTOUCHED; table.rows()];
        Self { base: table.clone(), slots, values, first, second, updates, dense: false }
    }

    /// The same rows, every one of which has its place and is changed at each step, as in a dense
    /// layer: moments and weight decay act on rows that a batch does not use.
    #[must_use]
    pub fn dense(mut self) -> Self {
        let all: Vec<u32> = (0..self.slots.len() as u32).collect();
        self.touch(&all);
        self.dense = true;
        self
    }

    /// The rows as they are now, in f32.
    pub fn table(&self) -> Table {
        let dimension = self.base.dimension();
        let mut values = self.base.to_f32();
        for (row, &slot) in values.chunks_exact_mut(dimension).zip(&self.slots) {
            if slot != UNTOUCHED {
                row.copy_from_slice(&self.values[slot as usize * dimension..][..dimension]);
            }
        }
        Table::from_f32(dimension, values)
    }

    /// What Adam keeps, for a checkpoint: the rows that have a slot, in the order of slots.
    pub fn state(&self) -> SparseState {
        let mut rows = vec![0; self.updates.len()];
        for (id, &slot) in self.slots.iter().enumerate() {
            if slot != UNTOUCHED {
                rows[slot as usize] = id as u32;
            }
        }
        let (first, second) = (self.first.clone(), self.second.clone());
        SparseState { rows, updates: self.updates.clone(), first, second }
    }

    /// Goes on from `state`, over a table that has the rows' values of then.
    ///
    /// False, and nothing done, when the state is not of such a table.
    #[must_use]
    pub fn restore(&mut self, state: SparseState) -> bool {
        let SparseState { rows, updates, first, second } = state;
        let count = rows.len() * self.base.dimension();
        let fits = updates.len() == rows.len()
            && first.len() == count
            && second.len() == count
            && rows.iter().all(|&id| (id as usize) < self.slots.len());
        if !fits {
            return false;
        }
        let dense = self.dense;
        *self = Self::new(&self.base);
        self.touch(&rows);
        self.dense = dense;
        (self.first, self.second, self.updates) = (first, second, updates);
        true
    }

    /// Rows that a batch has used.
    pub fn touched(&self) -> usize {
        self.updates.len()
    }

    /// Row `id`: where it lies, or widened into `room`.
    fn row<'a>(&'a self, id: u32, room: &'a mut [f32]) -> &'a [f32] {
        let dimension = self.base.dimension();
        match self.slots[id as usize] {
            UNTOUCHED => {
                self.base.read(id as usize, room);
                room
            }
            slot => &self.values[slot as usize * dimension..][..dimension],
        }
    }

    /// Means of the rows of each sequence: `[sequences, dimension]`; zero for an empty one.
    pub fn means<S: AsRef<[u32]> + Sync>(&self, sequences: &[S]) -> Vec<f32> {
        let dimension = self.base.dimension();
        let mut out = vec![0.0; sequences.len() * dimension];
        out.par_chunks_exact_mut(dimension).zip(sequences).for_each_init(
            || vec![0.0; dimension],
            |row, (out, ids)| {
                let ids = ids.as_ref();
                for &id in ids {
                    for (o, x) in out.iter_mut().zip(self.row(id, row)) {
                        *o += x;
                    }
                }
                let scale = 1.0 / ids.len().max(1) as f32;
                for o in out {
                    *o *= scale;
                }
            },
        );
        out
    }

    /// The rows of `ids`: `[ids.len(), dimension]`.
    pub fn gather(&self, ids: &[u32]) -> Vec<f32> {
        let dimension = self.base.dimension();
        let mut out = vec![0.0; ids.len() * dimension];
        out.par_chunks_exact_mut(dimension).zip(ids).for_each_init(
            || vec![0.0; dimension],
            |room, (out, &id)| out.copy_from_slice(self.row(id, room)),
        );
        out
    }

    /// The backward pass of [`SparseTable::means`]: row gradients from `gradients`, those of the
    /// means.
    pub fn backward<S: AsRef<[u32]> + Sync>(
        &self,
        sequences: &[S],
        gradients: &[f32],
    ) -> RowGradients {
        let mut uses: Vec<(u32, u32)> = sequences
            .iter()
            .enumerate()
            .flat_map(|(text, ids)| ids.as_ref().iter().map(move |&id| (id, text as u32)))
            .collect();
        uses.sort_unstable();
        let groups: Vec<&[(u32, u32)]> = uses.chunk_by(|a, b| a.0 == b.0).collect();
        let dimension = self.base.dimension();
        let mut values = vec![0.0; groups.len() * dimension];
        values.par_chunks_exact_mut(dimension).zip(&groups).for_each(|(out, group)| {
            for &(_, text) in *group {
                let text = text as usize;
                let scale = 1.0 / sequences[text].as_ref().len() as f32;
                let gradient = &gradients[text * dimension..][..dimension];
                for (o, g) in out.iter_mut().zip(gradient) {
                    *o += g * scale;
                }
            }
        });
        RowGradients { ids: groups.iter().map(|group| group[0].0).collect(), values }
    }

    /// Gives every row of `ids` a slot; returns the slots with the place of their row in `ids`,
    /// by slot.
    fn touch(&mut self, ids: &[u32]) -> Vec<(u32, u32)> {
        let dimension = self.base.dimension();
        let mut used = Vec::with_capacity(ids.len());
        for (at, &id) in ids.iter().enumerate() {
            let slot = &mut self.slots[id as usize];
            if *slot == UNTOUCHED {
                *slot = self.updates.len() as u32;
                self.updates.push(0);
                let end = self.values.len();
                self.values.resize(end + dimension, 0.0);
                self.base.read(id as usize, &mut self.values[end..]);
                self.first.resize(end + dimension, 0.0);
                self.second.resize(end + dimension, 0.0);
            }
            used.push((*slot, at as u32));
        }
        used.sort_unstable();
        used
    }

    /// One step of `AdamW` (Loshchilov and Hutter 2019) on the rows of `gradients`, multiplied by
    /// `factor`.
    pub fn update(&mut self, gradients: &RowGradients, factor: f32, rate: f64, decay: f64) {
        let used = self.touch(&gradients.ids);
        let dimension = self.base.dimension();
        let all = self.dense.then(|| vec![0.0; dimension]);
        let block = BLOCK * dimension;
        self.values
            .par_chunks_mut(block)
            .zip(self.first.par_chunks_mut(block))
            .zip(self.second.par_chunks_mut(block))
            .zip(self.updates.par_chunks_mut(BLOCK))
            .enumerate()
            .for_each(|(index, (((values, first), second), updates))| {
                let start = (index * BLOCK) as u32;
                let end = start + updates.len() as u32;
                let from = used.partition_point(|&(slot, _)| slot < start);
                let to = used.partition_point(|&(slot, _)| slot < end);
                let mut used = &used[from..to];
                let mut change = |slot: u32, gradient: &[f32]| {
                    let row = (slot - start) as usize;
                    updates[row] += 1;
                    let update = Update::new(rate, decay, updates[row]);
                    let range = row * dimension..(row + 1) * dimension;
                    let (first, second) = (&mut first[range.clone()], &mut second[range.clone()]);
                    update.apply(&mut values[range], first, second, gradient, factor);
                };
                let of = |at: u32| &gradients.values[at as usize * dimension..][..dimension];
                let Some(nothing) = &all else {
                    return used.iter().for_each(|&(slot, at)| change(slot, of(at)));
                };
                for slot in start..end {
                    match used.split_first() {
                        Some((&(next, at), rest)) if next == slot => {
                            change(slot, of(at));
                            used = rest;
                        }
                        _ => change(slot, nothing),
                    }
                }
            });
    }
}

impl RowGradients {
    /// The sum of several, which may have rows in common.
    pub fn sum(parts: &[Self]) -> Self {
        let mut uses: Vec<(u32, u32, u32)> = Vec::new();
        for (part, rows) in (0..).zip(parts) {
            uses.extend(rows.ids.iter().zip(0..).map(|(&id, at)| (id, part, at)));
        }
        uses.sort_unstable();
        let groups: Vec<&[(u32, u32, u32)]> = uses.chunk_by(|a, b| a.0 == b.0).collect();
        let dimension = parts.iter().find(|rows| !rows.ids.is_empty());
        let dimension = dimension.map_or(1, |rows| rows.values.len() / rows.ids.len());
        let mut values = vec![0.0; groups.len() * dimension];
        values.par_chunks_exact_mut(dimension).zip(&groups).for_each(|(out, group)| {
            for &(_, part, at) in *group {
                let row = &parts[part as usize].values[at as usize * dimension..][..dimension];
                for (o, g) in out.iter_mut().zip(row) {
                    *o += g;
                }
            }
        });
        Self { ids: groups.iter().map(|group| group[0].0).collect(), values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> SparseTable {
        let values: Vec<f32> =
            (0..600 * 4).map(|i| ((i * 37 % 101) as f32 - 50.0) / 50.0).collect();
        SparseTable::new(&Table::from_f32(4, values))
    }

    #[test]
    fn gradients_of_means_agree_with_differences() {
        let mut table = table();
        let texts = [vec![1, 2, 2, 300], vec![300], vec![]];
        // Any scalar function of the means will do; this one weighs every value differently.
        let weights: Vec<f32> = (0..12).map(|i| (i as f32 - 5.0) / 3.0).collect();
        let value = |table: &SparseTable| -> f64 {
            let means = table.means(&texts);
            means.iter().zip(&weights).map(|(m, w)| f64::from(m * w)).sum()
        };
        let gradients = table.backward(&texts, &weights);
        assert_eq!(gradients.ids, [1, 2, 300]);
        table.touch(&gradients.ids);
        for (row, &id) in gradients.ids.iter().enumerate() {
            for d in 0..4 {
                let at = table.slots[id as usize] as usize * 4 + d;
                let old = table.values[at];
                table.values[at] = old + 0.5;
                let above = value(&table);
                table.values[at] = old - 0.5;
                let below = value(&table);
                table.values[at] = old;
                let expected = above - below;
                let got = f64::from(gradients.values[row * 4 + d]);
                assert!((expected - got).abs() < 1e-5, "row {id}: {got}, differences {expected}");
            }
        }
    }

    #[test]
    fn only_the_rows_of_the_batch_move_and_the_first_step_is_the_rate() {
        let mut table = table();
        let before = table.table().to_f32();
        let gradients = RowGradients { ids: vec![0, 255, 256, 599], values: vec![0.3; 16] };
        table.update(&gradients, 1.0, 0.01, 0.0);
        assert_eq!(table.touched(), 4);
        for (at, (new, old)) in table.table().to_f32().iter().zip(&before).enumerate() {
            let moved = [0, 255, 256, 599].contains(&(at / 4));
            let expected = if moved { old - 0.01 } else { *old };
            assert!((new - expected).abs() < 1e-6, "value {at}: {old} became {new}");
        }
    }

    #[test]
    fn a_dense_table_changes_rows_that_the_batch_does_not_use() {
        let mut dense = table().dense();
        let mut sparse = table();
        let before = dense.table().to_f32();
        let gradients = RowGradients { ids: vec![3, 300], values: vec![0.3; 8] };
        for _ in 0..2 {
            dense.update(&gradients, 1.0, 0.01, 0.5);
            sparse.update(&gradients, 1.0, 0.01, 0.5);
        }
        let (dense, sparse) = (dense.table().to_f32(), sparse.table().to_f32());
        assert_eq!(dense[12..16], sparse[12..16]);
        let decayed = before[40] * 0.995 * 0.995;
        assert!((dense[40] - decayed).abs() < 1e-6 && sparse[40].to_bits() == before[40].to_bits());
    }

    #[test]
    fn gradients_of_the_same_rows_add_up() {
        let part = |ids: &[u32], x: f32| RowGradients {
            ids: ids.to_vec(),
            values: vec![x; ids.len() * 2],
        };
        let empty = RowGradients { ids: Vec::new(), values: Vec::new() };
        let sum = RowGradients::sum(&[empty, part(&[1, 4], 1.0), part(&[4, 9], 2.0)]);
        assert_eq!(sum.ids, [1, 4, 9]);
        assert_eq!(sum.values, [1.0, 1.0, 3.0, 3.0, 2.0, 2.0]);
    }

    #[test]
    fn threads_do_not_change_the_result() {
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.expect("threads can be had").install(|| {
                let mut table = table();
                let texts: Vec<Vec<u32>> =
                    (0..40).map(|i| (0..i % 9).map(|j| (i * 13 + j * 7) % 600).collect()).collect();
                for _ in 0..3 {
                    let means = table.means(&texts);
                    let gradients = table.backward(&texts, &means);
                    table.update(&gradients, 1.0, 0.01, 0.01);
                }
                table.table().to_f32()
            })
        };
        assert_eq!(run(1), run(4));
    }
}
