//! Softmax over what a token sees.

#![allow(clippy::inline_always, reason = "only inlined code gets the registers of its caller")]

use std::ops::Range;

use super::loops::{exp, largest, total};

/// The keys that token `asking` sees.
pub(super) fn seen(asking: usize, length: usize, reach: Option<usize>) -> Range<usize> {
    let Some(reach) = reach else { return 0..length };
    let start = asking.saturating_sub(reach).min(length);
    start..(asking + reach + 1).min(length)
}

/// Softmax of the scores `seen` of a row, scaled before it; all others become exactly 0.
#[inline(always)]
pub(super) fn soften(row: &mut [f32], seen: Range<usize>, scale: f32) {
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
