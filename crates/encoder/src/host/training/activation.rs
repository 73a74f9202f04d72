//! Activations with their slopes.

#![allow(clippy::inline_always, reason = "only inlined code gets the registers of its caller")]

use crate::Activation;

use super::super::loops::{erf, exp, widest};

/// The activation of `x`, and its slope there.
#[inline(always)]
fn gelu(x: f32) -> (f32, f32) {
    // 1 / sqrt(2 pi)
    const DENSITY: f32 = 0.398_942_3;
    let below = 0.5 * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2));
    (x * below, below + x * DENSITY * exp(-0.5 * x * x))
}

#[inline(always)]
fn gelu_tanh(x: f32) -> (f32, f32) {
    // sqrt(2 / pi)
    const INNER: f32 = 0.797_884_6;
    const CUBE: f32 = 0.044_715;
    let (t, slope) = tanh(INNER * (x + CUBE * x * x * x));
    let inner = INNER * (1.0 + 3.0 * CUBE * x * x);
    (0.5 * x * (1.0 + t), 0.5 * (1.0 + t) + 0.5 * x * slope * inner)
}

#[inline(always)]
fn tanh(x: f32) -> (f32, f32) {
    let small = exp(-2.0 * x.abs());
    let t = ((1.0 - small) / (1.0 + small)).copysign(x);
    (t, 1.0 - t * t)
}

#[inline(always)]
fn silu(x: f32) -> (f32, f32) {
    let small = exp(-x.abs());
    let share = if x >= 0.0 { 1.0 } else { small } / (1.0 + small);
    (x * share, share * (1.0 + x * (1.0 - share)))
}

#[inline(always)]
fn relu(x: f32) -> (f32, f32) {
    if x > 0.0 { (x, 1.0) } else { (0.0, 0.0) }
}

/// Does `$body` with `$both` the function of value and slope, in the widest registers.
macro_rules! with_both {
    ($activation:expr, $both:ident, $body:expr) => {
        match $activation {
            Activation::Gelu => with_both!(@ gelu, $both, $body),
            Activation::GeluTanh => with_both!(@ gelu_tanh, $both, $body),
            Activation::Relu => with_both!(@ relu, $both, $body),
            Activation::Silu => with_both!(@ silu, $both, $body),
            Activation::Tanh => with_both!(@ tanh, $both, $body),
            Activation::Identity => with_both!(@ identity, $both, $body),
        }
    };
    (@ $function:ident, $both:ident, $body:expr) => {
        widest(
            #[inline(always)]
            || {
                let $both = $function;
                $body
            },
        )
    };
}

#[inline(always)]
fn identity(x: f32) -> (f32, f32) {
    (x, 1.0)
}

impl Activation {
    /// Calls `each` with the next of `places` and the value for every `x`.
    ///
    /// `each` must be inlined.
    pub(super) fn values<P>(
        self,
        x: &[f32],
        places: impl Iterator<Item = P>,
        mut each: impl FnMut(P, f32),
    ) {
        with_both!(self, both, x.iter().zip(places).for_each(|(&x, place)| each(place, both(x).0)));
    }

    /// The same with the slope after the value.
    pub(super) fn slopes<P>(
        self,
        x: &[f32],
        places: impl Iterator<Item = P>,
        mut each: impl FnMut(P, f32, f32),
    ) {
        with_both!(self, both, {
            for (&x, place) in x.iter().zip(places) {
                let (value, slope) = both(x);
                each(place, value, slope);
            }
        });
    }
}
