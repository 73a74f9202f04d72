//! Numbers of an evaluation as text.

use journal::number::{NONE, short};

/// More places than this say nothing.
const PLACES: usize = 9;
/// From here on a number is written with an exponent.
const LARGE: f64 = 1e9;

/// `0.7918`; a dash for none.
pub fn value(value: Option<f64>, places: usize) -> String {
    let Some(value) = value.filter(|value| value.is_finite()) else { return NONE.to_owned() };
    if value.abs() >= LARGE {
        return short(value);
    }
    let text = format!("{value:.*}", places.min(PLACES));
    // Less than nothing, rounded away.
    let zero = text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.'));
    if zero { text.replace('-', "") } else { text }
}

/// `+0.0041`, `-0.0041`; a dash for none.
pub fn signed(difference: Option<f64>, places: usize) -> String {
    let text = value(difference, places);
    if difference.is_some_and(|value| value > 0.0) { format!("+{text}") } else { text }
}

/// `0.031`, `<0.001`; a dash for none.
pub fn p_value(p: Option<f64>) -> String {
    match p {
        Some(p) if (0.0..0.001).contains(&p) => "<0.001".to_owned(),
        p => value(p, 3),
    }
}

/// Which values are the best of them, as they are shown: what looks equal is equal. Where none is
/// worse than another there is no best.
pub fn best(values: &[Option<f64>], places: usize, lower_is_better: bool) -> Vec<bool> {
    let scale = 10_f64.powi(places.min(PLACES) as i32);
    let sign = if lower_is_better { -1.0 } else { 1.0 };
    let goodness = |value: &Option<f64>| {
        value.filter(|value| value.is_finite()).map(|value| sign * (value * scale).round())
    };
    let of: Vec<Option<f64>> = values.iter().map(goodness).collect();
    let there = || of.iter().copied().flatten();
    let top = there().fold(f64::NEG_INFINITY, f64::max);
    let differ = there().any(|value| value < top);
    of.iter().map(|value| differ && *value == Some(top)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_with_their_places_and_never_as_nan() {
        let shown: Vec<String> =
            [0.791_84, -0.000_01, f64::NAN, f64::INFINITY, 1e300].map(|v| value(Some(v), 4)).into();
        assert_eq!(shown, ["0.7918", "0.0000", "–", "–", "1e300"]);
        assert_eq!([signed(Some(0.01), 2), signed(Some(-0.01), 2)], ["+0.01", "-0.01"]);
        assert_eq!(
            [p_value(Some(0.0)), p_value(Some(0.0312)), p_value(None)],
            ["<0.001", "0.031", "–"]
        );
    }

    #[test]
    fn the_best_is_what_looks_best() {
        let values = [Some(0.791_81), None, Some(0.791_84), Some(0.5), Some(f64::NAN)];
        assert_eq!(best(&values, 4, false), [true, false, true, false, false]);
        assert_eq!(best(&values, 5, false), [false, false, true, false, false]);
        assert_eq!(best(&values, 4, true), [false, false, false, true, false]);
        assert_eq!(best(&[Some(1.0), None], 4, false), [false, false], "of one there is no best");
        assert_eq!(best(&[Some(1.0), Some(1.0)], 4, false), [false, false], "nor of equals");
    }
}
