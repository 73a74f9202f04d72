//! Hard negatives of a batch, from those that the data gives.
//!
//! They are drawn when all rows of the batch are known, since with in-batch negatives every passage
//! is compared with every query: what answers any query of the batch is no negative of it. A text
//! that means the same as a query or passage of the batch, by the same keys that keep rows apart,
//! is passed over and counted.
//!
//! A row across languages takes the negatives of its passage's entry first, which are in the
//! passage's language, then those of its query's.

use corpora::training::Negatives;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::catalogue::Row;
use crate::clusters::{Keys, Taken};
use crate::draws::below;

/// Hard negatives so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NegativeCounts {
    /// As many as the rows drawn would have if each had `negatives_per_query`.
    pub asked: u64,
    /// Drawn.
    pub drawn: u64,
    /// Passed over because they mean the same as a text of the batch.
    pub dropped: u64,
}

/// At most `count` negatives for each of `rows`, whose keys are `taken`.
pub fn draw(
    rows: &[Row],
    count: usize,
    (negatives, keys, taken): (&Negatives, &Keys, &Taken),
    rng: &mut ChaCha8Rng,
) -> (Vec<Vec<u32>>, NegativeCounts) {
    let mut counts =
        NegativeCounts { asked: (rows.len() * count) as u64, ..NegativeCounts::default() };
    let mut of_row = |row: &Row| {
        let mut drawn = Vec::with_capacity(count);
        let of_passage = negatives.of(row.passage_entry);
        let of_query = match row.query_entry {
            entry if entry == row.passage_entry => &[],
            entry => negatives.of(entry),
        };
        for texts in [of_passage, of_query] {
            let mut texts = texts.to_vec();
            for i in 0..texts.len() {
                if drawn.len() == count {
                    break;
                }
                let other = i as u64 + below(rng, (texts.len() - i) as u64);
                texts.swap(i, other as usize);
                if !taken.is_free(keys.of_negative(texts[i])) {
                    counts.dropped += 1;
                } else if !drawn.contains(&texts[i]) {
                    drawn.push(texts[i]);
                }
            }
        }
        counts.drawn += drawn.len() as u64;
        drawn
    };
    (rows.iter().map(&mut of_row).collect(), counts)
}
