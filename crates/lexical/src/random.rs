//! An order by chance: what a measure gives when nothing is known.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// A score for each of `documents` documents, such that they rank in a random order without ties.
/// The same `seed` and `query` give the same order on every platform; different queries have
/// independent ones.
pub fn scores(seed: u64, query: u64, documents: usize) -> Vec<f32> {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(query);
    let mut ranks: Vec<u32> = (0..documents as u32).collect();
    ranks.shuffle(&mut generator);
    // Neighbouring floats from 1: all different, where whole numbers above 2^24 are not.
    ranks.into_iter().map(|rank| f32::from_bits(1f32.to_bits() + rank)).collect()
}

#[cfg(test)]
mod tests {
    use super::scores;

    #[test]
    fn every_document_is_first_equally_often() {
        let mut firsts = [0u32; 5];
        for query in 0..5_000 {
            let scores = scores(7, query, firsts.len());
            let best = (0..firsts.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b]));
            firsts[best.unwrap()] += 1;
        }
        // Five deviations of a count with mean 1,000.
        assert!(firsts.iter().all(|count| count.abs_diff(1_000) < 142), "{firsts:?}");
        assert_eq!(scores(7, 3, 100), scores(7, 3, 100));
        assert_ne!(scores(7, 3, 100), scores(8, 3, 100));
    }
}
