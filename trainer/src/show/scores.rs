//! An evaluation as text.

use std::collections::BTreeMap;
use std::fmt::Write;

use evaluation::Report;

use super::table;

/// The report as tables: measures per query language with their means, and mAP per pair.
pub fn render(report: &Report) -> String {
    let counts = &report.counts;
    let mut text = format!(
        "{}: {} questions, {} candidates ({}), {} languages\n\n",
        report.benchmark,
        counts.questions,
        counts.candidates,
        report.candidate_text,
        report.languages.len(),
    );
    text.push_str(&languages(report));
    if report.languages.len() > 1 {
        text.push_str("\n\nmAP by query language (rows) and candidate language (columns)\n\n");
        text.push_str(&pairs(report));
    }
    let skipped = &counts.skipped;
    let mut gap = "\n";
    for (count, what) in [
        (skipped.monolingual, "questions without an answer in their own language"),
        (skipped.crosslingual, "questions without an answer in another language, by pair"),
        (skipped.multilingual, "questions without any answer"),
    ] {
        if count > 0 {
            let _ = write!(text, "{gap}\nskipped: {count} {what}");
            gap = "";
        }
    }
    text
}

/// The macro means by name, as the manifest keeps them.
pub fn means(report: &Report) -> BTreeMap<String, f64> {
    let mean = &report.mean;
    [
        ("monolingual mAP", mean.monolingual.map(|s| s.map)),
        ("monolingual R@1", mean.monolingual.map(|s| s.recall_at_1)),
        ("cross-lingual mAP", mean.crosslingual.map(|s| s.map)),
        ("cross-lingual R@1", mean.crosslingual.map(|s| s.recall_at_1)),
        ("multilingual mAP", mean.multilingual.map(|s| s.map)),
        ("multilingual R@10", mean.multilingual.map(|s| s.recall_at_10)),
        ("rank distance", mean.rank_distance),
    ]
    .into_iter()
    .filter_map(|(name, value)| value.map(|value| (name.to_owned(), value)))
    .collect()
}

fn share(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.4}"))
}

fn ranks(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"))
}

fn languages(report: &Report) -> String {
    let header =
        ["query", "mono mAP", "R@1", "cross mAP", "R@1", "multi mAP", "R@10", "rank distance"];
    let mut table = table::new(header.map(str::to_owned));
    for scores in &report.languages {
        let (mono, cross) = (scores.monolingual, scores.crosslingual);
        table.add_row([
            scores.language.clone(),
            share(mono.map(|s| s.map)),
            share(mono.map(|s| s.recall_at_1)),
            share(cross.map(|s| s.map)),
            share(cross.map(|s| s.recall_at_1)),
            share(scores.multilingual.map(|s| s.map)),
            share(scores.multilingual.map(|s| s.recall_at_10)),
            ranks(scores.rank_distance),
        ]);
    }
    let mean = &report.mean;
    table.add_row([
        "mean".to_owned(),
        share(mean.monolingual.map(|s| s.map)),
        share(mean.monolingual.map(|s| s.recall_at_1)),
        share(mean.crosslingual.map(|s| s.map)),
        share(mean.crosslingual.map(|s| s.recall_at_1)),
        share(mean.multilingual.map(|s| s.map)),
        share(mean.multilingual.map(|s| s.recall_at_10)),
        ranks(mean.rank_distance),
    ]);
    table::text(&table)
}

fn pairs(report: &Report) -> String {
    let names = &report.pairs.languages;
    let header = std::iter::once("query".to_owned()).chain(names.iter().cloned());
    let mut table = table::new(header);
    for (name, row) in names.iter().zip(&report.pairs.map) {
        let cells = row
            .iter()
            .map(|value| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}")));
        table.add_row(std::iter::once(name.clone()).chain(cells));
    }
    table::text(&table)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Two languages, of which the second has no question that the first answers.
    fn report() -> Report {
        let none = json!({"monolingual": 0, "crosslingual": 0, "multilingual": 0,
            "rank_distance": 0});
        let skipped = json!({"monolingual": 0, "crosslingual": 3, "multilingual": 0,
            "rank_distance": 3});
        let mono = json!({"map": 0.75, "recall_at_1": 0.5});
        let cross = json!({"map": 0.123_45, "recall_at_1": 0.0});
        let multi = json!({"map": 1.0, "recall_at_10": 0.9});
        serde_json::from_value(json!({
            "benchmark": "corpus",
            "candidate_text": "sentence",
            "counts": {"questions": 7, "candidates": 1234, "skipped": skipped},
            "mean": {"monolingual": mono, "crosslingual": cross, "multilingual": multi,
                "rank_distance": 1039.25},
            "languages": [
                {"language": "de", "questions": 4, "candidates": 34, "monolingual": mono,
                    "crosslingual": cross, "multilingual": multi, "rank_distance": 1039.25,
                    "skipped": none},
                {"language": "zh-Hant", "questions": 3, "candidates": 1200, "monolingual": mono,
                    "crosslingual": null, "multilingual": multi, "rank_distance": null,
                    "skipped": skipped},
            ],
            "pairs": {"languages": ["de", "zh-Hant"],
                "map": [[0.75, 0.123_45], [null, 0.75]],
                "recall_at_1": [[0.5, 0.0], [null, 0.5]],
                "questions": [[4, 4], [0, 3]]},
        }))
        .unwrap()
    }

    #[test]
    fn a_report_reads_as_tables() {
        insta::assert_snapshot!(render(&report()), @r"
        corpus: 7 questions, 1234 candidates (sentence), 2 languages

         query    mono mAP     R@1  cross mAP     R@1  multi mAP    R@10  rank distance
         de         0.7500  0.5000     0.1235  0.0000     1.0000  0.9000         1039.2
         zh-Hant    0.7500  0.5000          -       -     1.0000  0.9000              -
         mean       0.7500  0.5000     0.1235  0.0000     1.0000  0.9000         1039.2

        mAP by query language (rows) and candidate language (columns)

         query       de  zh-Hant
         de       0.750    0.123
         zh-Hant      -    0.750

        skipped: 3 questions without an answer in another language, by pair
        ");
    }

    #[test]
    fn one_language_has_no_pairs_and_no_cross_lingual_score() {
        let mut report = report();
        report.languages.remove(0);
        report.mean.crosslingual = None;
        assert!(!render(&report).contains("candidate language"));
        let means = means(&report);
        assert!(!means.contains_key("cross-lingual mAP"));
        assert!((means["monolingual mAP"] - 0.75).abs() < f64::EPSILON);
    }
}
