//! Random draws that are the same on every platform. Written out here, on 64-bit outputs of
//! `ChaCha8`, because the ready-made distributions may change between releases, and those over
//! `usize` and `f32` also between platforms. Weights are integers for the same reason: the last bit of
//! `powf` differs between platforms.

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The generator of `stream` under `seed`; streams are independent of one another.
pub fn generator(seed: u64, stream: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(stream);
    rng
}

/// What is drawn for a batch beside its rows. Numbers of random streams above those of all queues,
/// so that asking for more changes no row.
#[repr(u32)]
#[derive(Debug, Clone, Copy)]
pub enum Extra {
    Negatives = 0xffff_fffe,
    Switches = 0xffff_fffd,
}

/// The generator of what is drawn for batch `batch` beside its rows.
pub fn beside(seed: u64, extra: Extra, batch: u64) -> ChaCha8Rng {
    generator(seed, u64::from(extra as u32) << 32 | batch & u64::from(u32::MAX))
}

/// A number below `n`, all equally likely (Lemire 2019, arXiv 1805.10941); `n` at least 1.
pub fn below(rng: &mut ChaCha8Rng, n: u64) -> u64 {
    let mut product = u128::from(rng.next_u64()) * u128::from(n);
    if (product as u64) < n {
        let threshold = n.wrapping_neg() % n;
        while (product as u64) < threshold {
            product = u128::from(rng.next_u64()) * u128::from(n);
        }
    }
    (product >> 64) as u64
}

/// True with probability `p`, exactly never at 0 and always at 1.
pub fn chance(rng: &mut ChaCha8Rng, p: f64) -> bool {
    const STEPS: f64 = (1_u64 << 53) as f64;
    (rng.next_u64() >> 11) < (p * STEPS) as u64
}

/// Fisher-Yates.
pub fn shuffle(rng: &mut ChaCha8Rng, items: &mut [u32]) {
    for i in (1..items.len()).rev() {
        items.swap(i, below(rng, i as u64 + 1) as usize);
    }
}

/// One of the positions in `weights` (position, weight), drawn by weight; `None` when there is
/// none with a weight above 0.
pub fn pick<I>(rng: &mut ChaCha8Rng, weights: I) -> Option<usize>
where
    I: Iterator<Item = (usize, u64)> + Clone,
{
    let total: u64 = weights.clone().map(|(_, weight)| weight).sum();
    if total == 0 {
        return None;
    }
    let mut left = below(rng, total);
    for (position, weight) in weights {
        if left < weight {
            return Some(position);
        }
        left -= weight;
    }
    None
}

/// `weights` as multiples of 2^-32 of the largest; a weight above 0 stays above 0.
pub fn integers(weights: &[f64]) -> Vec<u64> {
    const STEPS: f64 = (1_u64 << 32) as f64;
    let largest = weights.iter().copied().fold(0.0, f64::max);
    let scale = |&weight: &f64| match weight {
        w if w > 0.0 => ((w / largest * STEPS).round() as u64).max(1),
        _ => 0,
    };
    weights.iter().map(scale).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn numbers_below_n_are_equally_likely() {
        let mut rng = generator(1, 0);
        let mut counts = [0_u32; 7];
        for _ in 0..70_000 {
            counts[below(&mut rng, 7) as usize] += 1;
        }
        assert!(counts.iter().all(|&count| (9_600..10_400).contains(&count)), "{counts:?}");
        assert_eq!(below(&mut rng, 1), 0);
    }

    #[test]
    fn certain_and_impossible_events_are_so() {
        let mut rng = generator(1, 0);
        assert!((0..10_000).all(|_| chance(&mut rng, 1.0)));
        assert!(!(0..10_000).any(|_| chance(&mut rng, 0.0)));
    }

    #[test]
    fn picks_follow_the_weights_and_never_take_weight_zero() {
        let weights = integers(&[1.0, 0.0, 3.0]);
        let mut rng = generator(2, 0);
        let mut counts = [0_u32; 3];
        for _ in 0..40_000 {
            counts[pick(&mut rng, weights.iter().copied().enumerate()).unwrap()] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!((9_600..10_400).contains(&counts[0]), "{counts:?}");
        assert_eq!(pick(&mut rng, [(0, 0)].into_iter()), None);
    }

    #[test]
    fn a_small_weight_does_not_vanish_beside_a_large_one() {
        assert_eq!(integers(&[1e-30, 1e30, 0.0]), [1, 1 << 32, 0]);
    }
}
