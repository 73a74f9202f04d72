//! `isogloss train`.

use std::fs::OpenOptions;
use std::io::{LineWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use artifact::For;
use sampling::Composition;
use serde_json::json;
use training::{Checkpoints, Ended, Event, Outcome, Run, RunConfig};

use crate::cards;
use crate::failure::Failure;
use crate::models;
use crate::options::Train;
use crate::outputs;
use crate::run_file;
use crate::show::progress::Progress;

/// The revision that the program is built from.
const REVISION: Option<&str> = option_env!("ISOGLOSS_REVISION");

/// Trains and writes the model.
pub fn run(options: &Train) -> Result<(), Failure> {
    let mut config = configure(options)?;
    let out = config.out.clone().ok_or_else(|| {
        Failure::Input("no output folder: give --out DIR, or `out` in the run file".to_owned())
    })?;
    let name = config.name.clone().unwrap_or_else(|| {
        out.file_name().map_or_else(|| "model".to_owned(), |n| n.to_string_lossy().into_owned())
    });
    outputs::model(&out)?;
    let metrics_path = options.metrics.clone().unwrap_or_else(|| beside(&out, "metrics.jsonl"));
    outputs::file(&metrics_path)?;
    let resolved = run_file::write(&config)?;
    let pickle = config.model.allow_pickle;
    if let Some(base) = &config.model.base {
        config.model.base = Some(models::locate(base, pickle)?);
    }
    if let Some(teacher) = &mut config.teacher {
        teacher.model = models::locate(&teacher.model, pickle)?;
    }
    let opened = device::open(options.device)?;
    eprintln!("device: {} ({})", opened.name, opened.reason);

    let checkpoints = Checkpoints {
        folder: beside(&out, "checkpoints"),
        every: config.training.checkpoint_every,
        kept: config.training.checkpoints_kept,
    };
    let mut run = if options.resume {
        Run::resume(&config, &opened.device, &checkpoints)?
    } else {
        Run::prepare(&config, &opened.device)?
    };
    run.keep(checkpoints, &opened.name);
    describe(&run, &config);
    if run.steps() > 0 {
        eprintln!("resumed: {} steps were taken before", run.steps());
    }
    let resolved = record_of_run(&resolved, &opened.name, &run);
    artifact::replace_file(&beside(&out, "run.toml"), resolved.as_bytes())?;
    // Replaced whole: a run killed here keeps the metrics of its first steps.
    artifact::replace_file(&metrics_path, recorded(&metrics_path, run.steps()).as_bytes())?;
    let metrics = OpenOptions::new().append(true).open(&metrics_path);
    let metrics = metrics.map_err(Failure::path(&metrics_path))?;
    // A line a step is on the disk before a checkpoint of that step is.
    let mut metrics = LineWriter::new(metrics);

    let stop = interruptible()?;
    let mut progress = Progress::new(config.training.steps, config.batches.batch);
    let mut written = Ok(());
    let trained = run.train(|event| {
        progress.observe(event);
        written = record(&mut metrics, event);
        if written.is_err() || stop.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    progress.finish();
    let outcome = trained?;
    written.and_then(|()| summary(&mut metrics, &outcome)).map_err(Failure::path(&metrics_path))?;

    let files = run.result(&name, &opened.name)?;
    let config = encoder::Config::parse(&files.config)?;
    let card = cards::card(&files.manifest, &config, For::Isogloss, None, None);
    files.write_with_card(&out, &card)?;
    let how = match outcome.ended {
        Ended::Completed => "done",
        Ended::Interrupted => "interrupted",
        Ended::StoppedEarly => "stopped early",
    };
    let (steps, seconds) = (outcome.steps, outcome.seconds);
    eprintln!("{how}: {steps} steps in {seconds:.0} s; model in {}", out.display());
    Ok(())
}

/// The run file with the options over it.
fn configure(options: &Train) -> Result<RunConfig, Failure> {
    let mut config = run_file::read(options.config.as_deref(), &options.run)?;
    if let Some(alpha) = options.alpha {
        if !matches!(config.batches.composition, Composition::Hybrid { .. }) {
            let found = config.batches.composition;
            let text = format!("--alpha belongs to hybrid batches; the composition is {found}");
            return Err(Failure::Input(text));
        }
        config.batches.composition = Composition::hybrid(alpha).map_err(Failure::input)?;
    }
    config.check()?;
    Ok(config)
}

fn beside(out: &Path, extension: &str) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}

fn describe(run: &Run, config: &RunConfig) {
    let set = run.data();
    eprintln!(
        "data: {} rows, {} texts, {} languages ({}), {} sources",
        set.entries.len(),
        set.texts.len(),
        set.languages.len(),
        set.languages.join(" "),
        set.sources.len(),
    );
    let (unknown, tokens) = run.unknown();
    if unknown > 0 {
        let share = 100.0 * unknown as f64 / tokens as f64;
        eprintln!("tokens: {unknown} of {tokens} are unknown to the tokenizer ({share:.3} %)");
    }
    let (composition, batch) = (config.batches.composition, config.batches.batch);
    eprintln!("batches: {composition}, {batch} rows; seed {}", config.seed);
}

/// The run file of a run, headed by what made the model: a run from it makes the same one.
fn record_of_run(config: &str, device: &str, run: &Run) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let revision = REVISION.map_or(String::new(), |revision| format!(", revision {revision}"));
    let mut text = format!("# isogloss {version}{revision}; device: {device}\n");
    for (name, file) in run.files_read() {
        text.extend(["# ", &file.sha256, " ", name, "\n"]);
    }
    text.push('\n');
    text.push_str(config);
    text
}

/// A flag that Ctrl-C raises.
fn interruptible() -> Result<Arc<AtomicBool>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let raise = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        // Asked twice: the person does not want to wait for the step and the save.
        if raise.swap(true, Ordering::Relaxed) {
            std::process::exit(1);
        }
    })
    .map_err(|error| Failure::Failed(format!("Ctrl-C cannot be handled: {error}")))?;
    Ok(stop)
}

/// The metrics of the first `steps` steps of a run that goes on; its later ones are taken again.
fn recorded(path: &Path, steps: u64) -> String {
    let text = if steps > 0 { std::fs::read_to_string(path) } else { Ok(String::new()) };
    let counts = |line: &&str| {
        let line: Option<serde_json::Value> = serde_json::from_str(line).ok();
        line.and_then(|line| line["step"].as_u64()).is_some_and(|step| step <= steps)
    };
    text.unwrap_or_default().split_inclusive('\n').filter(counts).collect()
}

fn record(metrics: &mut impl Write, event: &Event<'_>) -> std::io::Result<()> {
    let line = match event {
        Event::Step(taken) => json!({
            "step": taken.step,
            "loss": taken.loss,
            "learning_rate": taken.rate,
            "kind": taken.kind,
            "rows": taken.rows,
            "seconds": taken.seconds,
        }),
        Event::Validation(validated) => json!({
            "step": validated.step,
            "measure": validated.measure,
            "value": validated.value,
            "best": validated.best,
            "seconds": validated.seconds,
        }),
    };
    writeln!(metrics, "{line}")
}

fn summary(metrics: &mut impl Write, outcome: &Outcome) -> std::io::Result<()> {
    let line = json!({
        "steps": outcome.steps,
        "seconds": outcome.seconds,
        "interrupted": outcome.ended == Ended::Interrupted,
        "drawn": outcome.tally,
    });
    writeln!(metrics, "{line}")?;
    metrics.flush()
}
