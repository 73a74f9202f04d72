//! The paired bootstrap.

use crate::Options;
use crate::draws::{Purpose, below, fill, statistics};

/// The percentile interval of the mean of `differences`, one for each query: queries are drawn
/// with replacement, and the interval holds the middle [`confidence`](Options::confidence) of the
/// means. Quantiles interpolate between neighbours, as `scipy.stats.bootstrap` with
/// `method='percentile'`.
///
/// `None` of nothing. With one query, or all differences equal, it is a point: that says that
/// nothing is known about other queries, not that the difference is certain.
///
/// ```
/// use isogloss_significance::{Options, interval};
///
/// let (low, high) = interval(&[0.1, 0.2, 0.0, 0.3, 0.1], &Options::default()).unwrap();
/// assert!(0.0 < low && low < 0.14 && 0.14 < high && high < 0.3);
/// assert_eq!(interval(&[0.5, 0.5], &Options::default()), Some((0.5, 0.5)));
/// ```
pub fn interval(differences: &[f64], options: &Options) -> Option<(f64, f64)> {
    let count = differences.len();
    if differences.windows(2).all(|pair| pair[0].to_bits() == pair[1].to_bits()) {
        // The sum of many equal numbers would be off by a rounding.
        return differences.first().map(|&same| (same, same));
    }
    let mean = |rng: &mut _, words: &mut Vec<u32>| {
        words.resize(count, 0);
        fill(rng, words);
        let sum: f64 = words.iter().map(|&word| differences[below(count, word)]).sum();
        sum / count as f64
    };
    let mut means = statistics(options.resamples, options.seed, Purpose::Bootstrap, mean);
    means.sort_unstable_by(f64::total_cmp);
    let tail = (1.0 - options.confidence) / 2.0;
    Some((quantile(&means, tail), quantile(&means, 1.0 - tail)))
}

/// The quantile of ascending values, linear between neighbours.
fn quantile(ascending: &[f64], share: f64) -> f64 {
    let place = share * (ascending.len() - 1) as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    ascending[below] + (ascending[above] - ascending[below]) * place.fract()
}
