//! Do the translations of one query get the same ranking?

/// Spearman's rank correlation over paired places, ties at their average rank, as
/// `scipy.stats.spearmanr`.
///
/// Each pair is where one document stands for two queries; only the order counts, so ranks over
/// the pool serve as they are. In the range -1..=1; `None` with fewer than two documents or when
/// all stand at the same place for one of the queries, where it is not defined.
///
/// ```
/// use isogloss_measures::rank_correlation;
/// assert_eq!(rank_correlation(&[(1, 10), (2, 20), (3, 30)]), Some(1.0));
/// assert_eq!(rank_correlation(&[(1, 3), (2, 2), (3, 1)]), Some(-1.0));
/// assert_eq!(rank_correlation(&[(1, 1)]), None);
/// ```
pub fn rank_correlation(pairs: &[(usize, usize)]) -> Option<f64> {
    let first = average_ranks(&pairs.iter().map(|&(a, _)| a).collect::<Vec<_>>());
    let second = average_ranks(&pairs.iter().map(|&(_, b)| b).collect::<Vec<_>>());
    // The mean of n ranks is (n + 1) / 2, ties or not.
    let middle = f64::midpoint(1.0, pairs.len() as f64);
    let (mut product, mut squares) = (0.0, (0.0, 0.0));
    for (a, b) in first.into_iter().zip(second) {
        let (a, b) = (a - middle, b - middle);
        product += a * b;
        squares.0 += a * a;
        squares.1 += b * b;
    }
    let scale = f64::sqrt(squares.0 * squares.1);
    (scale > 0.0).then(|| (product / scale).clamp(-1.0, 1.0))
}

/// The rank correlation of two translations of one query, for MRC@k: [`rank_correlation`] over the
/// documents that either of them has among its first `k`.
///
/// `first` and `second` have one rank per document of the pool, in the same order of documents.
/// MRC@k of a language is the mean over the other languages, then over queries; the benchmark's
/// figure is the mean over languages. Some print it times 100.
///
/// Source: Mean Rank Correlation of "Language Bias in Multilingual Information Retrieval: The
/// Nature of the Beast and Mitigation Methods" (Yang et al., MRL 2024, arXiv 2509.06195), over the
/// union of the first `k` as in the published code of MIMO (arXiv 2605.31171).
///
/// # Panics
///
/// When `first` and `second` have different lengths.
///
/// ```
/// use isogloss_measures::rank_correlation_at;
/// // Documents 0 and 1 are in front for both, in the other order; document 2 for neither.
/// assert_eq!(rank_correlation_at(2, &[1, 2, 3], &[2, 1, 3]), Some(-1.0));
/// ```
pub fn rank_correlation_at(k: usize, first: &[usize], second: &[usize]) -> Option<f64> {
    assert_eq!(first.len(), second.len(), "the two rankings are of different pools");
    let places = first.iter().copied().zip(second.iter().copied());
    let union: Vec<_> = places.filter(|&(a, b)| a <= k || b <= k).collect();
    rank_correlation(&union)
}

/// The rank of each value among `values`, from 1; equal values share the average of their ranks.
pub(super) fn average_ranks(values: &[usize]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by_key(|&at| values[at]);
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for tied in order.chunk_by(|&a, &b| values[a] == values[b]) {
        // The average of before + 1 ..= before + tied.len().
        let rank = before as f64 + f64::midpoint(1.0, tied.len() as f64);
        for &at in tied {
            ranks[at] = rank;
        }
        before += tied.len();
    }
    ranks
}
