//! What compression costs: embeddings and scores of a model before and after.

use std::collections::BTreeMap;
use std::path::Path;

use artifact::{Change, Loss};
use benchmarks::lareqa::Embedded;
use burn::tensor::Device;
use corpora::lareqa::Benchmark;
use encoder::Encoder;
use evaluation::{CandidateText, Means};

use crate::failure::Failure;
use crate::options::Export;
use crate::scoring;

/// The folder whose texts are compared where no other is given.
const EMBEDDED: &str = "corpus";

/// Texts of that folder that are compared: an export then takes seconds for a large model too.
const SAMPLE: usize = 512;

/// Texts to compare on.
pub struct Texts {
    name: String,
    benchmark: Benchmark,
    /// Candidates and questions taken of each language; all of them where scores are compared.
    most: usize,
}

/// Chooses the texts: the benchmark or corpus given, else the embedded corpus, else none.
pub fn texts(options: &Export, corpus: Option<&Benchmark>) -> Result<Option<Texts>, Failure> {
    let whole = |name, benchmark| Some(Texts { name, benchmark, most: usize::MAX });
    if let Some(data) = &options.data {
        return Ok(whole(scoring::name(data), scoring::read(data, None, None)?));
    }
    if let (Some(from), Some(corpus)) = (&options.corpus, corpus) {
        return Ok(whole(scoring::name(from), corpus.clone()));
    }
    let embedded = Path::new(EMBEDDED);
    if !embedded.is_dir() {
        return Ok(None);
    }
    match scoring::read(embedded, None, None) {
        Ok(benchmark) => {
            let most = (SAMPLE / (2 * benchmark.languages.len().max(1))).max(1);
            Ok(Some(Texts { name: EMBEDDED.to_owned(), benchmark, most }))
        }
        // Nobody asked for this folder; it may be something else of that name.
        Err(failure) => {
            eprintln!("note: the folder `{EMBEDDED}` is not compared on: {failure}");
            Ok(None)
        }
    }
}

/// Compares the encoders on `texts`.
pub async fn measure(
    texts: &Texts,
    before: &Encoder,
    after: Encoder,
    device: &Device,
) -> Result<Loss, Failure> {
    let Texts { name, benchmark, most } = texts;
    let text = CandidateText::Sentence;
    // Scores compare directions, and so does the cosine.
    let before = before.clone().with_unit_vectors();
    let (before, after) = (before, after.with_unit_vectors());
    let dimension = before.dimension();
    let before = scoring::embed(&before, benchmark, text, *most).await?;
    let after = scoring::embed(&after, benchmark, text, *most).await?;
    let cosines = cosines(&before, &after, dimension);
    let count = cosines.len();
    let smallest_cosine = cosines.iter().copied().fold(f64::INFINITY, f64::min);
    let mean_cosine = cosines.iter().sum::<f64>() / count.max(1) as f64;
    if !mean_cosine.is_finite() {
        let text = format!("embeddings of {name} are not finite, so nothing can be compared");
        return Err(Failure::Failed(text));
    }
    let mut map = BTreeMap::new();
    if *most == usize::MAX {
        let before = scoring::score(benchmark, before, name, text, device).await?;
        let after = scoring::score(benchmark, after, name, text, device).await?;
        map = changes(&before.mean, &after.mean);
    }
    Ok(Loss { corpus: name.clone(), texts: count as u64, smallest_cosine, mean_cosine, map })
}

/// The cosine of each text's two embeddings.
fn cosines(before: &Embedded, after: &Embedded, dimension: usize) -> Vec<f64> {
    let mut cosines = Vec::new();
    let (mut product, mut one, mut other) = (0.0, 0.0, 0.0);
    for (at, (x, y)) in before.values().zip(after.values()).enumerate() {
        let (x, y) = (f64::from(x), f64::from(y));
        product += x * y;
        one += x * x;
        other += y * y;
        if (at + 1) % dimension == 0 {
            // A text without tokens is zero in both: nothing was lost.
            let same = one == 0.0 && other == 0.0;
            let cosine = product / (one * other).sqrt().max(f64::MIN_POSITIVE);
            cosines.push(if same { 1.0 } else { cosine.clamp(-1.0, 1.0) });
            (product, one, other) = (0.0, 0.0, 0.0);
        }
    }
    cosines
}

fn changes(before: &Means, after: &Means) -> BTreeMap<String, Change> {
    let map = |means: &Means| {
        [
            ("monolingual", means.monolingual.map(|s| s.map)),
            ("cross-lingual", means.crosslingual.map(|s| s.map)),
            ("multilingual", means.multilingual.map(|s| s.map)),
        ]
    };
    let pairs = map(before).into_iter().zip(map(after));
    let both = pairs.filter_map(|((setting, before), (_, after))| {
        Some((setting.to_owned(), Change { before: before?, after: after? }))
    });
    both.collect()
}

/// Says what was measured.
pub fn say(loss: Option<&Loss>) {
    let Some(loss) = loss else {
        eprintln!("loss: not measured; --data or --corpus names texts to measure it on");
        return;
    };
    let Loss { corpus, texts, smallest_cosine, mean_cosine, map } = loss;
    eprintln!(
        "loss: cosine to the model as it was: smallest {smallest_cosine:.6}, mean \
         {mean_cosine:.6} ({texts} texts of {corpus})"
    );
    for (setting, change) in map {
        let (before, after, by) = (change.before, change.after, change.difference());
        eprintln!("loss: {setting} mAP {before:.4} to {after:.4} ({by:+.4})");
    }
}
