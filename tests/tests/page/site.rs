//! What the page is served from and compared with.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

const REMEDY: &str = "run `cargo xtask test`, which builds the page and runs this test";

/// The checkout.
fn root() -> PathBuf {
    // Set by Cargo when the test runs: checkouts may share the compiled test.
    let package = std::env::var_os("CARGO_MANIFEST_DIR").expect("tests run under Cargo");
    Path::new(&package).parent().expect("the package lies in the checkout").to_owned()
}

/// The built page.
pub fn page() -> PathBuf {
    let page = root().join("dist");
    assert!(page.join("index.html").is_file(), "{} is not built; {REMEDY}", page.display());
    page
}

/// The four numbers of a model, as `isogloss evaluate` gives them: mAP mono, cross, multi, and
/// rank distance.
pub fn native_scores(model: &str) -> [f64; 4] {
    let path = root().join(format!("runs/demo/{model}.json"));
    let scores = xtask::scores::Scores::read(&path);
    let scores = scores.unwrap_or_else(|error| panic!("{error}; {REMEDY}"));
    [scores.map_mono, scores.map_cross, scores.map_multi, scores.rank_distance]
}

/// The corpus' test split, read without the code under test.
pub struct Corpus {
    /// Candidate sentences by language.
    pub sentences: BTreeMap<String, BTreeSet<String>>,
    /// Questions by language.
    pub questions: BTreeMap<String, Vec<String>>,
}

impl Corpus {
    /// Reads it.
    pub fn read() -> Self {
        let mut corpus = Self { sentences: BTreeMap::new(), questions: BTreeMap::new() };
        let folder = root().join("corpus");
        for entry in std::fs::read_dir(&folder).expect("the corpus is in the repository") {
            let path = entry.expect("a readable folder").path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let language = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).expect("a readable corpus");
            let json: Value = serde_json::from_str(&text).expect("a corpus in JSON");
            for article in list(&json["data"]).filter(|article| article["split"] == "test") {
                for paragraph in list(&article["paragraphs"]) {
                    let sentences = list(&paragraph["sentences"]).filter_map(text_of);
                    corpus.sentences.entry(language.clone()).or_default().extend(sentences);
                    let questions = list(&paragraph["qas"]).map(|qas| &qas["question"]);
                    let questions = questions.filter_map(text_of);
                    corpus.questions.entry(language.clone()).or_default().extend(questions);
                }
            }
        }
        corpus
    }

    /// The first question in a language.
    pub fn question(&self, language: &str) -> &str {
        &self.questions[language][0]
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text_of(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// A copy of the page in which one byte in the middle of every model's weights is another.
pub fn altered_page() -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("a folder for the copy");
    copy_folder(&page(), copy.path());
    for weights in weights(copy.path()) {
        change_middle_byte(&weights);
    }
    copy
}

/// Changes the byte in the middle; done twice, the file is what it was.
pub fn change_middle_byte(path: &Path) {
    let mut bytes = std::fs::read(path).expect("readable weights");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(path, bytes).expect("a writable copy");
}

/// The weight files of a page.
pub fn weights(page: &Path) -> Vec<PathBuf> {
    let models = std::fs::read_dir(page.join("models")).expect("the page has models");
    let folders = models.filter_map(|entry| Some(entry.ok()?.path()));
    let found: Vec<PathBuf> = folders
        .map(|folder| folder.join("model.safetensors"))
        .filter(|file| file.is_file())
        .collect();
    assert!(!found.is_empty(), "the page has no models");
    found
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder for the copy");
    for entry in std::fs::read_dir(from).expect("a readable page") {
        let path = entry.expect("a readable page").path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a copy of the page");
        }
    }
}
