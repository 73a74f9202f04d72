//! Many resamples, the same whatever the number of threads.

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Resamples that share a stream of random numbers.
const BLOCK: usize = 128;

/// What the random numbers are for; each has its own streams.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    Bootstrap,
    Signs,
}

/// The statistic of each resample, in order: `one` draws from the generator and computes it, with
/// a buffer that it may use as it likes.
pub(crate) fn statistics<T: Send, B: Default>(
    resamples: usize,
    seed: u64,
    purpose: Purpose,
    one: impl Fn(&mut ChaCha8Rng, &mut B) -> T + Sync,
) -> Vec<T> {
    let blocks: Vec<Vec<T>> = (0..resamples.div_ceil(BLOCK))
        .into_par_iter()
        .map(|block| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(2 * block as u64 + purpose as u64);
            let mut buffer = B::default();
            let count = BLOCK.min(resamples - block * BLOCK);
            (0..count).map(|_| one(&mut rng, &mut buffer)).collect()
        })
        .collect();
    blocks.into_iter().flatten().collect()
}

/// A number below `count`, by the upper half of a product. Some are likelier than others by one
/// part in 2^32 / `count`, which no number of resamples shows.
pub(crate) fn below(count: usize, drawn: u32) -> usize {
    ((u64::from(drawn) * count as u64) >> 32) as usize
}

/// Fills `words` with random bits.
pub(crate) fn fill(rng: &mut ChaCha8Rng, words: &mut [u32]) {
    for word in words {
        *word = rng.next_u32();
    }
}
