//! A line in columns.

/// The columns of a line, divided by any number of spaces and tabs; `Err` is how many there are
/// when they are not `N`.
///
/// Only ASCII divides, as in `trec_eval`: ids may hold the wide spaces of other scripts.
pub(crate) fn columns<const N: usize>(line: &str) -> Result<[&str; N], usize> {
    let mut columns = [""; N];
    let mut count = 0;
    for column in line.split_ascii_whitespace() {
        if let Some(place) = columns.get_mut(count) {
            *place = column;
        }
        count += 1;
    }
    if count == N { Ok(columns) } else { Err(count) }
}
