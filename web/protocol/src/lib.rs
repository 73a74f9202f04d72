//! What page and worker say to each other.
//!
//! Messages are JSON strings: they are small (a search result is a few kilobytes; weights never
//! leave the worker), a string is cloned between threads without any glue, and the browser's own
//! tools show them. The worker owns all state that costs anything to rebuild, and answers every
//! [`Request`] with events, the last of which is an answer or an [`Event::Failed`].

use serde::{Deserialize, Serialize};

/// Page to worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Open the device, fetch the corpus and the list of models. Sent once the worker says
    /// [`Event::Loaded`], and again to retry after a failure.
    Start {
        /// Absolute URL that `models/` and `corpus/` lie under, ending in a slash.
        base: String,
        /// Use the CPU even where WebGPU works.
        cpu: bool,
    },
    /// Fetch a model, encode the candidates with it, keep both.
    Load {
        /// Name in the list of models.
        model: String,
    },
    /// Rank the candidates of all languages.
    Search {
        /// Returned with the answer.
        id: u32,
        /// The query, without the model's prefix.
        query: String,
        /// One column of results for each; loaded first where they are not.
        models: Vec<String>,
        /// Hits a column.
        limit: usize,
    },
    /// Score the model on the corpus.
    Benchmark {
        /// Name in the list of models.
        model: String,
    },
    /// Stop the benchmark that runs, if one does.
    Cancel,
}

/// Worker to page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The worker's program runs and listens.
    Loaded,
    /// The device is open.
    Device(Device),
    /// The corpus is read.
    Corpus(Corpus),
    /// The list of models is read. Ends [`Request::Start`].
    Models(Vec<Model>),
    /// Work goes on.
    Progress(Progress),
    /// The model can search and be scored. Ends [`Request::Load`].
    Ready {
        /// Its name.
        model: String,
    },
    /// Ends [`Request::Search`].
    Results(Results),
    /// Ends [`Request::Benchmark`].
    Scored(Scores),
    /// Ends [`Request::Benchmark`] after [`Request::Cancel`].
    Cancelled,
    /// The request failed; the worker goes on.
    Failed {
        /// The request, to be sent again by who wants to retry.
        request: Request,
        /// A sentence for the reader of the page.
        message: String,
    },
    /// The worker is dead; only a new one helps.
    Crashed {
        /// What it said last.
        message: String,
    },
}

/// Which backend runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Backend {
    /// Burn on the browser's WebGPU.
    WebGpu,
    /// Burn's CPU backend in WASM.
    Cpu,
}

impl Backend {
    /// The name that the page shows.
    pub fn name(self) -> &'static str {
        match self {
            Self::WebGpu => "webgpu",
            Self::Cpu => "cpu",
        }
    }
}

/// The device in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Which backend.
    pub backend: Backend,
    /// Why it is not WebGPU.
    pub note: Option<String>,
}

/// What there is to search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corpus {
    /// Language codes, sorted.
    pub languages: Vec<String>,
    /// Candidate sentences of all languages together.
    pub candidates: usize,
    /// Questions of all languages together.
    pub questions: usize,
}

/// One entry of `models/index.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// Name of the folder under `models/`.
    pub name: String,
    /// What the page calls it.
    pub title: String,
    /// How its training batches were composed.
    pub strategy: String,
    /// Length of its vectors.
    pub dimension: usize,
    /// Bytes to fetch.
    pub bytes: u64,
}

/// How far a task is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Which task.
    pub task: Task,
    /// Units done.
    pub done: u64,
    /// Units in all; 0 where that is not known.
    pub total: u64,
}

/// A task that takes long enough to be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Task {
    /// Opening the device. No units.
    Open,
    /// Fetching the corpus, in bytes.
    FetchCorpus,
    /// Fetching the named model, in bytes.
    FetchModel(String),
    /// Encoding the candidates with the named model, in sentences.
    Encode(String),
    /// Scoring the named model, in queries.
    Benchmark(String),
}

/// The answer to a search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// As in the request.
    pub id: u32,
    /// As in the request.
    pub query: String,
    /// One for each model, in the order asked.
    pub columns: Vec<Column>,
}

/// What one model found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Name of the model.
    pub model: String,
    /// Best first.
    pub hits: Vec<Hit>,
    /// Milliseconds for encoding and ranking.
    pub millis: f64,
}

/// One sentence found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// Language code.
    pub language: String,
    /// The sentence.
    pub text: String,
    /// Title of the article it stands in, in the same language.
    pub title: String,
    /// Cosine with the query.
    pub score: f32,
}

/// Scores of one model on the corpus: macro means as `isogloss evaluate` gives them.
///
/// A measure without data (a corpus of one language has no pairs) is absent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Name of the model.
    pub model: String,
    /// mAP with query and candidates in the same language.
    pub map_mono: Option<f64>,
    /// mAP over every ordered pair of different languages.
    pub map_cross: Option<f64>,
    /// mAP over the pooled candidates of all languages.
    pub map_multi: Option<f64>,
    /// Mean distance in rank between the best and the worst placed right answer of a query in the
    /// pool.
    pub rank_distance: Option<f64>,
    /// Seconds that the run took.
    pub seconds: f64,
}
