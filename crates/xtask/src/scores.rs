//! The comparison table, from the files that `isogloss evaluate --json` writes.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::TaskError;

/// The four numbers by which strategies of training are compared; all macro means over languages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scores {
    /// mAP with query and candidates in the same language.
    pub map_mono: f64,
    /// mAP over every ordered pair of different languages.
    pub map_cross: f64,
    /// mAP over the pooled candidates of all languages.
    pub map_multi: f64,
    /// Ranks between the first and the last right answer in the pool; lower is better.
    pub rank_distance: f64,
}

impl Scores {
    /// Reads them from a report.
    pub fn read(path: &Path) -> Result<Self, TaskError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| TaskError::File { path: path.to_owned(), source })?;
        Self::parse(path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, TaskError> {
        let wrong = |reason| TaskError::Content { path: path.to_owned(), reason };
        let report: Value = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        let number = |pointer: &str| {
            let value = report.pointer(pointer).and_then(Value::as_f64);
            value.ok_or_else(|| wrong(format!("`{pointer}` is not a number")))
        };
        Ok(Self {
            map_mono: number("/mean/monolingual/map")?,
            map_cross: number("/mean/crosslingual/map")?,
            map_multi: number("/mean/multilingual/map")?,
            rank_distance: number("/mean/rank_distance")?,
        })
    }
}

/// The table: one row a model, in the order given.
pub fn table(rows: &[(String, PathBuf)]) -> Result<String, TaskError> {
    let mut table = format!(
        "{:<8}  {:>8}  {:>9}  {:>9}  {:>13}\n",
        "model", "mAP mono", "mAP cross", "mAP multi", "rank distance"
    );
    for (name, path) in rows {
        let Scores { map_mono, map_cross, map_multi, rank_distance } = Scores::read(path)?;
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "{name:<8}  {map_mono:>8.4}  {map_cross:>9.4}  {map_multi:>9.4}  {rank_distance:>13.1}"
        );
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = r#"{"mean": {
        "monolingual": {"map": 0.194, "recall_at_1": 0.1},
        "crosslingual": {"map": 0.121, "recall_at_1": 0.1},
        "multilingual": {"map": 0.051, "recall_at_10": 0.1},
        "rank_distance": 1810.0}}"#;

    #[test]
    fn the_table_has_a_row_for_each_report() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hybrid.json");
        std::fs::write(&path, REPORT).unwrap();
        let table = table(&[("hybrid".to_owned(), path)]).unwrap();
        let row: Vec<&str> = table.lines().nth(1).unwrap().split_whitespace().collect();
        assert_eq!(row, ["hybrid", "0.1940", "0.1210", "0.0510", "1810.0"]);
        let widths: Vec<usize> = table.lines().map(str::len).collect();
        assert_eq!(widths[0], widths[1]);
    }

    #[test]
    fn an_absent_score_is_named() {
        let report = REPORT.replace("1810.0", "null");
        let error = Scores::parse(Path::new("a.json"), &report).unwrap_err().to_string();
        assert_eq!(error, "a.json: `/mean/rank_distance` is not a number");
    }
}
