//! Suggestions for misspelt names. A name of a plan must be one of the training set; the person who
//! mistyped it is told the one they most likely meant.

/// Those of `known` that is nearest to `name`, unless it is nothing like it: at most a third of its
/// characters, and one in short names, may be wrong, missing, too many or swapped.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let fold = |text: &str| text.to_lowercase().chars().collect::<Vec<_>>();
    let name = fold(name);
    let limit = (name.len() / 3).max(1);
    known
        .into_iter()
        .map(|known| (distance(&name, &fold(known)), known))
        .filter(|&(distance, _)| distance <= limit && distance < name.len())
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, known)| known)
}

/// As part of a message: ` (did you mean ...?)` or nothing.
pub fn suggestion<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, known).map_or_else(String::new, |known| format!(" (did you mean `{known}`?)"))
}

/// Damerau's distance between adjacent swaps only (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_name_is_not() {
        let known = ["de", "en", "zh-Hans", "wikipedia", "wikiquote"];
        for (name, meant) in [
            ("dr", Some("de")),
            ("EN", Some("en")),
            ("ed", Some("de")),
            ("zh-hasn", Some("zh-Hans")),
            ("wikipdia", Some("wikipedia")),
            ("xx", None),
            ("mmarco", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, known), meant, "{name}");
        }
    }
}
