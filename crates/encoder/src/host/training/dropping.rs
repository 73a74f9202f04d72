//! Dropout whose masks are computed, not drawn.
//!
//! Whether a value is dropped is a hash of a key, of its row and of its column. So the gradient
//! computes the mask again instead of keeping it, parts of a batch need not wait for one another,
//! and one seed gives the same masks on any number of cores. The key of a pass is drawn from the
//! CPU backend's own generator, which `Device::seed` sets.

#![allow(clippy::inline_always, reason = "only inlined code gets the registers of its caller")]

use burn::tensor::{Device, Distribution, Tensor};

use super::super::loops::widest;

/// The source of a pass's masks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seed(u64);

impl Seed {
    /// Draws from the generator of the CPU backend.
    pub fn draw() -> Self {
        let values = Tensor::<1>::random([4], Distribution::Default, &Device::flex()).into_data();
        let values = values.iter::<f32>();
        Self(values.fold(0, |seed, x| mixed(seed ^ u64::from(x.to_bits()))))
    }

    /// Dropout of a share `rate` at place `place` of the network; None where nothing is dropped.
    pub fn dropping(self, rate: f64, place: u64) -> Option<Dropping> {
        let threshold = (rate * (u64::from(u32::MAX) + 1) as f64) as u32;
        let key = mixed(self.0.wrapping_add(mixed(place + 1)));
        (threshold > 0).then_some(Dropping { key, threshold, scale: (1.0 - rate).recip() as f32 })
    }
}

/// Drops a share of values and makes the others larger by as much.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dropping {
    key: u64,
    threshold: u32,
    scale: f32,
}

/// The mask of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mask {
    low: u32,
    high: u32,
    threshold: u32,
    scale: f32,
}

impl Dropping {
    /// The mask of row `row`.
    pub fn row(&self, row: u64) -> Mask {
        let hash = mixed(self.key ^ row.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let (low, high) = (hash as u32, (hash >> 32) as u32);
        Mask { low, high, threshold: self.threshold, scale: self.scale }
    }

    /// Drops values of rows of `width`, the first of which is row `first`.
    pub fn apply(&self, values: &mut [f32], width: usize, first: usize) {
        widest(
            #[inline(always)]
            || {
                for (at, row) in values.chunks_exact_mut(width).enumerate() {
                    self.row((first + at) as u64).apply(row);
                }
            },
        );
    }
}

impl Mask {
    /// What the value of column `column` is multiplied with: 0, or the inverse of the share kept.
    #[inline(always)]
    pub fn factor(&self, column: u32) -> f32 {
        // Multiplications and shifts of Chris Wellons's hash "lowbias32", with a second key.
        let mut hash = self.low.wrapping_add(column.wrapping_mul(0x9e37_79b9));
        hash = (hash ^ (hash >> 16)).wrapping_mul(0x7feb_352d);
        hash = (hash ^ (hash >> 15) ^ self.high).wrapping_mul(0x846c_a68b);
        hash ^= hash >> 16;
        if hash >= self.threshold { self.scale } else { 0.0 }
    }

    /// Multiplies a row.
    #[inline(always)]
    pub fn apply(&self, row: &mut [f32]) {
        for (column, value) in row.iter_mut().enumerate() {
            *value *= self.factor(column as u32);
        }
    }
}

/// Sebastiano Vigna's "splitmix64".
fn mixed(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masks(seed: u64, rate: f64, place: u64) -> Vec<f32> {
        let mut values = vec![1.0; 1000 * 256];
        if let Some(dropping) = Seed(seed).dropping(rate, place) {
            dropping.apply(&mut values, 256, 0);
        }
        values
    }

    fn share<'a>(values: impl ExactSizeIterator<Item = &'a f32>) -> f64 {
        let count = values.len() as f64;
        values.filter(|&&x| x == 0.0).count() as f64 / count
    }

    #[test]
    fn the_share_that_was_asked_for_is_dropped_in_every_direction() {
        for rate in [0.1, 0.5, 0.9] {
            let values = masks(7, rate, 3);
            // Five standard deviations of a share of so many draws.
            let near = |found: f64, draws: usize| {
                (found - rate).abs() < 5.0 * (rate * (1.0 - rate) / draws as f64).sqrt()
            };
            assert!(near(share(values.iter()), values.len()));
            for column in 0..256 {
                let column: Vec<f32> = values.iter().skip(column).step_by(256).copied().collect();
                assert!(near(share(column.iter()), 1000));
            }
            for row in values.chunks_exact(256) {
                assert!(near(share(row.iter()), 256));
            }
            let mean = values.iter().map(|&x| f64::from(x)).sum::<f64>() / values.len() as f64;
            assert!((mean - 1.0).abs() < 0.03, "a mean of {mean} after dropping {rate}");
        }
        assert!(Seed(7).dropping(0.0, 3).is_none());
    }

    #[test]
    fn neighbours_rows_places_and_seeds_are_independent() {
        let values = masks(7, 0.5, 3);
        let apart = |other: &[f32]| {
            let equal = values.iter().zip(other).filter(|&(&a, &b)| (a > 0.0) == (b > 0.0)).count();
            let share = equal as f64 / values.len().min(other.len()) as f64;
            assert!((share - 0.5).abs() < 0.01, "{share} of the masks are the same");
        };
        apart(&masks(8, 0.5, 3));
        apart(&masks(7, 0.5, 4));
        apart(&values[1..]);
        apart(&values[256..]);
        assert_eq!(values, masks(7, 0.5, 3));
    }
}
