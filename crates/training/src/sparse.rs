//! The vocabulary table in training.
//!
//! A batch uses a few thousand of the table's rows. Only these are read, get a gradient and are
//! updated: a step costs what the batch costs, whatever the size of the vocabulary, where a dense
//! embedding layer would allocate, fill and walk three tables per step. Adam's moments and step
//! count are kept per row (a row's first update is then a full step, not one damped by the steps
//! before it was ever seen). Work is split over cores by ranges of rows or texts, each of which
//! one thread owns, so the sums have one order and the result does not depend on the number of
//! threads.

use encoder::Table;
use rayon::prelude::*;

const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.999;
const EPSILON: f32 = 1e-8;

/// Table rows that one thread updates.
const BLOCK: usize = 256;

/// Trainable rows with the state of Adam.
#[derive(Clone, Debug)]
pub struct SparseTable {
    dimension: usize,
    values: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
    updates: Vec<u32>,
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
        let values = table.to_f32();
        let (first, second) = (vec![0.0; values.len()], vec![0.0; values.len()]);
        Self { dimension: table.dimension(), first, second, updates: vec![0; table.rows()], values }
    }

    /// The rows as they are now.
    pub fn table(&self) -> Table {
        Table::from_f32(self.dimension, &self.values)
    }

    fn row(&self, id: u32) -> &[f32] {
        &self.values[id as usize * self.dimension..][..self.dimension]
    }

    /// Means of the rows of each sequence: `[sequences, dimension]`; zero for an empty one.
    pub fn means<S: AsRef<[u32]> + Sync>(&self, sequences: &[S]) -> Vec<f32> {
        let mut out = vec![0.0; sequences.len() * self.dimension];
        out.par_chunks_exact_mut(self.dimension).zip(sequences).for_each(|(out, ids)| {
            let ids = ids.as_ref();
            for &id in ids {
                for (o, x) in out.iter_mut().zip(self.row(id)) {
                    *o += x;
                }
            }
            let scale = 1.0 / ids.len().max(1) as f32;
            for o in out {
                *o *= scale;
            }
        });
        out
    }

    /// The rows of `ids`: `[ids.len(), dimension]`.
    pub fn gather(&self, ids: &[u32]) -> Vec<f32> {
        ids.iter().flat_map(|&id| self.row(id)).copied().collect()
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
        let mut values = vec![0.0; groups.len() * self.dimension];
        values.par_chunks_exact_mut(self.dimension).zip(&groups).for_each(|(out, group)| {
            for &(_, text) in *group {
                let text = text as usize;
                let scale = 1.0 / sequences[text].as_ref().len() as f32;
                let gradient = &gradients[text * self.dimension..][..self.dimension];
                for (o, g) in out.iter_mut().zip(gradient) {
                    *o += g * scale;
                }
            }
        });
        RowGradients { ids: groups.iter().map(|group| group[0].0).collect(), values }
    }

    /// One step of `AdamW` (Loshchilov and Hutter 2019) on the rows of `gradients`.
    pub fn update(&mut self, gradients: &RowGradients, rate: f64, weight_decay: f64) {
        let dimension = self.dimension;
        let (rate, decay) = (rate as f32, (rate * weight_decay) as f32);
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
                let from = gradients.ids.partition_point(|&id| id < start);
                let to = gradients.ids.partition_point(|&id| id < end);
                for at in from..to {
                    let row = (gradients.ids[at] - start) as usize;
                    updates[row] += 1;
                    let steps = updates[row].min(i32::MAX as u32) as i32;
                    let correct_1 = 1.0 / (1.0 - BETA_1.powi(steps));
                    let correct_2 = 1.0 / (1.0 - BETA_2.powi(steps));
                    let range = row * dimension..(row + 1) * dimension;
                    let gradient = &gradients.values[at * dimension..][..dimension];
                    let moments = first[range.clone()].iter_mut().zip(&mut second[range.clone()]);
                    for ((x, g), (m, v)) in values[range].iter_mut().zip(gradient).zip(moments) {
                        *m = BETA_1 * *m + (1.0 - BETA_1) * g;
                        *v = BETA_2 * *v + (1.0 - BETA_2) * g * g;
                        let step = *m * correct_1 / ((*v * correct_2).sqrt() + EPSILON);
                        *x -= rate * step + decay * *x;
                    }
                }
            });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> SparseTable {
        let values: Vec<f32> =
            (0..600 * 4).map(|i| ((i * 37 % 101) as f32 - 50.0) / 50.0).collect();
        SparseTable::new(&Table::from_f32(4, &values))
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
        for (row, &id) in gradients.ids.iter().enumerate() {
            for d in 0..4 {
                let at = id as usize * 4 + d;
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
        let before = table.values.clone();
        let gradients = RowGradients { ids: vec![0, 255, 256, 599], values: vec![0.3; 16] };
        table.update(&gradients, 0.01, 0.0);
        for (at, (new, old)) in table.values.iter().zip(&before).enumerate() {
            let moved = [0, 255, 256, 599].contains(&(at / 4));
            let expected = if moved { old - 0.01 } else { *old };
            assert!((new - expected).abs() < 1e-6, "value {at}: {old} became {new}");
        }
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
                    table.update(&gradients, 0.01, 0.01);
                }
                table.values
            })
        };
        assert_eq!(run(1), run(4));
    }
}
