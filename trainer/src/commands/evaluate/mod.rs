//! `isogloss evaluate`.

use std::time::Instant;

use artifact::Directory;

use crate::failure::Failure;
use crate::options::Evaluate;
use crate::show::scores;
use crate::{cards, models, outputs, scoring};

/// Scores a model.
pub fn run(options: &Evaluate) -> Result<(), Failure> {
    // What may be refused comes before the model, which may have to be fetched.
    let benchmark = scoring::read(&options.data, options.languages.as_deref(), options.split)?;
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
    let report = pollster::block_on(async {
        let embedded = scoring::embed(&encoder, &benchmark, options.candidates, usize::MAX).await?;
        let name = scoring::name(&options.data);
        scoring::score(&benchmark, embedded, &name, options.candidates, &opened.device).await
    })?;
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
        cards::record(dir.path(), manifest, encoder.config())?;
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
