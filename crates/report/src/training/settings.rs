//! In which settings the runs differ.

use std::collections::{BTreeMap, BTreeSet};

use journal::number::NONE;
use serde_json::Value;

use super::{TrainingRun, head};
use crate::html::Html;
use crate::table::{Cell, Column, Table};

/// The settings that differ; all of them, folded away.
pub fn section(runs: &[TrainingRun]) -> Html {
    let settings: Vec<_> = runs.iter().map(flat).collect();
    let names: BTreeSet<&String> = settings.iter().flat_map(BTreeMap::keys).collect();
    let differ = |name: &&&String| {
        let first = settings[0].get(**name);
        settings.iter().any(|settings| settings.get(**name) != first)
    };
    let different: Vec<&String> = names.iter().filter(differ).copied().collect();
    let mut html = Html::new();
    if runs.len() > 1 {
        if different.is_empty() {
            html.element("p", "The runs have the same settings and data.");
        } else {
            let caption = "Settings that differ";
            html.append(&table(caption, runs, &settings, &different).html());
        }
    }
    if !names.is_empty() {
        let names: Vec<&String> = names.into_iter().collect();
        html.markup("<details>").element("summary", "All settings");
        html.append(&table("All settings", runs, &settings, &names).html());
        html.markup("</details>\n");
    }
    html
}

fn table(
    caption: &str,
    runs: &[TrainingRun],
    settings: &[BTreeMap<String, String>],
    names: &[&String],
) -> Table {
    let mut columns = vec![Column::words("setting")];
    columns.extend(runs.iter().enumerate().map(|(place, run)| Column::words(&head(place, run))));
    let row = |name: &&String| {
        let values = settings.iter().map(|of| of.get(*name).map_or(NONE, String::as_str).into());
        std::iter::once(Cell::from(name.as_str())).chain(values).collect()
    };
    Table { caption: caption.to_owned(), columns, rows: names.iter().map(row).collect() }
}

/// The run file as `section.field`, and what else decides a run.
fn flat(run: &TrainingRun) -> BTreeMap<String, String> {
    let mut settings = BTreeMap::new();
    let Some(run) = run.journal.run() else { return settings };
    flatten("", &run.config, &mut settings);
    settings.insert("(device)".to_owned(), run.device.clone());
    if let Some(revision) = &run.revision {
        settings.insert("(revision)".to_owned(), revision.clone());
    }
    for (file, hash) in &run.data {
        let hash: String = hash.chars().take(12).collect();
        settings.insert(format!("(data) {file}"), format!("{hash}…"));
    }
    settings
}

fn flatten(name: &str, value: &Value, settings: &mut BTreeMap<String, String>) {
    let text = match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (field, value) in fields {
                let dot = if name.is_empty() { "" } else { "." };
                flatten(&format!("{name}{dot}{field}"), value, settings);
            }
            return;
        }
        // Not said is not set.
        Value::Null => return,
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    settings.insert(name.to_owned(), text);
}
