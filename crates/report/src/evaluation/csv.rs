//! Every value on a line of its own, for programs.
//!
//! Numbers are as exact as they are kept, not as they are shown. A mean over languages has no query
//! language; only the cells of a matrix have a document language. What was to be measured and has
//! no value has a line without one, so that it is not mistaken for what was left out.

use super::{Evaluations, Matrix, Score, System};

/// The names of the columns.
const HEAD: &str =
    "system,benchmark,candidates,setting,query_language,document_language,value,deviation,seeds\n";

/// All values of all systems.
pub fn lines(evaluations: &Evaluations) -> String {
    let mut out = HEAD.to_owned();
    for system in &evaluations.systems {
        for setting in &system.settings {
            out += &line(system, &setting.name, "", "", &setting.mean);
            for language in &system.languages {
                let none = Score::default();
                let score = setting.languages.get(language).unwrap_or(&none);
                out += &line(system, &setting.name, language, "", score);
            }
        }
        if let Some(pairs) = &system.pairs {
            out += &matrix(system, "mAP by pair", pairs);
        }
        if let Some(one_target) = &system.one_target {
            out += &matrix(system, "one-target mAP", one_target);
        }
        if let Some(shares) = &system.shares {
            out += &matrix(system, &format!("share of first {}", shares.k), &shares.matrix);
        }
    }
    out
}

fn matrix(system: &System, name: &str, matrix: &Matrix) -> String {
    let mut out = String::new();
    for (query, row) in matrix.queries.iter().zip(&matrix.cells) {
        for (document, score) in matrix.documents.iter().zip(row) {
            out += &line(system, name, query, document, score);
        }
    }
    out
}

fn line(system: &System, setting: &str, query: &str, document: &str, score: &Score) -> String {
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let fields = [
        field(&system.name),
        field(&system.benchmark),
        field(&system.candidates),
        field(setting),
        field(query),
        field(document),
        number(score.mean()),
        number(score.deviation()),
        score.seeds().to_string(),
    ];
    fields.join(",") + "\n"
}

/// Quoted where it must be (RFC 4180).
fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
