//! Curves with as many points as can be seen.

/// A point: step and value. A value that is not finite is a gap.
pub type Point = (f64, f64);

/// At most about `2 * buckets` points that look like all of them: of each of `buckets` equal
/// stretches of x the lowest and the highest, so that no spike is lost. `points` ascend in x. A
/// stretch without any finite value is a gap.
pub fn thinned(points: &[Point], buckets: usize) -> Vec<Point> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    if points.len() <= 2 * buckets || last.0 <= first.0 {
        return points.to_vec();
    }
    let width = (last.0 - first.0) / buckets as f64;
    let bucket = |x: f64| (((x - first.0) / width) as usize).min(buckets - 1);
    let mut thin = Vec::with_capacity(2 * buckets);
    for stretch in points.chunk_by(|a, b| bucket(a.0) == bucket(b.0)) {
        let finite = stretch.iter().filter(|point| point.1.is_finite());
        let low = finite.clone().min_by(|a, b| a.1.total_cmp(&b.1));
        let high = finite.max_by(|a, b| a.1.total_cmp(&b.1));
        match (low, high) {
            (Some(low), Some(high)) if low == high => thin.push(*low),
            (Some(low), Some(high)) => {
                let (before, after) = if low.0 < high.0 { (low, high) } else { (high, low) };
                thin.extend([*before, *after]);
            }
            _ => thin.push((stretch[0].0, f64::NAN)),
        }
    }
    thin
}

/// The runs of finite points between gaps.
pub fn unbroken(points: &[Point]) -> impl Iterator<Item = &[Point]> {
    points.split(|point| !point.1.is_finite()).filter(|stretch| !stretch.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thinned_curve_keeps_spikes_and_gaps() {
        let mut points: Vec<Point> = (0..10_000).map(|i| (f64::from(i), 1.0)).collect();
        points[5_003].1 = 9.0;
        points[7_007].1 = -9.0;
        points[2_000].1 = f64::NAN;
        for point in &mut points[8_000..9_000] {
            point.1 = f64::NAN;
        }
        let thin = thinned(&points, 100);
        assert!(thin.len() <= 200, "{}", thin.len());
        assert!(thin.contains(&(5_003.0, 9.0)) && thin.contains(&(7_007.0, -9.0)));
        assert_eq!(unbroken(&thin).count(), 2, "one step that is lost is no gap, many are");
        assert!(thin.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(thinned(&points[..50], 100), points[..50]);
    }
}
