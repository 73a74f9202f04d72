//! Numbers as benchmarks write them.

/// A grade of relevance: a whole number, also written as `1.0`.
pub(crate) fn grade(text: &str) -> Option<i32> {
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let value = score(text)?;
        let whole = value.fract() == 0.0 && value.abs() <= f64::from(i32::MAX);
        whole.then_some(value as i32)
    })
}

/// A finite number.
pub(crate) fn score(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|value| value.is_finite())
}
