//! Which texts of a batch are encoded together.
//!
//! Without a budget each side is one pass. With one, texts of like length make passes of at most
//! so many padded tokens, whatever side they are of, so that little is padding.

use tokens::{TokenBatch, length_buckets};

use crate::rows::Flat;

/// Texts that are encoded at once.
#[derive(Clone, Debug)]
pub(crate) struct Pass {
    /// Their places in the list of all texts.
    pub texts: Vec<usize>,
    pub batch: TokenBatch,
    /// The distinct rows of the vocabulary table that they use, ascending.
    pub ids: Vec<u32>,
    /// For each padded token, its place in `ids`; that of some row where it is padding.
    pub positions: Vec<i32>,
}

impl Pass {
    pub fn new(all: &[&[u32]], texts: Vec<usize>, padding: u32) -> Self {
        let sequences: Vec<&[u32]> = texts.iter().map(|&text| all[text]).collect();
        let batch = TokenBatch::new(&sequences, padding);
        let mut ids = sequences.concat();
        // The row of the padding is not one that the texts use: it is masked, whatever stands in
        // its place, and how much of it there is must not decide whether a table's row decays.
        // Only a text without tokens has nothing else.
        if ids.is_empty() || sequences.iter().any(|text| text.is_empty()) {
            ids.push(padding);
        }
        ids.sort_unstable();
        ids.dedup();
        let place = |id: &u32| ids.binary_search(id).unwrap_or(0) as i32;
        let positions = batch.ids.iter().map(place).collect();
        Self { texts, batch, ids, positions }
    }
}

/// The passes of a batch; `budget` is of padded tokens, 0 for none.
pub(crate) fn plan(flat: &Flat<'_>, budget: usize, padding: u32) -> Vec<Pass> {
    let pass = |texts: Vec<usize>| Pass::new(&flat.texts, texts, padding);
    if budget == 0 {
        return flat.sides().map(|side| pass(side.collect())).collect();
    }
    let lengths: Vec<usize> = flat.texts.iter().map(|text| text.len()).collect();
    let buckets = length_buckets(&lengths, |rows, width| rows * width <= budget);
    buckets.into_iter().map(pass).collect()
}

/// For each text, its place among the texts of `passes` one after the other; none where that is
/// the order of the texts.
pub(crate) fn order(passes: &[Pass]) -> Option<Vec<i32>> {
    let listed: Vec<usize> = passes.iter().flat_map(|pass| pass.texts.iter().copied()).collect();
    if listed.iter().enumerate().all(|(at, &text)| at == text) {
        return None;
    }
    let mut places = vec![0; listed.len()];
    for (at, &text) in listed.iter().enumerate() {
        places[text] = at as i32;
    }
    Some(places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TokenRows;

    #[test]
    fn every_text_is_in_one_pass_within_the_budget() {
        let texts = |lengths: &[usize]| lengths.iter().map(|&n| vec![7; n]).collect::<Vec<_>>();
        let mut rows = TokenRows::new(texts(&[3, 9, 1]), texts(&[12, 2, 5]));
        rows.negatives = vec![texts(&[4, 6]), texts(&[8]), Vec::new()];
        let flat = rows.flat();
        assert_eq!(flat.absent, [false, false, false, true, true, true]);
        assert_eq!(plan(&flat, 0, 0).len(), 3);
        for budget in [1, 12, 20, 1000] {
            let passes = plan(&flat, budget, 0);
            let mut seen: Vec<usize> = passes.iter().flat_map(|p| p.texts.clone()).collect();
            seen.sort_unstable();
            assert_eq!(seen, (0..12).collect::<Vec<_>>());
            assert!(passes.iter().all(|p| p.texts.len() == 1 || p.batch.ids.len() <= budget));
        }
    }

    #[test]
    fn positions_lead_back_to_the_tokens() {
        let (a, b): (&[u32], &[u32]) = (&[9, 4, 9], &[2]);
        let pass = Pass::new(&[a, b], vec![1, 0], 0);
        assert_eq!(pass.ids, [2, 4, 9]);
        let back: Vec<u32> = pass.positions.iter().map(|&at| pass.ids[at as usize]).collect();
        assert_eq!((back[0], &back[3..]), (2, &[9, 4, 9][..]));
        assert_eq!(order(&[pass]), Some(vec![1, 0]));
    }

    #[test]
    fn a_row_for_padding_is_there_where_a_text_has_no_token_or_has_that_one() {
        let (some, none, own): (&[u32], &[u32], &[u32]) = (&[9, 4], &[], &[0, 3]);
        assert_eq!(Pass::new(&[some, none], vec![0, 1], 0).ids, [0, 4, 9]);
        assert_eq!(Pass::new(&[none], vec![0], 0).ids, [0]);
        assert_eq!(Pass::new(&[some, own], vec![0, 1], 0).ids, [0, 3, 4, 9]);
    }
}
