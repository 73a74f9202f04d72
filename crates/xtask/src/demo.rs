//! `cargo xtask demo`: from corpus to page in one command.
//!
//! Fine-tunes the base model three times on the training split of the embedded corpus, the batches
//! composed differently each time, scores the results on its test split, and builds the page that
//! searches with them. Every call of `isogloss` stands in this file.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::TaskError;
use crate::program::{cargo, run as run_program};
use crate::scores;
use crate::serve::{self, PageServer};
use crate::tools::Tools;
use crate::workspace::Workspace;

/// How the batches of the three models are composed: the names of configurations, runs and models.
pub const COMPOSITIONS: [&str; 3] = ["mono", "cross", "hybrid"];
const BASE: &str = "models/base-static";
const RUNS: &str = "runs/demo";
const CORPUS: &str = "corpus";
const PUBLIC: &str = "public";
const PAGE: &str = "dist";

/// Does all of it; `port` is none to stop before serving.
pub fn run(port: Option<u16>) -> Result<(), TaskError> {
    let workspace = &Workspace::find()?;
    let started = Instant::now();
    if let Some(port) = port {
        // Asked before the minutes of work, not after.
        serve::check_port(port)?;
    }
    heading("Set up the tools");
    let tools = Tools::set_up(workspace)?;
    let table = build(workspace, &tools)?;
    println!("\nEmbedded corpus, test split, 11 languages:\n\n{table}");
    println!("Ready after {:.0} s", started.elapsed().as_secs_f64());
    let page = workspace.root.join(PAGE);
    let Some(port) = port else {
        println!("The page is in {}", page.display());
        return Ok(());
    };
    let server = PageServer::start(&page, port)?;
    println!("The page is at {} (Ctrl-C ends)", server.url());
    server.wait();
    Ok(())
}

/// Trains, scores, exports and builds the page; returns the comparison table.
pub fn build(workspace: &Workspace, tools: &Tools) -> Result<String, TaskError> {
    heading("Build the trainer");
    let isogloss = Isogloss::build(workspace)?;
    let runs = workspace.root.join(RUNS);
    // The numbers of an earlier demo must not pass for those of this one.
    match std::fs::remove_dir_all(&runs) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            return Err(TaskError::File { path: runs, source });
        }
        _ => {}
    }
    let mut rows = Vec::new();
    heading("Score the base model");
    rows.push(("base".to_owned(), isogloss.evaluate(BASE, "base", &[])?));
    for name in COMPOSITIONS {
        heading(&format!("Fine-tune by {name} batches"));
        isogloss.train(name)?;
        // Its manifest is to name its scores; the base model's is under version control.
        let report = isogloss.evaluate(&format!("{RUNS}/{name}"), name, &["--record"])?;
        rows.push((name.to_owned(), report));
    }
    heading("Export to the page");
    for name in COMPOSITIONS {
        // The corpus is the same for all models: once is enough.
        isogloss.export(name, name == COMPOSITIONS[0])?;
    }
    heading("Build the page");
    tools.build_page(workspace)?;
    scores::table(&rows)
}

fn heading(text: &str) {
    println!("\n== {text}");
}

/// The trainer, run in the checkout.
struct Isogloss<'a> {
    program: PathBuf,
    root: &'a Path,
}

impl<'a> Isogloss<'a> {
    fn build(workspace: &'a Workspace) -> Result<Self, TaskError> {
        // Not `--package`: all packages together decide the features of their dependencies, and
        // what the tests compiled is used again.
        run_program(
            cargo().args(["build", "--release", "--bin", "isogloss"]).current_dir(&workspace.root),
        )?;
        let program = workspace.target.join("release").join("isogloss");
        Ok(Self { program, root: &workspace.root })
    }

    fn call(&self, arguments: &[&str]) -> Result<(), TaskError> {
        run_program(Command::new(&self.program).args(arguments).current_dir(self.root))
    }

    /// Writes the model to `runs/demo/NAME`; the configuration says so.
    fn train(&self, name: &str) -> Result<(), TaskError> {
        self.call(&["train", "--config", &format!("configs/demo-{name}.toml")])
    }

    /// Scores on the test split; returns the report's file.
    fn evaluate(&self, model: &str, name: &str, more: &[&str]) -> Result<PathBuf, TaskError> {
        let folder = self.root.join(RUNS);
        std::fs::create_dir_all(&folder)
            .map_err(|source| TaskError::File { path: folder, source })?;
        let report = format!("{RUNS}/{name}.json");
        let benchmark = ["--benchmark", "lareqa", "--data", CORPUS, "--split", "test"];
        let report_to = ["--json", &report];
        self.call(&[&["evaluate", "--model", model], &benchmark[..], &report_to, more].concat())?;
        Ok(self.root.join(report))
    }

    fn export(&self, name: &str, with_corpus: bool) -> Result<(), TaskError> {
        let model = format!("{RUNS}/{name}");
        let to = ["--to", "web", "--name", name, "--public", PUBLIC];
        let corpus = ["--corpus", CORPUS];
        let corpus = if with_corpus { &corpus[..] } else { &[] };
        self.call(&[&["export", "--model", &model], &to[..], corpus].concat())
    }
}
