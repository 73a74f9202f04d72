//! The engine in a worker of a real browser, on WebGPU and on the CPU.
//!
//! Models and corpus are made here and served from memory in place of the network, so that a test
//! can alter a byte or leave a file out.

#![allow(clippy::unwrap_used, clippy::float_cmp)]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use artifact::{ModelFiles, Stored, Weights};
use encoder::{Config, fresh_weights};
use engine::{Engine, Inbox};
use futures::channel::mpsc;
use js_sys::{Function, Uint8Array};
use protocol::{Backend, Event, Request, Scores, Task};
use serde_json::{Value, json};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

const BASE: &str = "https://isogloss.invalid/";
const LANGUAGES: [&str; 3] = ["ar", "de", "en"];
const FACTS: usize = 12;
const SIZE: usize = 32;

/// The word that question and answer of a fact share in a language, and no other text has.
fn word(language: &str, fact: usize) -> String {
    format!("{language}{fact}")
}

fn language_file(language: &str) -> Value {
    let article = |fact: usize| {
        let sentence = format!("{} tells it", word(language, fact));
        json!({
            "title": format!("fact {fact}"),
            "split": "test",
            "paragraphs": [{
                "context": sentence,
                "sentence_breaks": [[0, sentence.chars().count()]],
                "qas": [{
                    "id": format!("q{fact}"),
                    "question": format!("{} what", word(language, fact)),
                    "answers": [{"answer_start": 0, "text": sentence}],
                }],
            }],
        })
    };
    json!({"version": "1", "data": (0..FACTS).map(article).collect::<Vec<_>>()})
}

fn vocabulary() -> Vec<String> {
    let mut words: Vec<String> =
        ["<pad>", "<unk>", "tells", "it", "what"].map(str::to_owned).into();
    for language in LANGUAGES {
        words.extend((0..FACTS).map(|fact| word(language, fact)));
    }
    words
}

fn tokenizer() -> Vec<u8> {
    let words = vocabulary();
    let ids: BTreeMap<&str, usize> =
        words.iter().enumerate().map(|(id, word)| (word.as_str(), id)).collect();
    let tokenizer = json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
        "normalizer": null, "pre_tokenizer": {"type": "WhitespaceSplit"},
        "post_processor": null, "decoder": null,
        "model": {"type": "WordLevel", "vocab": ids, "unk_token": "<unk>"},
    });
    tokenizer.to_string().into_bytes()
}

fn config(model_type: &str) -> Config {
    let config = json!({
        "model_type": model_type,
        "vocab_size": vocabulary().len(),
        "hidden_size": SIZE,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 64,
        "max_position_embeddings": 16,
        "isogloss": {"pooling": "mean", "max_query_length": 16, "max_passage_length": 16},
    });
    Config::parse(config.to_string().as_bytes()).unwrap()
}

/// A static model in which a fact's word is the same vector in every language.
fn aligned() -> ModelFiles {
    let config = config("isogloss-static");
    let words = vocabulary();
    let mut table = vec![0.0_f32; words.len() * SIZE];
    for language in LANGUAGES {
        for fact in 0..FACTS {
            let row = words.iter().position(|known| *known == word(language, fact)).unwrap();
            table[row * SIZE + fact] = 1.0;
        }
    }
    let mut weights = Weights::default();
    weights.insert(config.table_name(), vec![words.len(), SIZE], Stored::from_f32(&table));
    files("aligned", &config, &weights)
}

fn files(name: &str, config: &Config, weights: &Weights) -> ModelFiles {
    let weights = weights.to_bytes().unwrap();
    ModelFiles::new(name, config.to_json(), tokenizer(), weights, None)
}

fn random(name: &str, model_type: &str) -> ModelFiles {
    let config = config(model_type);
    files(name, &config, &fresh_weights(&config, 7))
}

/// What the pretended server has, by path.
type Site = BTreeMap<String, Vec<u8>>;

fn site(models: &[ModelFiles]) -> Site {
    let mut site = Site::new();
    let mut records = BTreeMap::new();
    for language in LANGUAGES {
        let bytes = language_file(language).to_string().into_bytes();
        let name = format!("{language}.json");
        records.insert(name.clone(), artifact::FileRecord::of(&bytes));
        site.insert(format!("corpus/{name}"), bytes);
    }
    let manifest = json!({"name": "tiny", "split": "test", "files": records});
    site.insert("corpus/manifest.json".to_owned(), manifest.to_string().into_bytes());
    let mut list = Vec::new();
    for model in models {
        let name = &model.manifest.name;
        list.push(json!({
            "name": name, "title": name, "strategy": "none", "dimension": SIZE,
            "bytes": model.bytes(),
        }));
        let at = |file: &str| format!("models/{name}/{file}");
        site.insert(at(artifact::CONFIG), model.config.clone());
        site.insert(at(artifact::TOKENIZER), model.tokenizer.clone());
        site.insert(at(artifact::WEIGHTS), model.weights.to_vec());
        site.insert(at(artifact::MANIFEST), model.manifest.to_json());
    }
    site.insert("models/index.json".to_owned(), Value::from(list).to_string().into_bytes());
    site
}

/// Puts `site` in place of the network.
fn serve(site: &Site) {
    let map = js_sys::Map::new();
    for (path, bytes) in site {
        let url = JsValue::from_str(&format!("{BASE}{path}"));
        map.set(&url, &Uint8Array::from(bytes.as_slice()).into());
    }
    let install = Function::new_with_args(
        "files",
        "globalThis.fetch = async (request) => {
            const body = files.get(request.url ?? request);
            return body ? new Response(body) : new Response('', { status: 404 });
        };",
    );
    install.call1(&JsValue::NULL, &map).unwrap();
}

/// Everything a new engine says to these requests.
async fn converse(requests: impl IntoIterator<Item = Request>) -> Vec<Event> {
    let events = Rc::new(RefCell::new(Vec::new()));
    let heard = events.clone();
    let mut engine = Engine::new(Rc::new(move |event| heard.borrow_mut().push(event)));
    let (sender, receiver) = mpsc::unbounded();
    for request in requests {
        sender.unbounded_send(request).unwrap();
    }
    drop(sender);
    engine.serve(Inbox::new(receiver)).await;
    drop(engine);
    Rc::into_inner(events).unwrap().into_inner()
}

fn start(cpu: bool) -> Request {
    Request::Start { base: BASE.to_owned(), cpu }
}

fn load(model: &str) -> Request {
    Request::Load { model: model.to_owned() }
}

fn benchmark(model: &str) -> Request {
    Request::Benchmark { model: model.to_owned() }
}

fn search(query: &str, models: &[&str]) -> Request {
    let models = models.iter().map(|&model| model.to_owned()).collect();
    Request::Search { id: 5, query: query.to_owned(), models, limit: 4 }
}

fn failures(events: &[Event]) -> Vec<&str> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Failed { message, .. } => Some(message.as_str()),
            _ => None,
        })
        .collect()
}

fn scores(events: &[Event]) -> Vec<&Scores> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Scored(scores) => Some(scores),
            _ => None,
        })
        .collect()
}

#[wasm_bindgen_test]
async fn webgpu_and_cpu_give_the_same_numbers() {
    serve(&site(&[random("static", "isogloss-static"), random("bert", "bert")]));
    let requests = || {
        ["static", "bert"]
            .into_iter()
            .flat_map(|model| [load(model), search("de3 what", &[model]), benchmark(model)])
    };
    let gpu = converse([start(false)].into_iter().chain(requests())).await;
    let cpu = converse([start(true)].into_iter().chain(requests())).await;
    assert!(failures(&gpu).is_empty() && failures(&cpu).is_empty(), "{gpu:?} {cpu:?}");
    let backend = |events: &[Event]| {
        events.iter().find_map(|event| match event {
            Event::Device(device) => Some(device.backend),
            _ => None,
        })
    };
    assert_eq!(backend(&gpu), Some(Backend::WebGpu), "{:?}", gpu[0]);
    assert_eq!(backend(&cpu), Some(Backend::Cpu));

    let hits = |events: &[Event]| -> Vec<(String, f32)> {
        let columns = events.iter().flat_map(|event| match event {
            Event::Results(results) => results.columns.clone(),
            _ => Vec::new(),
        });
        columns.flat_map(|column| column.hits).map(|hit| (hit.text, hit.score)).collect()
    };
    let (gpu_hits, cpu_hits) = (hits(&gpu), hits(&cpu));
    assert_eq!(gpu_hits.len(), 8);
    for ((gpu_text, gpu_score), (cpu_text, cpu_score)) in gpu_hits.iter().zip(&cpu_hits) {
        assert_eq!(gpu_text, cpu_text);
        assert!((gpu_score - cpu_score).abs() < 1e-4, "{gpu_text}: {gpu_score} and {cpu_score}");
    }
    let (gpu_scores, cpu_scores) = (scores(&gpu), scores(&cpu));
    assert_eq!((gpu_scores.len(), cpu_scores.len()), (2, 2));
    for (gpu, cpu) in gpu_scores.iter().zip(cpu_scores) {
        for read in [
            |scores: &Scores| scores.map_mono,
            |scores: &Scores| scores.map_cross,
            |scores: &Scores| scores.map_multi,
            |scores: &Scores| scores.rank_distance,
        ] {
            let (gpu, cpu) = (read(gpu).unwrap(), read(cpu).unwrap());
            assert!((gpu - cpu).abs() < 1e-4, "{gpu} and {cpu}");
        }
    }
}

#[wasm_bindgen_test]
async fn an_aligned_model_has_perfect_scores() {
    serve(&site(&[aligned()]));
    let events =
        converse([start(true), load("aligned"), search("en4", &["aligned"]), benchmark("aligned")])
            .await;
    let scores = scores(&events);
    let [scores] = scores.as_slice() else { panic!("{events:?}") };
    assert!((scores.map_mono.unwrap() - 1.0).abs() < 1e-9);
    assert!((scores.map_cross.unwrap() - 1.0).abs() < 1e-9);
    assert!((scores.map_multi.unwrap() - 1.0).abs() < 1e-9);
    // Three languages: the right answers stand in places 1, 2 and 3.
    assert!((scores.rank_distance.unwrap() - 2.0).abs() < 1e-9);

    let found = events.iter().find_map(|event| match event {
        Event::Results(results) => Some(results),
        _ => None,
    });
    let found = found.unwrap();
    assert_eq!((found.id, found.query.as_str()), (5, "en4"));
    let mut first: Vec<_> = found.columns[0].hits[..3]
        .iter()
        .map(|hit| (hit.language.as_str(), hit.text.as_str()))
        .collect();
    first.sort_unstable();
    assert_eq!(first, [("ar", "ar4 tells it"), ("de", "de4 tells it"), ("en", "en4 tells it")]);
    assert_eq!(found.columns[0].hits[0].title, "fact 4");
    assert!(found.columns[0].hits[3].score < found.columns[0].hits[2].score);
}

#[wasm_bindgen_test]
async fn progress_counts_bytes_sentences_and_questions_to_the_end() {
    let model = aligned();
    let bytes = model.bytes();
    serve(&site(&[model]));
    let events = converse([start(true), load("aligned"), benchmark("aligned")]).await;
    let last = |task: &Task| {
        let mut reports = events.iter().filter_map(|event| match event {
            Event::Progress(progress) if progress.task == *task => {
                Some((progress.done, progress.total))
            }
            _ => None,
        });
        reports.next_back()
    };
    let name = || "aligned".to_owned();
    let texts = (LANGUAGES.len() * FACTS) as u64;
    assert_eq!(last(&Task::FetchModel(name())), Some((bytes, bytes)));
    assert_eq!(last(&Task::Encode(name())), Some((texts, texts)));
    assert_eq!(last(&Task::Benchmark(name())), Some((texts, texts)));
    let (done, total) = last(&Task::FetchCorpus).unwrap();
    assert_eq!(done, total);
}

#[wasm_bindgen_test]
async fn an_altered_byte_is_refused_and_other_models_still_load() {
    let mut files = site(&[aligned(), random("other", "isogloss-static")]);
    *files.get_mut("models/aligned/model.safetensors").unwrap().last_mut().unwrap() ^= 1;
    serve(&files);
    let events = converse([start(true), load("aligned"), load("other")]).await;
    let failed = failures(&events);
    let [message] = failed.as_slice() else { panic!("{events:?}") };
    assert!(message.contains("“aligned” cannot be used"), "{message}");
    assert!(message.contains("model.safetensors was altered"), "{message}");
    assert_eq!(events.last(), Some(&Event::Ready { model: "other".to_owned() }));
}

#[wasm_bindgen_test]
async fn a_cut_corpus_a_missing_file_and_bad_json_are_named() {
    let whole = site(&[aligned()]);

    let mut files = whole.clone();
    files.get_mut("corpus/de.json").unwrap().truncate(100);
    serve(&files);
    let events = converse([start(true)]).await;
    assert!(failures(&events)[0].contains("corpus/de.json has 100 bytes"), "{events:?}");

    let mut files = whole.clone();
    files.remove("models/aligned/tokenizer.json");
    serve(&files);
    let events = converse([start(true), load("aligned")]).await;
    assert!(failures(&events)[0].contains("tokenizer.json is not on the server"), "{events:?}");

    let mut files = whole;
    files.insert("models/index.json".to_owned(), b"<!doctype html>".to_vec());
    serve(&files);
    let events = converse([start(true)]).await;
    assert!(failures(&events)[0].contains("models/index.json, line 1, column 1"), "{events:?}");
}

#[wasm_bindgen_test]
async fn starting_again_after_a_failure_mends_it() {
    let whole = site(&[aligned()]);
    let mut files = whole.clone();
    files.remove("corpus/manifest.json");
    serve(&files);
    let events = Rc::new(RefCell::new(Vec::new()));
    let heard = events.clone();
    let mut engine = Engine::new(Rc::new(move |event| {
        // The server recovers once the page has been told.
        if matches!(event, Event::Failed { .. }) {
            serve(&whole);
        }
        heard.borrow_mut().push(event);
    }));
    let (sender, receiver) = mpsc::unbounded();
    for request in [start(true), start(true), load("aligned")] {
        sender.unbounded_send(request).unwrap();
    }
    drop(sender);
    engine.serve(Inbox::new(receiver)).await;
    assert_eq!(failures(&events.borrow()).len(), 1);
    assert_eq!(events.borrow().last(), Some(&Event::Ready { model: "aligned".to_owned() }));
}

#[wasm_bindgen_test]
async fn a_cancelled_benchmark_ends_and_the_next_search_is_answered() {
    serve(&site(&[aligned()]));
    let requests = [
        start(true),
        load("aligned"),
        benchmark("aligned"),
        benchmark("aligned"),
        Request::Cancel,
        search("en4", &["aligned"]),
    ];
    let events = converse(requests).await;
    assert!(scores(&events).is_empty(), "{events:?}");
    assert_eq!(events.iter().filter(|event| **event == Event::Cancelled).count(), 1);
    assert!(matches!(events.last(), Some(Event::Results(_))), "{events:?}");
}

#[wasm_bindgen_test]
async fn a_search_is_answered_while_a_benchmark_runs() {
    serve(&site(&[aligned()]));
    let requests =
        [start(true), load("aligned"), benchmark("aligned"), search("en4", &["aligned"])];
    let events = converse(requests).await;
    let place = |wanted: fn(&Event) -> bool| events.iter().position(wanted).unwrap();
    let answered = place(|event| matches!(event, Event::Results(_)));
    assert!(answered < place(|event| matches!(event, Event::Scored(_))), "{events:?}");
}
