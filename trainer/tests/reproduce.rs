//! `reproduce`: a published table, end to end.
#![allow(clippy::unwrap_used, reason = "a test's panic is its failure")]

use std::fs;
use std::path::Path;

use common::{done, isogloss, refused, small_run};

mod common;

#[test]
fn the_papers_path_runs_on_the_embedded_corpus() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let out = tempfile::tempdir().unwrap();
    let out = out.path().join("tiny");
    let folder = out.to_str().unwrap();
    let tiny = ["reproduce", "paper", "--scale", "tiny", "--device", "cpu", "--out", folder];
    let rows = ["--seeds", "1", "--rows", "base,static mono,static hybrid"];
    let ran = done(&root, &[&tiny[..], &rows].concat());
    let row = |name: &str| -> Vec<f64> {
        let line = ran.stdout.lines().find(|line| line.trim().starts_with(name));
        let figures = line.unwrap().trim().trim_start_matches(name);
        figures.split_whitespace().map(|figure| figure.parse().unwrap()).collect()
    };
    // What the paper claims: hybrid batches beat monolingual ones in the mixed pool, with less bias.
    let (base, mono, hybrid) = (row("base"), row("static mono"), row("static hybrid"));
    assert!(mono[0] > base[0] && hybrid[0] > base[0], "{}", ran.stdout);
    assert!(hybrid[2] > mono[2] && hybrid[3] < mono[3], "{}", ran.stdout);
    let page = fs::read_to_string(out.join("table.html")).unwrap();
    assert!(page.contains("static hybrid") && page.contains("</html>"));
}

const PLAN: &str = "
title = 'A table'
seeds = [1, 2]
[[benchmark]]
name = 'small'
data = 'data'
[[row]]
name = 'ours | theirs'
config = 'run.toml'
options = ['--steps=3']
[row.published.small.mean]
monolingual = 0.5
[row.published.small.languages]
de = { rank_distance = 100.0 }
";

#[test]
fn numbers_stand_beside_published_ones_and_nothing_is_done_twice() {
    let dir = small_run();
    let dir = dir.path();
    fs::write(dir.join("plan.toml"), PLAN).unwrap();
    let reproduce = ["reproduce", "plan.toml", "--out", "made", "--device", "cpu"];
    let printed = done(dir, &[&reproduce[..], &["--dry-run"]].concat()).stdout;
    assert!(!dir.join("made").exists());
    assert_eq!(printed.lines().count(), 4, "{printed}");

    let ran = done(dir, &reproduce);
    assert_eq!(ran.stderr.matches("> isogloss train").count(), 2, "{}", ran.stderr);
    assert!(ran.stdout.contains(" ± ") && ran.stdout.contains("[0.5000, "), "{}", ran.stdout);
    let table = fs::read_to_string(dir.join("made/table.md")).unwrap();
    assert!(table.contains("ours \\| theirs") && table.contains("[100, "), "{table}");

    // What is there is not made again, but for what depends on what changed.
    let again = done(dir, &reproduce);
    assert!(!again.stderr.contains("> "), "{}", again.stderr);
    assert_eq!(again.stdout, ran.stdout);
    fs::remove_file(dir.join("made/ours---theirs/seed-2/small.json")).unwrap();
    let again = done(dir, &reproduce);
    assert_eq!(again.stderr.matches("> isogloss").count(), 1, "{}", again.stderr);
    let run = fs::read_to_string(dir.join("run.toml")).unwrap();
    fs::write(dir.join("run.toml"), format!("{run}weight_decay = 0.1\n")).unwrap();
    let again = done(dir, &reproduce);
    assert_eq!(again.stderr.matches("> isogloss train").count(), 2, "{}", again.stderr);
}

#[test]
fn plans_that_make_no_table_are_named() {
    let dir = small_run();
    let dir = dir.path();
    for (from, to, named) in [
        ("seeds = [1, 2]", "seeds = []", "at least one seed"),
        ("config = 'run.toml'", "", "either a `config` or a `model`"),
        ("small.mean", "other.mean", "no benchmark `other`"),
        ("title", "tittle", "unknown field `tittle`"),
    ] {
        fs::write(dir.join("plan.toml"), PLAN.replace(from, to)).unwrap();
        refused(dir, &["reproduce", "plan.toml"], &["plan.toml", named]);
    }
    fs::write(dir.join("plan.toml"), PLAN).unwrap();
    refused(dir, &["reproduce", "plan.toml", "--rows", "x"], &["no row `x`", "ours | theirs"]);
    refused(dir, &["reproduce", "plan.toml", "--scale", "tiny"], &["--scale", "paper"]);
    fs::write(dir.join("plan.toml"), PLAN.replace("run.toml", "gone.toml")).unwrap();
    let ran = isogloss(dir, &["reproduce", "plan.toml", "--out", "made"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("gone.toml") && ran.stderr.contains("failed"), "{}", ran.stderr);
}
