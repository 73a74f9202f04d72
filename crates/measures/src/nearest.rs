//! The known name that was likely meant; in its own file because this crate has no dependencies
//! to take it from.

/// The one of `known` that is the fewest edits from `text`, whatever the case, if that is at most
/// two and fewer than `text` is long.
pub(crate) fn nearest<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let text = text.to_lowercase();
    let most = 2.min(text.chars().count().saturating_sub(1));
    let distances = known.into_iter().map(|name| (edits(&text, &name.to_lowercase()), name));
    distances.min_by_key(|&(distance, _)| distance).filter(|&(d, _)| d <= most).map(|(_, n)| n)
}

/// Insertions, deletions, replacements and swaps of neighbours that lead from one text to another.
fn edits(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![vec![0; to.len() + 1]; from.len() + 1];
    for i in 0..=from.len() {
        for j in 0..=to.len() {
            rows[i][j] = match (i, j) {
                (0, edits) | (edits, 0) => edits,
                _ => {
                    let replaced = usize::from(from[i - 1] != to[j - 1]);
                    let mut least = (rows[i - 1][j - 1] + replaced)
                        .min(rows[i - 1][j] + 1)
                        .min(rows[i][j - 1] + 1);
                    if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                        least = least.min(rows[i - 2][j - 2] + 1);
                    }
                    least
                }
            };
        }
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_finds_what_was_meant_and_nonsense_finds_nothing() {
        let known = ["nDCG", "Success", "AP"];
        assert_eq!(nearest("ndgc", known), Some("nDCG"));
        assert_eq!(nearest("Sucess", known), Some("Success"));
        assert_eq!(nearest("bleu", known), None);
        assert_eq!(nearest("X", known), None);
        assert_eq!(nearest("", known), None);
    }
}
