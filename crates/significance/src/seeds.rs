//! Several seeds of one way of training.

use std::fmt;

use serde::Serialize;

/// Mean and deviation of a few figures.
///
/// ```
/// use isogloss_significance::Spread;
///
/// let spread = Spread::of(&[0.590, 0.593, 0.596]).unwrap();
/// assert_eq!(spread.to_string(), "0.5930 ± 0.0030 (3 seeds)");
/// assert_eq!(Spread::of(&[0.593]).unwrap().to_string(), "0.5930 (1 seed)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// How many there are.
    pub count: usize,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation, with one less than their number as the divisor; `None` of one.
    pub deviation: Option<f64>,
}

impl Spread {
    /// Of any figures; `None` of nothing.
    pub fn of(values: &[f64]) -> Option<Self> {
        let count = values.len();
        if count == 0 {
            return None;
        }
        let mean = values.iter().sum::<f64>() / count as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let deviation = (count > 1).then(|| (squares / (count as f64 - 1.0)).sqrt());
        Some(Self { count, mean, deviation })
    }
}

impl fmt::Display for Spread {
    /// With four digits, or as many as asked for: `{:.1}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(4);
        write!(f, "{:.digits$}", self.mean)?;
        if let Some(deviation) = self.deviation {
            write!(f, " ± {deviation:.digits$}")?;
        }
        write!(f, " ({} seed{})", self.count, if self.count == 1 { "" } else { "s" })
    }
}
