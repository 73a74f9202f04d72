//! Rotary positions.

#![allow(clippy::inline_always, reason = "only inlined code gets the registers of its caller")]

use super::super::loops::widest;

/// Cosines and sines of the angles by which the pairs of a head are turned at each position.
#[derive(Clone, Debug)]
pub(crate) struct Turns {
    half: usize,
    /// `[positions, half]` each.
    cosines: Vec<f32>,
    sines: Vec<f32>,
}

impl Turns {
    /// From `[positions, size]` each, whose second half repeats the first.
    pub fn new(cosines: &[f32], sines: &[f32], size: usize) -> Self {
        let half = size / 2;
        let first = |values: &[f32]| -> Vec<f32> {
            values.chunks_exact(size).flat_map(|row| &row[..half]).copied().collect()
        };
        Self { half, cosines: first(cosines), sines: first(sines) }
    }

    /// Turns the heads in columns `0..width` of the rows of one text, which lie `stride` apart;
    /// back again where `direction` is -1 instead of 1.
    pub(super) fn apply(&self, rows: &mut [f32], width: usize, stride: usize, direction: f32) {
        let half = self.half;
        widest(
            #[inline(always)]
            || {
                for (position, row) in rows.chunks_mut(stride).enumerate() {
                    let cosines = &self.cosines[position * half..][..half];
                    let sines = &self.sines[position * half..][..half];
                    for head in row[..width].chunks_exact_mut(2 * half) {
                        let (first, second) = head.split_at_mut(half);
                        let pairs = first.iter_mut().zip(second);
                        for ((a, b), (cosine, sine)) in pairs.zip(cosines.iter().zip(sines)) {
                            let sine = sine * direction;
                            (*a, *b) = (*a * cosine - *b * sine, *b * cosine + *a * sine);
                        }
                    }
                }
            },
        );
    }
}
