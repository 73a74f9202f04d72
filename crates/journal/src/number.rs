//! Numbers as people read them, in every view of a run.

/// What stands where there is no value.
pub const NONE: &str = "–";

/// About four digits: `0.1234`, `12.35`, `1235`, `2e-5`; `NaN` for what is not finite.
pub fn short(value: f64) -> String {
    if !value.is_finite() {
        return "NaN".to_owned();
    }
    let size = value.abs();
    if size != 0.0 && !(1e-3..1e6).contains(&size) {
        return scientific(value, 2);
    }
    let decimals = match size {
        1000.0.. => 0,
        100.0.. => 1,
        10.0.. => 2,
        1.0.. => 3,
        _ => 4,
    };
    format!("{value:.decimals$}")
}

/// Without zeros at the end of the mantissa: `2e-5`, not `2.00e-5`.
fn scientific(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) if mantissa.contains('.') => {
            format!("{}e{exponent}", mantissa.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => text,
    }
}

/// A mark on an axis that spans `range`: as many digits as tell marks apart, `20k` for thousands.
pub fn tick(value: f64, range: f64) -> String {
    let step = range.abs() / 5.0;
    // What is left of a sum of steps that should be zero.
    let value = if value.abs() < step * 1e-6 { 0.0 } else { value };
    if value == 0.0 {
        return "0".to_owned();
    }
    if step < 1e-4 {
        return scientific(value, 3);
    }
    for (unit, letter) in [(1e9, "G"), (1e6, "M"), (1e4, "k")] {
        if value.abs() >= unit {
            let unit = if letter == "k" { 1e3 } else { unit };
            return format!("{}{letter}", plain(value / unit, step / unit));
        }
    }
    plain(value, step)
}

fn plain(value: f64, step: f64) -> String {
    let decimals = (1.0 - step.log10()).ceil().clamp(0.0, 6.0) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// Thousands apart: `1,234,567`.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `2 h 05 min`, `3 min 20 s`, `12.3 s`.
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return NONE.to_owned();
    }
    let whole = seconds.round() as u64;
    match whole {
        3600.. => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
        60.. => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{seconds:.1} s"),
    }
}

/// A share in 0..=1 as `12.3 %`.
pub fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:.1} %", 100.0 * share) } else { "NaN".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_long_as_they_need_be() {
        let short: Vec<_> =
            [0.0, 0.123_46, 12.345, 1234.5, 2e-5, -1.5e7, f64::INFINITY].map(short).into();
        assert_eq!(short, ["0.0000", "0.1235", "12.35", "1234", "2e-5", "-1.5e7", "NaN"]);
        let ticks: Vec<_> = [(0.1 + 0.2, 0.5), (1e-17, 1.0), (20_000.0, 1e5), (1500.0, 3000.0)]
            .map(|(value, range)| tick(value, range))
            .into();
        assert_eq!(ticks, ["0.3", "0", "20k", "1500"]);
        assert_eq!(tick(1.5e-5, 2e-5), "1.5e-5");
        assert_eq!(tick(12_500.0, 10_000.0), "12.5k");
        assert_eq!([count(0), count(999), count(1_234_567)], ["0", "999", "1,234,567"]);
        assert_eq!(
            [duration(59.4), duration(59.99), duration(200.0), duration(7500.0)],
            ["59.4 s", "1 min 00 s", "3 min 20 s", "2 h 05 min"]
        );
    }
}
