//! Rows of tokens without padding, and their parts.
//!
//! The tokens of a batch lie one after another, `[tokens, width]`, so that nothing is computed for
//! padding. Work is split over cores by parts: whole rows of about [`PART`] tokens. Which rows
//! make a part depends on their lengths alone, and what is summed over parts is summed in their
//! order, so that the number of cores changes no bit of a result.

use std::ops::Range;

use rayon::prelude::*;

/// Tokens of a part. Larger ones multiply a little faster, smaller ones keep what a layer works
/// on in a core's own cache and leave no core without work at the end.
const PART: usize = 192;

/// Parts come in a multiple of this many, so that few cores have equally much to do.
const MULTIPLE: usize = 4;

/// Some rows, one after another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its number.
    pub index: usize,
    /// Their tokens.
    pub tokens: Range<usize>,
    /// Lengths of the rows.
    pub lengths: Vec<usize>,
}

impl Part {
    /// Tokens of each row, counted from the part's first.
    pub fn rows(&self) -> impl Iterator<Item = Range<usize>> {
        self.lengths.iter().scan(0, |end, length| {
            *end += length;
            Some(*end - length..*end)
        })
    }

    /// The part's rows of `values`, which has `width` values for each token.
    pub fn of<'a>(&self, values: &'a [f32], width: usize) -> &'a [f32] {
        &values[self.tokens.start * width..self.tokens.end * width]
    }
}

/// The rows of a batch.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    pub lengths: Vec<usize>,
    pub parts: Vec<Part>,
}

impl Rows {
    pub fn new(lengths: &[usize]) -> Self {
        let tokens: usize = lengths.iter().sum();
        let count = match tokens.div_ceil(PART) {
            0 | 1 => 1,
            many => many.next_multiple_of(MULTIPLE),
        };
        let mut parts = Vec::with_capacity(count);
        let mut part = Part { index: 0, tokens: 0..0, lengths: Vec::new() };
        for &length in lengths {
            part.lengths.push(length);
            part.tokens.end += length;
            let due = tokens * (parts.len() + 1) / count;
            if part.tokens.end >= due && !part.tokens.is_empty() {
                let (index, end) = (part.index + 1, part.tokens.end);
                let next = Part { index, tokens: end..end, lengths: Vec::new() };
                parts.push(std::mem::replace(&mut part, next));
            }
        }
        // Empty rows at the end belong to the last part.
        match parts.last_mut() {
            Some(last) if part.tokens.is_empty() => last.lengths.append(&mut part.lengths),
            _ => parts.push(part),
        }
        Self { lengths: lengths.to_vec(), parts }
    }

    /// All tokens.
    pub fn tokens(&self) -> usize {
        self.parts.last().map_or(0, |part| part.tokens.end)
    }

    /// Runs `work` on every part, with its rows of an output of `width` values for each token;
    /// gives the output, and what `work` gave in the order of parts.
    pub fn fill<T: Send>(
        &self,
        width: usize,
        work: impl Fn(&Part, &mut [f32]) -> T + Sync,
    ) -> (Vec<f32>, Vec<T>) {
        let mut output = vec![0.0; self.tokens() * width];
        let mut rest = output.as_mut_slice();
        let mut pieces = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let (piece, after) = rest.split_at_mut(part.tokens.len() * width);
            pieces.push((part, piece));
            rest = after;
        }
        let given =
            pieces.into_par_iter().with_max_len(1).map(|(part, piece)| work(part, piece)).collect();
        (output, given)
    }
}

/// The sum of one vector of each part, in the order of parts.
pub(super) fn sum<'a>(mut parts: impl Iterator<Item = &'a [f32]>) -> Vec<f32> {
    let mut sums = parts.next().map(<[f32]>::to_vec).unwrap_or_default();
    for part in parts {
        super::super::loops::add(&mut sums, part);
    }
    sums
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_are_all_rows_in_order(lengths in prop::collection::vec(0_usize..300, 0..60)) {
            let rows = Rows::new(&lengths);
            let all: Vec<usize> = rows.parts.iter().flat_map(|part| part.lengths.clone()).collect();
            prop_assert_eq!(&all, &lengths);
            let mut end = 0;
            for part in &rows.parts {
                prop_assert_eq!(part.tokens.start, end);
                end += part.lengths.iter().sum::<usize>();
                prop_assert_eq!(part.tokens.end, end);
                prop_assert!(part.tokens.len() < PART + 300);
                prop_assert_eq!(part.rows().map(|row| row.len()).sum::<usize>(), part.tokens.len());
            }
            prop_assert_eq!(rows.tokens(), end);
        }
    }
}
