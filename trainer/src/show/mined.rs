//! What was mined, as text.

use std::fmt::Write;

use mining::{LanguageTally, Pool, Settings, Tally, Unmined, Written};

use super::table;

/// Tables by language, negatives by pair of languages, and why candidates were dropped.
pub fn render(pool: &Pool<'_>, tally: &Tally, settings: &Settings) -> String {
    let mut text = languages(pool, tally);
    if pool.languages().len() > 1 && tally.mined > 0 {
        text.push_str("\n\nnegatives by query language (rows) and their own (columns)\n\n");
        text.push_str(&pairs(pool, tally));
    }
    text.push_str("\n\n");
    text.push_str(&dropped(tally));
    let few = tally.few;
    if few > 0 {
        let _ = write!(text, "\n\n{few} queries got fewer than {}", settings.negatives);
    }
    if tally.no_positive > 0 {
        let count = tally.no_positive;
        let _ = write!(text, "\n{count} queries have no positive to compare with");
    }
    text
}

/// What was written where.
pub fn written(written: &Written, unmined: Unmined) -> String {
    let Written { files, rows, unmined: without } = written;
    let kept = match unmined {
        Unmined::Kept => *rows,
        Unmined::Dropped => rows - without,
    };
    let verb = if unmined == Unmined::Kept { "kept" } else { "dropped" };
    let mut text = format!("{kept} of {rows} rows written; {without} without negatives {verb}");
    for file in files {
        let _ = write!(text, "\n  {}", file.display());
    }
    text
}

fn score(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.4}"))
}

fn languages(pool: &Pool<'_>, tally: &Tally) -> String {
    let header = ["query", "queries", "mined", "negatives", "positive", "negative", "difference"];
    let mut table = table::new(header.map(str::to_owned));
    let mut row = |name: &str, counts: &LanguageTally| {
        let (positive, negative) = (counts.positive_mean(), counts.negative_mean());
        table.add_row([
            name.to_owned(),
            counts.queries.to_string(),
            counts.mined.to_string(),
            counts.negatives.to_string(),
            score(positive),
            score(negative),
            score(positive.zip(negative).map(|(positive, negative)| positive - negative)),
        ]);
    };
    for (name, counts) in pool.languages().iter().zip(&tally.by_language) {
        if counts.queries > 0 {
            row(name, counts);
        }
    }
    row("all", &tally.total());
    format!("mean scores of mined queries\n\n{}", table::text(&table))
}

fn pairs(pool: &Pool<'_>, tally: &Tally) -> String {
    let total = tally.total();
    // Only languages that something is in: a corpus may have a hundred.
    let columns: Vec<usize> =
        (0..total.in_language.len()).filter(|&at| total.in_language[at] > 0).collect();
    let name = |at: usize| pool.languages().get(at).map_or("unknown", String::as_str).to_owned();
    let header = std::iter::once("query".to_owned()).chain(columns.iter().map(|&at| name(at)));
    let mut table = table::new(header);
    for (at, counts) in tally.by_language.iter().enumerate() {
        if counts.queries > 0 {
            let cells = columns.iter().map(|&column| counts.in_language[column].to_string());
            table.add_row(std::iter::once(name(at)).chain(cells));
        }
    }
    table::text(&table)
}

fn dropped(tally: &Tally) -> String {
    let mut table = table::new(["dropped".to_owned(), "candidates".to_owned()]);
    for (reason, count) in [
        ("the positive itself", tally.positives),
        ("of the same meaning", tally.same_meaning),
        ("in another language than asked", tally.language),
        ("scoring too much", tally.above),
        ("scoring too little", tally.below),
    ] {
        table.add_row([reason.to_owned(), count.to_string()]);
    }
    format!("candidates as near as those considered\n\n{}", table::text(&table))
}
