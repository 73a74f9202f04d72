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
    let mut notes = Vec::new();
    if tally.few > 0 {
        notes.push(format!("{} queries got fewer than {}", tally.few, settings.negatives));
    }
    if tally.all_above > 0 {
        notes.push(format!(
            "{} queries got none because all {} candidates considered score too much; a greater \
             --range-max considers more",
            tally.all_above,
            settings.window(),
        ));
    }
    if tally.no_positive > 0 {
        notes.push(format!("{} queries have no positive to compare with", tally.no_positive));
    }
    if !notes.is_empty() {
        let _ = write!(text, "\n\n{}", notes.join("\n"));
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use corpora::texts::Text;
    use corpora::training::{Entry, TrainingSet};

    use super::*;

    #[test]
    fn what_was_mined_reads_as_tables() {
        let entry =
            |at: u32| Entry { group: at, source: 0, language: at, query: at, passage: 2 + at };
        let set = TrainingSet {
            languages: vec!["de".to_owned(), "en".to_owned()],
            sources: vec!["s".to_owned()],
            texts: (0..4).map(|at| format!("t{at}")).collect(),
            entries: vec![entry(0), entry(1)],
            ..TrainingSet::default()
        };
        let wild = Text { id: "x".to_owned(), lang: Some("tr".to_owned()), text: "x".to_owned() };
        let pool = Pool::new(&set, [Ok(wild)]).unwrap();
        let german = LanguageTally {
            queries: 1000,
            mined: 900,
            negatives: 2650,
            positive_sum: 720.0,
            positives: 900,
            negative_sum: 1590.0,
            in_language: vec![2000, 640, 0, 10],
        };
        let english = LanguageTally { queries: 7, in_language: vec![0; 4], ..Default::default() };
        let tally = Tally {
            queries: 1007,
            mined: 900,
            few: 50,
            all_above: 100,
            no_positive: 2,
            positives: 800,
            same_meaning: 31,
            language: 0,
            above: 4321,
            below: 5,
            by_language: vec![german, english, LanguageTally::default()],
        };
        insta::assert_snapshot!(render(&pool, &tally, &Settings::default()), @r"
        mean scores of mined queries

         query  queries  mined  negatives  positive  negative  difference
         de        1000    900       2650    0.8000    0.6000      0.2000
         en           7      0          0         -         -           -
         all       1007    900       2650    0.8000    0.6000      0.2000

        negatives by query language (rows) and their own (columns)

         query    de   en  unknown
         de     2000  640       10
         en        0    0        0

        candidates as near as those considered

         dropped                         candidates
         the positive itself                    800
         of the same meaning                     31
         in another language than asked           0
         scoring too much                      4321
         scoring too little                       5

        50 queries got fewer than 3
        100 queries got none because all 30 candidates considered score too much; a greater --range-max considers more
        2 queries have no positive to compare with
        ");
        let files = vec!["out/a.jsonl".into(), "out/b.jsonl".into()];
        let counts = Written { files, rows: 1200, unmined: 110 };
        insta::assert_snapshot!(written(&counts, Unmined::Dropped), @r"
        1090 of 1200 rows written; 110 without negatives dropped
          out/a.jsonl
          out/b.jsonl
        ");
        let kept = written(&counts, Unmined::Kept);
        assert!(
            kept.starts_with("1200 of 1200 rows written; 110 without negatives kept"),
            "{kept}"
        );
    }
}
