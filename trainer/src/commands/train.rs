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
use crate::show::progress::Progress;

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
    if let Some(base) = &config.model.base {
        config.model.base = Some(models::locate(base, config.model.allow_pickle)?);
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
        progress.step(event);
        written = record(&mut metrics, event);
        if written.is_err() || stop.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    progress.finish();
    let outcome = trained?;
    written.and_then(|()| summary(&mut metrics, &outcome)).map_err(Failure::path(&metrics_path))?;

    let files = run.files(&name, &opened.name)?;
    let config = encoder::Config::parse(&files.config)?;
    let card = cards::card(&files.manifest, &config, For::Isogloss, None, None);
    files.write_with_card(&out, &card)?;
    let how = match outcome.ended {
        Ended::Completed => "done",
        Ended::Interrupted => "interrupted",
    };
    let (steps, seconds) = (outcome.steps, outcome.seconds);
    eprintln!("{how}: {steps} steps in {seconds:.0} s; model in {}", out.display());
    Ok(())
}

/// The run file with the options over it.
fn configure(options: &Train) -> Result<RunConfig, Failure> {
    let path = &options.config;
    let text = std::fs::read_to_string(path).map_err(Failure::path(path))?;
    let mut config: RunConfig = toml::from_str(&text)
        .map_err(|error| Failure::Input(format!("{}: {error}", path.display())))?;
    if let Some(out) = &options.out {
        config.out = Some(out.clone());
    }
    if let Some(base) = &options.base {
        config.model.base = Some(base.clone());
        config.model.fresh = None;
    }
    config.model.allow_pickle |= options.allow_pickle;
    if let Some(composition) = &options.composition {
        config.batches.composition = composition.parse().map_err(Failure::input)?;
    }
    if let Some(alpha) = options.alpha {
        if !matches!(config.batches.composition, Composition::Hybrid { .. }) {
            let found = config.batches.composition;
            let text = format!("--alpha belongs to hybrid batches; the composition is {found}");
            return Err(Failure::Input(text));
        }
        config.batches.composition = Composition::hybrid(alpha).map_err(Failure::input)?;
    }
    if let Some(batch) = options.batch {
        config.batches.batch = batch;
    }
    if let Some(steps) = options.steps {
        config.training.steps = steps;
    }
    if let Some(rate) = options.learning_rate {
        config.training.learning_rate = rate;
    }
    if let Some(temperature) = options.temperature {
        config.training.temperature = temperature;
    }
    if let Some(seed) = options.seed {
        config.seed = seed;
    }
    if let Some(every) = options.checkpoint_every {
        config.training.checkpoint_every = every;
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
    let line = json!({
        "step": event.step,
        "loss": event.loss,
        "learning_rate": event.rate,
        "kind": event.kind,
        "rows": event.batch.len(),
        "seconds": event.seconds,
    });
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
