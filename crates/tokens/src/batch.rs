//! Padded batches and length buckets.

/// Token sequences padded to one width.
///
/// `ids` is row-major `[rows, width]`; row `i` holds `lengths[i]` real ids, then padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenBatch {
    /// `[rows, width]`, row-major.
    pub ids: Vec<u32>,
    /// Real tokens of each row.
    pub lengths: Vec<usize>,
    /// Width of every row: the longest length, at least 1.
    pub width: usize,
}

impl TokenBatch {
    /// Pads `sequences` with `padding` to the longest of them.
    pub fn new<S: AsRef<[u32]>>(sequences: &[S], padding: u32) -> Self {
        let width = sequences.iter().map(|s| s.as_ref().len()).max().unwrap_or(0).max(1);
        let mut ids = vec![padding; sequences.len() * width];
        let mut lengths = Vec::with_capacity(sequences.len());
        for (row, sequence) in ids.chunks_exact_mut(width).zip(sequences) {
            let sequence = sequence.as_ref();
            row[..sequence.len()].copy_from_slice(sequence);
            lengths.push(sequence.len());
        }
        Self { ids, lengths, width }
    }

    /// Sequences in the batch.
    pub fn rows(&self) -> usize {
        self.lengths.len()
    }

    /// The real ids of a row.
    pub fn row(&self, row: usize) -> &[u32] {
        &self.ids[row * self.width..][..self.lengths[row]]
    }

    /// `[rows, width]` row-major: 1 for a real token, 0 for padding.
    pub fn mask(&self) -> Vec<f32> {
        let mut mask = vec![0.0; self.ids.len()];
        for (row, &length) in mask.chunks_exact_mut(self.width).zip(&self.lengths) {
            row[..length].fill(1.0);
        }
        mask
    }
}

/// Groups sequences of like length, so that little is padding.
///
/// Returns indices into `lengths`. `fits` says whether so many rows of such a width (the longest
/// length, at least 1) may make a group; a group of one sequence always may. Equal lengths keep
/// their order, so the groups depend on the lengths alone.
pub fn length_buckets(lengths: &[usize], fits: impl Fn(usize, usize) -> bool) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by_key(|&i| lengths[i]);
    let mut buckets: Vec<Vec<usize>> = Vec::new();
    let mut current: Vec<usize> = Vec::new();
    for index in order {
        // Sorted ascending: the newcomer is the longest of its group.
        if !current.is_empty() && !fits(current.len() + 1, lengths[index].max(1)) {
            buckets.push(std::mem::take(&mut current));
        }
        current.push(index);
    }
    if !current.is_empty() {
        buckets.push(current);
    }
    buckets
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn padding_fills_the_right() {
        let batch = TokenBatch::new(&[vec![5, 6, 7], vec![8], vec![]], 0);
        assert_eq!(batch.ids, [5, 6, 7, 8, 0, 0, 0, 0, 0]);
        assert_eq!(batch.lengths, [3, 1, 0]);
        assert_eq!(batch.mask(), [1., 1., 1., 1., 0., 0., 0., 0., 0.]);
        assert_eq!(batch.row(1), [8]);
    }

    #[test]
    fn a_batch_of_nothing_has_width_one() {
        assert_eq!(TokenBatch::new(&[Vec::new()], 0).width, 1);
    }

    proptest! {
        #[test]
        fn buckets_are_a_partition_within_budget(
            lengths in prop::collection::vec(0_usize..60, 0..80),
            budget in 1_usize..200,
        ) {
            let buckets = length_buckets(&lengths, |rows, width| rows * width <= budget);
            let mut seen: Vec<usize> = buckets.iter().flatten().copied().collect();
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..lengths.len()).collect::<Vec<_>>());
            for bucket in &buckets {
                let widest = bucket.iter().map(|&i| lengths[i].max(1)).max().unwrap_or(0);
                prop_assert!(bucket.len() == 1 || bucket.len() * widest <= budget);
            }
        }
    }
}
