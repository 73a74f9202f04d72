//! Arithmetic over whole registers: sums, the exponential, the error function.
//!
//! All of it is polynomials and comparisons, so that a loop over values compiles to the widest
//! registers that the processor has; results are off by a few units of the last place.

#![allow(clippy::inline_always, reason = "only inlined code gets the registers of its caller")]

use pulp::{Arch, Simd, WithSimd};

/// A loop compiled for every width of registers; the best the processor has is taken.
struct Loop<F>(F);

impl<O, F: FnOnce() -> O> WithSimd for Loop<F> {
    type Output = O;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> O {
        (self.0)()
    }
}

/// Runs `body`, which must be `#[inline(always)]` and so must be what it calls.
pub(super) fn widest<O>(body: impl FnOnce() -> O) -> O {
    Arch::new().dispatch(Loop(body))
}

/// The largest value, in eight lanes; that of no values is the smallest there is.
#[inline(always)]
pub(super) fn largest(values: &[f32]) -> f32 {
    let (chunks, rest) = values.as_chunks::<8>();
    let mut lanes = [f32::NEG_INFINITY; 8];
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            // Not `f32::max`, whose rule for NaN no register has.
            *lane = if x > *lane { x } else { *lane };
        }
    }
    lanes.iter().chain(rest).copied().fold(f32::NEG_INFINITY, f32::max)
}

/// A sum in eight lanes: one lane would wait for each addition, and rounds worse.
#[inline(always)]
pub(super) fn total(values: &[f32]) -> f32 {
    let (chunks, rest) = values.as_chunks::<8>();
    let mut lanes = [0.0_f32; 8];
    for chunk in chunks {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane += x;
        }
    }
    lanes.iter().sum::<f32>() + rest.iter().sum::<f32>()
}

/// The sum of products of two rows of one length, in eight lanes.
#[inline(always)]
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut lanes = [0.0_f32; 8];
    for (a, b) in a.iter().zip(b) {
        for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += a * b;
        }
    }
    lanes.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

/// Adds `values` to `sums`.
#[inline(always)]
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn add(sums: &mut [f32], values: &[f32]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value;
    }
}

/// The sum of rows of `width` values, from the first to the last.
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn column_sums(rows: &[f32], width: usize) -> Vec<f32> {
    let mut sums = vec![0.0; width];
    widest(
        #[inline(always)]
        || {
            for row in rows.chunks_exact(width) {
                add(&mut sums, row);
            }
        },
    );
    sums
}

/// The error function as a rational polynomial over `[-4, 4]`, outside of which f32 has it at ±1.
#[inline(always)]
pub(super) fn erf(x: f32) -> f32 {
    let x = x.clamp(-4.0, 4.0);
    let square = x * x;
    let mut above = -2.726_142_3e-10_f32;
    for term in [
        2.770_681_4e-8,
        -2.101_024e-6,
        -5.692_506_4e-5,
        -7.349_906_6e-4,
        -2.954_6e-3,
        -1.609_603_3e-2,
    ] {
        above = above * square + term;
    }
    let mut below = -1.456_607_2e-5_f32;
    for term in [-2.133_740_6e-4, -1.682_827e-3, -7.373_329e-3, -1.426_473_9e-2] {
        below = below * square + term;
    }
    x * above / below
}

/// `e^x` for `x <= 0`, 0 where f32 has nothing left.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    // Adding and taking off 1.5 * 2^23 rounds to an integer, in any register.
    const ROUND: f32 = 12_582_912.0;
    let x = x.max(-87.3);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    // The logarithm of 2 in two parts, the first of which times an integer is exact.
    let rest = x - whole * 0.693_359_4 + whole * 2.121_944_4e-4;
    let mut value = 1.987_569_1e-4_f32;
    for term in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 5e-1] {
        value = value * rest + term;
    }
    let value = value * rest * rest + rest + 1.0;
    let exponent = (shifted.to_bits() << 23).wrapping_add(0x3f80_0000);
    value * f32::from_bits(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_is_the_exponential() {
        for i in 0..870_000 {
            let x = i as f32 * -1e-4;
            let (found, expected) = (exp(x), x.exp());
            assert!(
                (found - expected).abs() <= 2e-7 * expected,
                "exp({x}) is {expected}, not {found}"
            );
        }
        assert!(exp(-1e9) < 2e-38);
    }
}
