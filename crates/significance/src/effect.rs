//! How large a difference is, beside how sure.

use crate::Spread;

/// Cohen's d for pairs, also called `d_z`: the mean of `differences` in units of their standard
/// deviation. About 0.2 is called small, 0.5 medium, 0.8 large.
///
/// `None` with fewer than two queries or when all differ by the same.
///
/// Source: Cohen, "Statistical Power Analysis for the Behavioral Sciences", 1988.
///
/// ```
/// let d = isogloss_significance::effect_size(&[0.1, 0.2, 0.3]).unwrap();
/// assert!((d - 2.0).abs() < 1e-12);
/// assert_eq!(isogloss_significance::effect_size(&[0.5, 0.5]), None);
/// ```
pub fn effect_size(differences: &[f64]) -> Option<f64> {
    // The deviation of equal numbers may be a rounding away from 0.
    let differ = differences.windows(2).any(|pair| pair[0].to_bits() != pair[1].to_bits());
    let spread = Spread::of(differences).filter(|_| differ)?;
    spread.deviation.filter(|&deviation| deviation > 0.0).map(|deviation| spread.mean / deviation)
}
