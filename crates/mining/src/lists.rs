//! A list of numbers for each number below a bound, in two flat arrays: forty million queries with
//! a handful of positives each would spend more on forty million vectors than on what they hold.

/// Lists by index, each sorted and without repetition.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lists {
    starts: Vec<usize>,
    values: Vec<u32>,
}

impl Lists {
    /// From (index, value) in any order; every index is below `bound`.
    pub(crate) fn of_pairs(mut pairs: Vec<(u32, u32)>, bound: usize) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let mut starts = vec![0; bound + 1];
        for &(index, _) in &pairs {
            starts[index as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Self { starts, values: pairs.into_iter().map(|(_, value)| value).collect() }
    }

    /// Lists that are appended one by one.
    pub(crate) fn growing() -> Self {
        Self { starts: vec![0], values: Vec::new() }
    }

    /// Appends the list of the next index.
    pub(crate) fn push(&mut self, list: &[u32]) {
        self.values.extend_from_slice(list);
        self.starts.push(self.values.len());
    }

    /// The list of `index`.
    pub(crate) fn get(&self, index: usize) -> &[u32] {
        &self.values[self.starts[index]..self.starts[index + 1]]
    }
}
