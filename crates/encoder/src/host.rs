//! Loops of our own for the CPU backend, in the widest registers that the processor has.
//!
//! Burn's CPU backend computes GELU and softmax value by value with the C library's functions,
//! which took a third of the time of a forward pass (docs/performance.md). These are polynomials
//! over whole registers, off by a few units of the last place. They have no gradient and are for
//! encoding only. Passes run side by side, so the loops use one core each.

#![allow(clippy::inline_always, reason = "only inlined code gets the registers of its caller")]

use std::ops::Range;

use burn::tensor::{Tensor, TensorData};
use pulp::{Arch, Simd, WithSimd};

/// Runs a loop compiled for every width of registers; the best the processor has is taken.
struct Loop<F>(F);

impl<F: FnOnce()> WithSimd for Loop<F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        (self.0)();
    }
}

/// Applies `change` to the values of a tensor of the CPU backend, in place where nobody shares them.
///
/// # Panics
///
/// When the values are not f32: on the CPU backend nothing computes in another type.
fn map<const D: usize>(x: Tensor<D>, change: impl FnOnce(&mut [f32])) -> Tensor<D> {
    let device = x.device();
    let mut data: TensorData = x.into_data();
    change(data.as_mut_slice::<f32>().expect("the CPU backend computes in f32"));
    Tensor::from_data(data, &device)
}

/// `x Φ(x)` of every value.
pub(crate) fn gelu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    map(x, |values| {
        Arch::new().dispatch(Loop(
            #[inline(always)]
            || {
                for x in values {
                    *x = 0.5 * *x * (1.0 + erf(*x * std::f32::consts::FRAC_1_SQRT_2));
                }
            },
        ));
    })
}

/// Softmax over the last dimension of `[rows, heads, width, width]`, scaled before it.
///
/// Row `r` sees its first `lengths[r]` keys, and of these, where there is a `reach`, those within
/// it; all others get exactly 0. A row of length 0 gives 0 everywhere.
pub(crate) fn softmax(
    scores: Tensor<4>,
    lengths: &[usize],
    reach: Option<usize>,
    scale: f32,
) -> Tensor<4> {
    let [_, heads, width, _] = scores.dims();
    map(scores, |values| {
        Arch::new().dispatch(Loop(
            #[inline(always)]
            || {
                for (at, row) in values.chunks_exact_mut(width).enumerate() {
                    let (length, asking) = (lengths[at / (heads * width)], at % width);
                    let seen = seen(asking, length, reach);
                    soften(row, seen, scale);
                }
            },
        ));
    })
}

/// The keys that token `asking` sees.
fn seen(asking: usize, length: usize, reach: Option<usize>) -> Range<usize> {
    let Some(reach) = reach else { return 0..length };
    let start = asking.saturating_sub(reach).min(length);
    start..(asking + reach + 1).min(length)
}

#[inline(always)]
fn soften(row: &mut [f32], seen: Range<usize>, scale: f32) {
    row[..seen.start].fill(0.0);
    row[seen.end..].fill(0.0);
    let row = &mut row[seen];
    let most = largest(row);
    for x in &mut *row {
        *x = exp((*x - most) * scale);
    }
    let sum = total(row);
    if sum > 0.0 {
        let factor = sum.recip();
        for x in row {
            *x *= factor;
        }
    }
}

/// The largest value, in eight lanes; that of no values is the smallest there is.
#[inline(always)]
fn largest(values: &[f32]) -> f32 {
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
fn total(values: &[f32]) -> f32 {
    let (chunks, rest) = values.as_chunks::<8>();
    let mut lanes = [0.0_f32; 8];
    for chunk in chunks {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane += x;
        }
    }
    lanes.iter().sum::<f32>() + rest.iter().sum::<f32>()
}

/// The error function as a rational polynomial over `[-4, 4]`, outside of which f32 has it at ±1.
#[inline(always)]
fn erf(x: f32) -> f32 {
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
fn exp(x: f32) -> f32 {
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
#[allow(clippy::unwrap_used)]
mod tests {
    use burn::tensor::Device;
    use burn::tensor::activation::{gelu as exact_gelu, softmax as exact_softmax};

    use super::*;

    fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
        Tensor::from_data(TensorData::new(values, shape), &Device::flex())
    }

    fn numbers<const D: usize>(x: Tensor<D>) -> Vec<f32> {
        x.into_data().try_to_vec().unwrap()
    }

    #[test]
    fn gelu_is_gelu() {
        let values: Vec<f32> = (-120_000..120_000).map(|i| i as f32 * 1e-4).collect();
        let x = tensor(values.clone(), [values.len()]);
        let found = numbers(gelu(x.clone()));
        for ((x, a), b) in values.iter().zip(found).zip(numbers(exact_gelu(x))) {
            assert!((a - b).abs() <= 4e-7 * (1.0 + x.abs()), "gelu({x}) is {b}, not {a}");
        }
    }

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

    #[test]
    fn softmax_is_softmax_over_what_is_seen() {
        let (width, heads) = (21, 2);
        let values: Vec<f32> =
            (0..2 * heads * width * width).map(|i| ((i * 37 % 101) as f32 - 50.0) / 9.0).collect();
        let scores = tensor(values, [2, heads, width, width]);
        let lengths = [width, 13];
        for reach in [None, Some(4)] {
            let found = numbers(softmax(scores.clone(), &lengths, reach, 0.5));
            for (row, length) in lengths.into_iter().enumerate() {
                for asking in 0..width {
                    let seen = seen(asking, length, reach);
                    let at = ((row * heads + 1) * width + asking) * width;
                    let row_found = &found[at..at + width];
                    if !seen.is_empty() {
                        let all = scores.clone().slice([row..row + 1, 1..2, asking..asking + 1]);
                        let kept = all.narrow(3, seen.start, seen.len()) * 0.5;
                        let expected = numbers(exact_softmax(kept, 3));
                        for (a, b) in row_found[seen.clone()].iter().zip(expected) {
                            assert!((a - b).abs() < 1e-6);
                        }
                    }
                    for (key, value) in row_found.iter().enumerate() {
                        assert!(seen.contains(&key) || *value == 0.0);
                    }
                }
            }
        }
    }

    #[test]
    fn a_row_without_tokens_gives_numbers() {
        let found = softmax(tensor(vec![3.0; 4], [1, 1, 2, 2]), &[0], None, 1.0);
        assert_eq!(numbers(found), [0.0; 4]);
    }
}
