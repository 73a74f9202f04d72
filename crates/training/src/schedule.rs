//! Learning-rate schedules.

use serde::{Deserialize, Serialize};

/// What happens after warm-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decay {
    /// Linearly to zero.
    #[default]
    Linear,
    /// Along half a cosine to zero.
    Cosine,
    /// Not at all.
    Constant,
}

/// Linear warm-up, then decay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// The highest rate.
    pub peak: f64,
    /// Steps over which the rate rises.
    pub warmup: u64,
    /// Steps in all.
    pub steps: u64,
    /// What follows warm-up.
    pub decay: Decay,
}

impl Schedule {
    /// The rate of step `step`, counted from 0.
    pub fn rate(&self, step: u64) -> f64 {
        if step < self.warmup {
            return self.peak * (step + 1) as f64 / self.warmup as f64;
        }
        let left = self.steps.saturating_sub(self.warmup).max(1);
        let done = (step - self.warmup) as f64 / left as f64;
        self.peak
            * match self.decay {
                Decay::Linear => (1.0 - done).max(0.0),
                Decay::Cosine => f64::midpoint(1.0, (done.min(1.0) * std::f64::consts::PI).cos()),
                Decay::Constant => 1.0,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(decay: Decay) -> Schedule {
        Schedule { peak: 1.0, warmup: 10, steps: 110, decay }
    }

    #[test]
    fn the_rate_rises_to_its_peak_and_falls_to_nothing() {
        for decay in [Decay::Linear, Decay::Cosine] {
            let schedule = schedule(decay);
            assert!((schedule.rate(0) - 0.1).abs() < 1e-12);
            assert!((schedule.rate(9) - 1.0).abs() < 1e-12);
            assert!((schedule.rate(60) - 0.5).abs() < 1e-12);
            assert!(schedule.rate(109) < 0.011);
        }
        assert!((schedule(Decay::Constant).rate(109) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn no_warmup_starts_at_the_peak() {
        let schedule = Schedule { warmup: 0, ..schedule(Decay::Linear) };
        assert!((schedule.rate(0) - 1.0).abs() < 1e-12);
    }
}
