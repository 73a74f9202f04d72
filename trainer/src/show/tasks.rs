//! Tasks of a benchmark as tables.

use std::fmt::Write;

use benchmarks::Task;

use super::table;

/// A table for each task, and its language bias.
pub fn render(tasks: &[Task]) -> String {
    let parts: Vec<String> = tasks.iter().map(task).collect();
    parts.join("\n\n")
}

fn task(task: &Task) -> String {
    let scores = task.scores();
    let header = std::iter::once("subset").chain(["count"]).chain(scores.iter().copied());
    let mut lines = table::new(header.map(str::to_owned));
    let cell =
        |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.4}"));
    for subset in &task.subsets {
        let values = scores.iter().map(|score| cell(subset.scores.get(*score).copied()));
        lines.add_row([subset.name.clone(), subset.count.to_string()].into_iter().chain(values));
    }
    if task.subsets.len() > 1 {
        let count: usize = task.subsets.iter().map(|subset| subset.count).sum();
        let values = scores.iter().map(|score| cell(task.mean(score)));
        lines.add_row(["mean".to_owned(), count.to_string()].into_iter().chain(values));
    }
    let mut text = format!("{}\n\n{}", task.name, table::text(&lines));
    let skipped: usize = task.subsets.iter().map(|subset| subset.skipped).sum();
    if skipped > 0 {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n\nskipped: {skipped} queries without a relevant document");
    }
    if let Some(bias) = &task.bias {
        let _ = write!(text, "\n\nlanguage bias\n\n{}\n\n{}", bias.table(), bias.matrices());
    }
    text
}
