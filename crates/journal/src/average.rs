//! The moving average, as every view of a run shows it.

/// Steps are averaged over this share of a run.
const SHARE: f64 = 0.02;

/// An exponential moving average, without the pull of a first value.
#[derive(Clone, Copy, Debug)]
pub struct Average {
    keep: f64,
    sum: f64,
    weight: f64,
}

impl Average {
    /// For a curve of `points` points: over about a fiftieth of them.
    pub fn over(points: u64) -> Self {
        let keep = 1.0 - 1.0 / (points as f64 * SHARE).max(1.0);
        Self { keep, sum: 0.0, weight: 0.0 }
    }

    /// The average with `value` in it. What is not finite gives NaN and moves nothing.
    pub fn next(&mut self, value: f64) -> f64 {
        if !value.is_finite() {
            return f64::NAN;
        }
        self.sum = self.sum * self.keep + value;
        self.weight = self.weight * self.keep + 1.0;
        self.sum / self.weight
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_begins_at_the_first_value_and_survives_what_is_not_finite() {
        let mut average = Average::over(500);
        assert!((average.next(4.0) - 4.0).abs() < 1e-12);
        let second = average.next(2.0);
        assert!(second > 2.9 && second < 3.0, "{second}");
        assert!(average.next(f64::NAN).is_nan() && average.next(f64::INFINITY).is_nan());
        assert!((average.next(second) - second).abs() < 1e-12);
        let mut few = Average::over(10);
        assert!((few.next(4.0) - 4.0).abs() < 1e-12 && (few.next(1.0) - 1.0).abs() < 1e-12);
    }
}
