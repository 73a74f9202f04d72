//! Dynamic loss scaling (arXiv 1710.03740, section 3.2), as `PyTorch`'s `GradScaler` does it.
//!
//! In f16 gradients below 6e-8 vanish. The loss is multiplied before the backward pass and the
//! gradients divided after it. The factor doubles after two thousand steps without an overflow and
//! halves with each one, whose step is left out.

use serde::{Deserialize, Serialize};

/// Good steps after which the scale doubles.
const GROWTH: u32 = 2000;

/// A scale below this helps nothing: numbers overflow whatever the scale.
const LOWEST: f64 = 1.0 / 65536.0;

/// The factor of the loss.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LossScale {
    /// What the loss is multiplied by.
    pub factor: f64,
    /// Steps since it last changed.
    good: u32,
}

impl LossScale {
    /// Starts at `factor`.
    pub fn new(factor: f64) -> Self {
        Self { factor, good: 0 }
    }

    /// Takes note of a step; whether its gradients were `finite`.
    ///
    /// False when the scale cannot fall any further.
    #[must_use]
    pub fn note(&mut self, finite: bool) -> bool {
        if finite {
            self.good += 1;
            if self.good == GROWTH {
                (self.factor, self.good) = (self.factor * 2.0, 0);
            }
            return true;
        }
        (self.factor, self.good) = (self.factor / 2.0, 0);
        self.factor >= LOWEST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overflows_halve_it_and_good_steps_double_it() {
        let mut scale = LossScale::new(8.0);
        assert!(scale.note(false));
        assert!((scale.factor - 4.0).abs() < 1e-12);
        for _ in 0..GROWTH {
            assert!(scale.note(true));
        }
        assert!((scale.factor - 8.0).abs() < 1e-12);
    }

    #[test]
    fn it_gives_up_where_nothing_helps() {
        let mut scale = LossScale::new(1.0);
        let noted = (0..100).take_while(|_| scale.note(false)).count();
        assert_eq!(noted, 16);
    }
}
