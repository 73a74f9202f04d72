//! `docs/data.md`, written from the table.

use std::fmt::Write as _;

use super::{DataSet, Files, table};

const HEAD: &str = "# Data sets

`isogloss fetch data NAME` lays a set as `data/NAME/`, as it is published; archives stay packed. \
This page is written from the table in `crates/hub/src/datasets/table.rs` \
(`cargo run -p isogloss-hub --example data_table > docs/data.md`).

What the column SHA-256 means:

- **pinned**: the hash stands in the table (below), and a file with another one is refused.
- **hub**: the Hugging Face hub lists length and hash of every file, and a file must have them.
- **first fetch**: no hash is known beforehand. The first fetch records what came in \
`data/NAME/SHA256SUMS`; later fetches must bring and find the same.

The record is written for every set, so `sha256sum -c SHA256SUMS` checks any of them. A branch of a \
repository moves: what was fetched first stays; remove `data/NAME` to take a newer version. \"Layout not verified\" marks sets \
whose address is the published one, but whose files were not seen when the table was written.

Licences are those that the publishers state, as far as known; read them at the source before you \
rely on one.

A model is never scored on what it was trained on: `tatoeba` and `ntrex` serve as a benchmark or as \
training data, not as both. Not in the table, for want of one public address: Wikipedia titles \
in Hindi and English, and the Tatoeba export of English with Arabic and Chinese beyond LASER's \
sentences.

| name | what | source | licence | size | SHA-256 |
|---|---|---|---|---|---|
";

/// The text of `docs/data.md`.
pub fn markdown() -> String {
    let sets = table();
    let mut page = HEAD.to_owned();
    let mut hashes = String::new();
    for set in &sets {
        let DataSet { name, what, source, licence, files } = set;
        let (size, kind) = (set.size(), kind(files));
        let _ = writeln!(page, "| `{name}` | {what} | <{source}> | {licence} | {size} | {kind} |");
        for file in files {
            if let Files::Url { path, size: Some(size), sha256: Some(hash), .. } = file {
                let _ = writeln!(hashes, "| `{name}/{path}` | {size} | `{hash}` |");
            }
        }
    }
    let _ =
        write!(page, "\n## Pinned files\n\n| file | bytes | SHA-256 |\n|---|---|---|\n{hashes}");
    page
}

fn kind(files: &[Files]) -> &'static str {
    let hub = |file: &Files| matches!(file, Files::Hub { .. });
    let pinned = |file: &Files| matches!(file, Files::Url { sha256: Some(_), .. });
    if files.iter().all(pinned) {
        "pinned"
    } else if files.iter().all(hub) {
        "hub"
    } else {
        "first fetch"
    }
}
