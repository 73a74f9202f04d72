//! The model card: `README.md` with the metadata that the Hugging Face hub reads.
//!
//! It says what the manifest knows and no more: a licence, a language or a score that nobody
//! recorded is said to be unknown or left out. What a person wrote stays: their text follows the
//! metadata, and a field that they set goes before ours.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::{Compression, Manifest, Provenance};

/// What loads the model that the card is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// This program.
    Isogloss,
    /// The page.
    Web,
    /// Python's sentence-transformers.
    SentenceTransformers,
}

/// What a card says beyond the manifest.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// One sentence on what the encoder is.
    pub encoder: &'a str,
    /// What loads it.
    pub target: For,
    /// What the model was made from, if that has a name.
    pub base: Option<&'a str>,
    /// The card that a person wrote, with or without metadata of its own.
    pub own: Option<&'a str>,
    /// Licences of training files by SHA-256, as far as they are known.
    pub licences: &'a BTreeMap<String, String>,
}

/// The text of the card of the model that `manifest` describes.
pub fn card(manifest: &Manifest, about: &About<'_>) -> String {
    let own = about.own.unwrap_or_default().replace("\r\n", "\n");
    let (theirs, body) = split(&own);
    let mut fields = metadata(manifest, about);
    for (key, text) in blocks(theirs) {
        // What loads the model is ours to say, and so is a licence that was just given.
        let decided = key == "library_name" || (key == "license" && manifest.licence.is_some());
        match fields.iter_mut().find(|(known, _)| *known == key) {
            Some(_) if decided => {}
            Some((_, ours)) => *ours = text,
            None => fields.push((key, text)),
        }
    }
    let licensed = fields.iter().any(|(key, _)| key == "license");
    let mut text = String::from("---\n");
    text.extend(fields.into_iter().map(|(_, lines)| lines));
    text.push_str("---\n\n");
    let name = &manifest.name;
    if body.trim().is_empty() {
        let _ = write!(text, "# {name}\n\n{}\n", about.encoder);
    } else {
        let _ = write!(text, "{}\n\n## About these files\n\n{}\n", body.trim(), about.encoder);
    }
    if let Some(training) = &manifest.training {
        text.push_str(&trained(training, about));
    }
    if let Some(compression) = &manifest.compression {
        text.push_str(&compressed(compression));
    }
    text.push_str(&scored(manifest));
    text.push_str(&loading(about));
    text.push_str(&licence(manifest.licence.as_deref(), licensed));
    text
}

/// A string as YAML reads it: JSON is a part of YAML.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn list(values: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let values: Vec<String> = values.into_iter().map(|value| quoted(value.as_ref())).collect();
    format!("[{}]", values.join(", "))
}

/// Fields in the order that they are written in, each with its lines.
fn metadata(manifest: &Manifest, about: &About<'_>) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    let mut field = |key: &str, value: &str| {
        let gap = if value.starts_with('\n') { "" } else { " " };
        fields.push((key.to_owned(), format!("{key}:{gap}{value}\n")));
    };
    let training = manifest.training.as_ref();
    if let Some(training) = training.filter(|training| !training.languages.is_empty()) {
        field("language", &list(&training.languages));
    }
    if let Some(licence) = &manifest.licence {
        if let Some(id) = hub_licence(licence) {
            field("license", &id);
        } else {
            field("license", "other");
            field("license_name", &quoted(licence));
        }
    }
    let library = match about.target {
        For::SentenceTransformers => "sentence-transformers",
        For::Isogloss | For::Web => "isogloss",
    };
    field("library_name", library);
    field("pipeline_tag", "sentence-similarity");
    let mut tags = vec!["isogloss", "retrieval", "feature-extraction"];
    if about.target == For::SentenceTransformers {
        tags.push("sentence-transformers");
    }
    field("tags", &list(tags));
    // Only the hub's own names lead anywhere.
    if let Some(base) = about.base.filter(|base| base.contains('/')) {
        field("base_model", &quoted(base));
    }
    if let Some(training) = training.filter(|training| !training.data.is_empty()) {
        field("datasets", &list(training.data.keys()));
    }
    if !manifest.scores.is_empty() {
        field("model-index", &model_index(manifest));
    }
    fields
}

/// The hub's identifier of a licence: SPDX's in lower case; an expression has none.
fn hub_licence(licence: &str) -> Option<String> {
    let single = |c: char| c.is_ascii_alphanumeric() || "-.+".contains(c);
    licence.chars().all(single).then(|| licence.to_ascii_lowercase())
}

fn model_index(manifest: &Manifest) -> String {
    let mut text = format!("\n- name: {}\n  results:", quoted(&manifest.name));
    for (benchmark, scores) in &manifest.scores {
        let name = quoted(benchmark);
        let _ = write!(text, "\n  - task: {{type: information-retrieval}}");
        let _ = write!(text, "\n    dataset: {{type: lareqa, name: {name}}}\n    metrics:");
        for (measure, value) in scores {
            let (kind, name) = (quoted(&measure.replace(' ', "_")), quoted(measure));
            let _ = write!(text, "\n    - {{type: {kind}, name: {name}, value: {value}}}");
        }
    }
    text
}

/// Metadata and text of a card; no metadata where none is marked off.
fn split(card: &str) -> (&str, &str) {
    let marked = card.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    marked.unwrap_or(("", card))
}

/// The fields of metadata, each with all its lines, which are kept as they are.
fn blocks(metadata: &str) -> Vec<(String, String)> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    for line in metadata.lines() {
        let begins = !line.starts_with([' ', '\t', '-', '#', '}', ']']);
        match line.split_once(':').filter(|_| begins) {
            Some((key, _)) => blocks.push((key.trim().to_owned(), format!("{line}\n"))),
            None => {
                if let Some((_, text)) = blocks.last_mut() {
                    text.extend([line, "\n"]);
                }
            }
        }
    }
    blocks
}

fn trained(training: &Provenance, about: &About<'_>) -> String {
    let Provenance { strategy, seed, steps, batch, device, seconds, .. } = training;
    let mut text = String::from("\n## Training\n\n");
    let _ = writeln!(text, "- Batches: {strategy}, {batch} rows each, {steps} steps");
    let _ = writeln!(text, "- Seed: {seed}");
    if let Some(base) = &training.base {
        let _ = writeln!(text, "- Started from: {base}");
    }
    let _ = writeln!(text, "- Device: {device}, {seconds:.0} s");
    if !training.languages.is_empty() {
        let _ = writeln!(text, "- Languages: {}", training.languages.join(", "));
    }
    text.push_str("\n| training file | bytes | licence | SHA-256 |\n|---|---:|---|---|\n");
    for (name, file) in &training.data {
        let known = training.licences.get(name).or_else(|| about.licences.get(&file.sha256));
        let licence = known.map_or("not recorded", String::as_str);
        let _ = writeln!(text, "| {name} | {} | {licence} | `{}` |", file.bytes, file.sha256);
    }
    text
}

fn compressed(compression: &Compression) -> String {
    let Compression { rows, weights, loss } = compression;
    let mut text = format!(
        "\n## Storage\n\nRows of the vocabulary table are stored as {rows}, other weights as \
         {weights}.\n"
    );
    let Some(loss) = loss else {
        text.push_str("What that costs was not measured.\n");
        return text;
    };
    let _ = writeln!(
        text,
        "Cosine of a text's embedding to that of the model before: smallest {:.6}, mean {:.6}, \
         over {} texts of {}.",
        loss.smallest_cosine, loss.mean_cosine, loss.texts, loss.corpus
    );
    if !loss.map.is_empty() {
        text.push_str("\n| mAP | before | after | change |\n|---|---:|---:|---:|\n");
        for (setting, change) in &loss.map {
            let (before, after, by) = (change.before, change.after, change.difference());
            let _ = writeln!(text, "| {setting} | {before:.4} | {after:.4} | {by:+.4} |");
        }
    }
    text
}

fn scored(manifest: &Manifest) -> String {
    if manifest.scores.is_empty() {
        return String::new();
    }
    let mut text = String::from("\n## Scores\n\n| benchmark | measure | value |\n|---|---|---:|\n");
    for (benchmark, scores) in &manifest.scores {
        for (measure, value) in scores {
            let _ = writeln!(text, "| {benchmark} | {measure} | {value:.4} |");
        }
    }
    if manifest.compression.is_some() {
        text.push_str("\nThese are the scores of the model before it was compressed.\n");
    }
    text
}

fn loading(about: &About<'_>) -> String {
    const PYTHON: &str = "```python
from sentence_transformers import SentenceTransformer

model = SentenceTransformer(\"DIR\")
queries = model.encode_query([\"Where do cats sleep?\"])
passages = model.encode_document([\"Cats sleep in the sun.\"])
print(model.similarity(queries, passages))
```
";
    let encode = "isogloss encode --model DIR --texts texts.jsonl --out vectors.parquet";
    let mut text = String::from("\n## Use\n\n`DIR` is this folder.\n\n");
    match about.target {
        For::SentenceTransformers => {
            let _ = writeln!(text, "{PYTHON}\n```sh\n{encode}\n```");
        }
        For::Isogloss | For::Web => {
            let export = "isogloss export --model DIR --to sentence-transformers --out EXPORTED";
            let python = PYTHON.replace("DIR", "EXPORTED");
            let _ = writeln!(text, "```sh\n{encode}\n```\n\nIn Python, once exported:\n");
            let _ = writeln!(text, "```sh\n{export}\n```\n\n{}", python.trim_end());
        }
    }
    text
}

fn licence(given: Option<&str>, licensed: bool) -> String {
    match given {
        Some(licence) => format!("\n## Licence\n\nThe weights are given under {licence}.\n"),
        // Said by the person's metadata.
        None if licensed => String::new(),
        None => "\n## Licence\n\nNone was given. Without one, nobody may use these weights beyond \
                 what the law allows anyway; their author can add one.\n"
            .to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{Change, FileRecord, Loss};

    fn about(licences: &BTreeMap<String, String>) -> About<'_> {
        About {
            encoder: "A static encoder of 16 dimensions.",
            target: For::SentenceTransformers,
            base: None,
            own: None,
            licences,
        }
    }

    fn manifest() -> Manifest {
        let mut manifest = Manifest::new("tiny");
        manifest.training = Some(Provenance {
            strategy: "hybrid:0.5".to_owned(),
            seed: 7,
            steps: 20,
            batch: 8,
            data: ["a", "b", "c"]
                .map(|n| (format!("{n}.jsonl"), FileRecord::of(n.as_bytes())))
                .into(),
            licences: [("b.jsonl".to_owned(), "MIT".to_owned())].into(),
            languages: vec!["de".to_owned(), "no".to_owned()],
            ..Provenance::default()
        });
        let scores = [("monolingual mAP".to_owned(), 0.25)].into();
        manifest.scores = [("corpus (sentence)".to_owned(), scores)].into();
        manifest
    }

    #[test]
    fn a_card_says_what_the_manifest_knows() {
        let licences = [(FileRecord::of(b"a").sha256, "CC0-1.0".to_owned())].into();
        let text = card(&manifest(), &about(&licences));
        // Unquoted, YAML takes Norwegian for a boolean.
        assert!(text.starts_with("---\nlanguage: [\"de\", \"no\"]\n"), "{text}");
        for said in [
            "library_name: sentence-transformers\n",
            "\nmodel-index:\n- name: \"tiny\"\n  results:\n  - task:",
            "name: \"monolingual mAP\", value: 0.25}",
            "- Batches: hybrid:0.5, 8 rows each, 20 steps",
            "- Seed: 7",
            "| a.jsonl | 1 | CC0-1.0 | `ca978112",
            "| b.jsonl | 1 | MIT |",
            "| c.jsonl | 1 | not recorded |",
            "| corpus (sentence) | monolingual mAP | 0.2500 |",
            "SentenceTransformer(\"DIR\")",
            "None was given.",
        ] {
            assert!(text.contains(said), "no `{said}` in {text}");
        }
    }

    #[test]
    fn a_licence_that_was_given_is_in_both_places() {
        let licences = BTreeMap::new();
        for (licence, field) in [
            ("CC-BY-SA-4.0", "license: cc-by-sa-4.0\n"),
            ("MIT OR Apache-2.0", "license: other\nlicense_name: \"MIT OR Apache-2.0\"\n"),
        ] {
            let given = Manifest { licence: Some(licence.to_owned()), ..manifest() };
            let text = card(&given, &about(&licences));
            assert!(text.contains(field), "{text}");
            assert!(text.contains(&format!("given under {licence}.")), "{text}");
        }
    }

    #[test]
    fn a_persons_words_and_fields_stay() {
        let own = "---\r\nlanguage:\r\n- sw\r\n- de\r\nlicense: mit\r\nlibrary_name: keras\r\n\
                   extra: {a: 1}\r\n---\r\n\r\n# Mine\r\n\r\nWords.\r\n";
        let licences = BTreeMap::new();
        let text = card(&manifest(), &About { own: Some(own), ..about(&licences) });
        assert!(
            text.starts_with("---\nlanguage:\n- sw\n- de\nlibrary_name: sentence-tr"),
            "{text}"
        );
        assert!(text.contains("extra: {a: 1}\n---\n\n# Mine\n\nWords.\n"), "{text}");
        assert!(text.contains("license: mit\n") && !text.contains("None was given"), "{text}");
        let given = Manifest { licence: Some("CC0-1.0".to_owned()), ..manifest() };
        let text = card(&given, &About { own: Some(own), ..about(&licences) });
        assert!(text.contains("license: cc0-1.0\n") && !text.contains("license: mit"), "{text}");
        let plain = About { own: Some("Only words: no metadata."), ..about(&licences) };
        assert!(card(&manifest(), &plain).contains("---\n\nOnly words: no metadata.\n"));
    }

    #[test]
    fn a_loss_is_shown_with_its_signs_or_said_to_be_unknown() {
        let mut manifest = manifest();
        let (rows, weights) = ("int8".to_owned(), "f16".to_owned());
        manifest.compression = Some(Compression { rows, weights, loss: None });
        let licences = BTreeMap::new();
        assert!(card(&manifest, &about(&licences)).contains("was not measured"));
        let map = [("monolingual".to_owned(), Change { before: 0.5, after: 0.49 })].into();
        let corpus = "corpus".to_owned();
        let (smallest_cosine, mean_cosine) = (0.99, 0.999);
        let loss = Loss { corpus, texts: 3, smallest_cosine, mean_cosine, map };
        manifest.compression.as_mut().unwrap().loss = Some(loss);
        let text = card(&manifest, &about(&licences));
        assert!(text.contains("smallest 0.990000, mean 0.999000, over 3 texts"), "{text}");
        assert!(text.contains("| monolingual | 0.5000 | 0.4900 | -0.0100 |"), "{text}");
    }
}
