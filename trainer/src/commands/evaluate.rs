//! `isogloss evaluate`.

use std::time::Instant;

use artifact::Directory;
use corpora::lareqa::{self, Benchmark};
use corpora::{CorpusError, Split};
use encoder::{Encoder, Role};
use evaluation::{Report, Scorer};
use indicatif::ProgressBar;
use retrieval::Vectors;

use crate::failure::Failure;
use crate::models;
use crate::options::Evaluate;
use crate::outputs;
use crate::show::{progress, scores};

/// Texts encoded between two moves of the progress bar.
const CHUNK: usize = 2048;

/// Scores a model.
pub fn run(options: &Evaluate) -> Result<(), Failure> {
    // What may be refused comes before the model, which may have to be fetched.
    let benchmark = read(options)?;
    if let Some(json) = &options.json {
        outputs::file(json)?;
    }
    let dir = options.model.open()?;
    let manifest = recorded(&dir, options.record)?;
    let opened = device::open(options.device)?;
    eprintln!("device: {} ({})", opened.name, opened.reason);
    let encoder = models::load(&dir, &opened.device, encoder::Options::default())?;
    // Scores compare directions, whatever length a model gives its vectors.
    let encoder = encoder.with_unit_vectors();

    let began = Instant::now();
    let report = pollster::block_on(score(&encoder, &benchmark, options, &opened.device))?;
    eprintln!("encoded and scored in {:.1} s", began.elapsed().as_secs_f64());
    println!("{}", scores::render(&report));
    if let Some(json) = &options.json {
        let mut bytes = serde_json::to_vec_pretty(&report).map_err(Failure::input)?;
        bytes.push(b'\n');
        artifact::replace_file(json, &bytes)?;
    }
    if let Some(mut manifest) = manifest {
        let name = format!("{} ({})", report.benchmark, report.candidate_text);
        manifest.scores.insert(name, scores::means(&report));
        artifact::replace_file(&dir.path().join(artifact::MANIFEST), &manifest.to_json())?;
    }
    Ok(())
}

/// The manifest that the scores are entered into, if they are.
fn recorded(dir: &Directory, record: bool) -> Result<Option<artifact::Manifest>, Failure> {
    match (record, dir.manifest()) {
        (false, _) => Ok(None),
        (true, Some(manifest)) => Ok(Some(manifest.clone())),
        (true, None) => Err(Failure::Input(format!(
            "--record writes into a manifest, and {} has none: it is not a model of ours",
            dir.path().display()
        ))),
    }
}

fn read(options: &Evaluate) -> Result<Benchmark, Failure> {
    let read = |split| lareqa::read_dir(&options.data, options.languages.as_deref(), split);
    Ok(match options.split {
        Some(split) => read(split)?,
        // A benchmark whose articles are not marked is a test set as a whole.
        None => match read(Split::Test) {
            Err(CorpusError::EmptyLanguage { .. }) => read(Split::All)?,
            other => other?,
        },
    })
}

async fn score(
    encoder: &Encoder,
    benchmark: &Benchmark,
    options: &Evaluate,
    device: &burn::tensor::Device,
) -> Result<Report, Failure> {
    let texts = (benchmark.candidate_count() + benchmark.question_count()) as u64;
    let bar = progress::bar(texts, "{bar:30} {pos}/{len} texts, {msg}, {eta} left");
    let mut candidates = Vec::with_capacity(benchmark.languages.len());
    for set in &benchmark.languages {
        let texts: Vec<_> =
            (0..set.candidates.len()).map(|i| options.candidates.text(set, i)).collect();
        candidates.push(encode(encoder, &texts, Role::Passage, bar.as_ref()).await?);
    }
    let mut scorer = Scorer::new(benchmark, candidates, device)?;
    for (language, set) in benchmark.languages.iter().enumerate() {
        let texts: Vec<&str> = set.questions.iter().map(|q| q.text.as_str()).collect();
        let queries = encode(encoder, &texts, Role::Query, bar.as_ref()).await?;
        scorer.add(language, 0, &queries).await?;
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    let name = options.data.file_name().unwrap_or(options.data.as_os_str()).to_string_lossy();
    Ok(scorer.finish(name, options.candidates)?)
}

async fn encode<S: AsRef<str> + Sync>(
    encoder: &Encoder,
    texts: &[S],
    role: Role,
    bar: Option<&ProgressBar>,
) -> Result<Vectors, Failure> {
    let mut values = Vec::with_capacity(texts.len() * encoder.dimension());
    for chunk in texts.chunks(CHUNK) {
        values.extend(encoder.encode(chunk, role).await?);
        if let Some(bar) = bar {
            bar.set_message(if role == Role::Query { "queries" } else { "candidates" });
            bar.inc(chunk.len() as u64);
        }
    }
    Ok(Vectors::new(encoder.dimension(), values)?)
}
