//! A curve of fixed size, whatever the length of the run.

/// As many points as a wide terminal can show in braille; a run of any length is kept in so many.
const POINTS: usize = 1024;

/// What is known of one step, or of a few neighbouring ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The last of its steps.
    pub step: f64,
    /// Lowest value; NaN where there was none that is finite.
    pub low: f64,
    /// Highest value.
    pub high: f64,
    /// Moving average after its last step.
    pub average: f64,
}

/// The points of a curve so far.
#[derive(Clone, Debug)]
pub struct History {
    points: Vec<Point>,
    /// Values that are put together in a point.
    stride: u32,
    /// Values in the last point.
    filled: u32,
}

impl Default for History {
    fn default() -> Self {
        Self { points: Vec::new(), stride: 1, filled: 1 }
    }
}

impl Point {
    fn and(self, later: Self) -> Self {
        Self {
            step: later.step,
            // These take the other where one is NaN.
            low: self.low.min(later.low),
            high: self.high.max(later.high),
            average: later.average,
        }
    }
}

impl History {
    /// Appends a value and the moving average with it.
    pub fn push(&mut self, step: u64, value: f64, average: f64) {
        let value = if value.is_finite() { value } else { f64::NAN };
        let new = Point { step: step as f64, low: value, high: value, average };
        match self.points.last_mut() {
            Some(last) if self.filled < self.stride => {
                *last = last.and(new);
                self.filled += 1;
            }
            _ => {
                if self.points.len() == POINTS {
                    self.points = self
                        .points
                        .chunks(2)
                        .filter_map(|pair| pair.iter().copied().reduce(Point::and))
                        .collect();
                    self.stride *= 2;
                }
                self.points.push(new);
                self.filled = 1;
            }
        }
    }

    /// The points, in order of steps.
    pub fn points(&self) -> &[Point] {
        &self.points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_is_kept_small_with_its_spikes() {
        let mut history = History::default();
        for step in 1..=100_000_u64 {
            let value = match step {
                40_001 => 9.0,
                70_001 => -9.0,
                50_000 => f64::INFINITY,
                _ => 1.0,
            };
            history.push(step, value, value);
        }
        let points = history.points();
        assert!(points.len() > POINTS / 2 && points.len() <= POINTS, "{}", points.len());
        let high = points.iter().find(|point| point.high > 8.0);
        assert!(high.is_some_and(|point| point.step >= 40_001.0 && point.step < 40_300.0));
        assert_eq!(points.iter().filter(|point| point.low < -8.0).count(), 1);
        assert!(points.is_sorted_by(|a, b| a.step < b.step));
        assert!(points.last().is_some_and(|point| point.step > 99_999.0));
    }
}
