//! Loops of our own for encoding: GELU and softmax, without gradients.
//!
//! Passes run side by side, so the loops use one core each.

#![allow(clippy::inline_always, reason = "only inlined code gets the registers of its caller")]

use burn::tensor::{Tensor, TensorData};

use super::loops::{erf, widest};
use super::softmax::{seen, soften};

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
        widest(
            #[inline(always)]
            || {
                for x in values {
                    *x = 0.5 * *x * (1.0 + erf(*x * std::f32::consts::FRAC_1_SQRT_2));
                }
            },
        );
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
        widest(
            #[inline(always)]
            || {
                for (at, row) in values.chunks_exact_mut(width).enumerate() {
                    let (length, asking) = (lengths[at / (heads * width)], at % width);
                    let seen = seen(asking, length, reach);
                    soften(row, seen, scale);
                }
            },
        );
    })
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
