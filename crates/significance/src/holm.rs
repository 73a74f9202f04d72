//! Several tests at once.

/// p-values adjusted by Holm's method, in the order given: an adjusted p-value of at most 0.05
/// keeps the chance of even one false alarm in the family at 5 %, whatever the tests have to do
/// with each other.
///
/// The smallest is multiplied by the number of tests, the next by one less and so on; none is
/// smaller than one before it, and none above 1.
///
/// Source: Holm, "A Simple Sequentially Rejective Multiple Test Procedure", 1979; as
/// `statsmodels.stats.multitest.multipletests` with `method='holm'`.
///
/// ```
/// let adjusted = isogloss_significance::holm(&[0.01, 0.04, 0.03]);
/// for (got, expected) in adjusted.iter().zip([0.03, 0.06, 0.06]) {
///     assert!((got - expected).abs() < 1e-12);
/// }
/// ```
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut largest: f64 = 0.0;
    for (before, &at) in order.iter().enumerate() {
        largest = largest.max(p_values[at] * (p_values.len() - before) as f64).min(1.0);
        adjusted[at] = largest;
    }
    adjusted
}
