//! The page in a real browser, over a session whose worker is the test.

#![allow(clippy::unwrap_used)]

use std::cell::RefCell;
use std::rc::Rc;

use isogloss_web::page::Page;
use isogloss_web::session::{Command, LIMIT, Session};
use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos::task::tick;
use protocol::{
    Backend, Column, Corpus, Device, Event, Hit, Model, Progress, Request, Results, Scores, Task,
};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlElement, HtmlInputElement, HtmlSelectElement};

wasm_bindgen_test_configure!(run_in_browser);

const BASE: &str = "http://localhost/";

/// A mounted page, the session behind it and what it asked for.
struct Mounted {
    root: HtmlElement,
    session: Session,
    asked: Rc<RefCell<Vec<Command>>>,
}

fn mounted() -> Mounted {
    let asked = Rc::new(RefCell::new(Vec::new()));
    let log = asked.clone();
    let outlet = move |_: Session, command| log.borrow_mut().push(command);
    let session = Session::new(BASE.to_owned(), false, outlet);
    let root = document().create_element("div").unwrap().unchecked_into::<HtmlElement>();
    document().body().unwrap().append_child(&root).unwrap();
    mount_to(root.clone(), move || view! { <Page session /> }).forget();
    Mounted { root, session, asked }
}

impl Mounted {
    fn all(&self, test_id: &str) -> Vec<Element> {
        let nodes = self.root.query_selector_all(&format!("[data-testid='{test_id}']")).unwrap();
        (0..nodes.length()).map(|at| nodes.item(at).unwrap().unchecked_into()).collect()
    }

    fn one(&self, test_id: &str) -> Element {
        let mut all = self.all(test_id);
        assert_eq!(all.len(), 1, "{test_id}");
        all.remove(0)
    }

    fn text(&self, test_id: &str) -> String {
        self.one(test_id).text_content().unwrap()
    }

    fn is_disabled(&self, test_id: &str) -> bool {
        self.one(test_id).has_attribute("disabled")
    }

    async fn hear(&self, event: Event) {
        self.session.hear(event);
        tick().await;
    }

    async fn click(&self, test_id: &str) {
        self.one(test_id).unchecked_into::<HtmlElement>().click();
        tick().await;
    }

    async fn type_in(&self, text: &str) {
        let input: HtmlInputElement = self.one("search-input").unchecked_into();
        input.set_value(text);
        input.dispatch_event(&event("input")).unwrap();
        tick().await;
    }

    async fn choose(&self, model: &str) {
        let select: HtmlSelectElement = self.one("model-select").unchecked_into();
        select.set_value(model);
        select.dispatch_event(&event("change")).unwrap();
        tick().await;
    }

    /// What was asked since the last call.
    fn asked(&self) -> Vec<Command> {
        self.asked.take()
    }

    /// Brings the page to where it can search with the hybrid model.
    async fn make_ready(&self) {
        self.hear(Event::Loaded).await;
        self.hear(device(Backend::WebGpu)).await;
        self.hear(corpus()).await;
        self.hear(models()).await;
        self.hear(Event::Ready { model: "hybrid".to_owned() }).await;
        self.asked();
    }
}

fn event(kind: &str) -> web_sys::Event {
    let event = web_sys::Event::new(kind).unwrap();
    // The page listens at its root.
    event.init_event_with_bubbles(kind, true);
    event
}

fn device(backend: Backend) -> Event {
    Event::Device(Device { backend, note: None })
}

fn corpus() -> Event {
    let languages = ["ar", "en", "zh"].map(str::to_owned).to_vec();
    Event::Corpus(Corpus { languages, candidates: 3520, questions: 3520 })
}

fn models() -> Event {
    let model = |name: &str| Model {
        name: name.to_owned(),
        title: format!("{name} batches"),
        strategy: name.to_owned(),
        dimension: 256,
        bytes: 16_400_000,
    };
    Event::Models(["mono", "cross", "hybrid"].map(model).to_vec())
}

fn load(model: &str) -> Command {
    Command::Send(Request::Load { model: model.to_owned() })
}

fn hit(language: &str, text: &str, score: f32) -> Hit {
    Hit { language: language.to_owned(), text: text.to_owned(), title: "x".to_owned(), score }
}

fn answer(id: u32, models: &[&str]) -> Event {
    let column = |model: &&str| Column {
        model: (*model).to_owned(),
        hits: vec![
            hit("ar", "تتكون حلقات زحل", 0.912_34),
            hit("en", "Rings of ice", 0.5),
            hit("ar", "كوكب", -0.25),
        ],
        millis: 3.0,
    };
    let columns = models.iter().map(column).collect();
    Event::Results(Results { id, query: "rings".to_owned(), columns })
}

fn scored(model: &str, map: f64, rank_distance: f64) -> Event {
    Event::Scored(Scores {
        model: model.to_owned(),
        map_mono: Some(map),
        map_cross: Some(map / 2.0),
        map_multi: Some(map / 4.0),
        rank_distance: Some(rank_distance),
        seconds: 1.5,
    })
}

#[wasm_bindgen_test]
async fn starting_asks_for_what_is_needed_and_unlocks_the_search() {
    let page = mounted();
    assert!(page.is_disabled("search-input") && page.is_disabled("search-submit"));
    assert!(page.is_disabled("benchmark-run"));
    page.hear(Event::Loaded).await;
    let start = Request::Start { base: BASE.to_owned(), cpu: false };
    assert_eq!(page.asked(), [Command::Send(start)]);
    page.hear(device(Backend::WebGpu)).await;
    let text = page.text("device");
    assert!(text.contains("webgpu") && !text.contains("cpu"), "{text}");
    page.hear(corpus()).await;
    page.hear(models()).await;
    assert_eq!(page.asked(), [load("hybrid")]);
    assert_eq!(page.one("model-select").unchecked_into::<HtmlSelectElement>().value(), "hybrid");
    let task = Task::FetchModel("hybrid".to_owned());
    page.hear(Event::Progress(Progress { task, done: 4_100_000, total: 16_400_000 })).await;
    let text = page.text("status");
    assert!(text.contains("Fetching hybrid batches") && text.contains("4.1 of 16.4 MB"), "{text}");
    assert!(page.is_disabled("search-input"));
    page.hear(Event::Ready { model: "hybrid".to_owned() }).await;
    assert_eq!(page.one("status").get_attribute("data-state").as_deref(), Some("ready"));
    assert!(!page.is_disabled("search-input") && !page.is_disabled("search-submit"));
    assert!(page.all("error").is_empty() && page.all("notice").is_empty());
}

#[wasm_bindgen_test]
async fn a_search_shows_each_text_in_its_language_and_direction() {
    let page = mounted();
    page.make_ready().await;
    page.type_in(" rings ").await;
    page.click("search-submit").await;
    let models = vec!["hybrid".to_owned()];
    let search = Request::Search { id: 1, query: "rings".to_owned(), models, limit: LIMIT };
    assert_eq!(page.asked(), [Command::Send(search)]);
    assert!(page.all("result").is_empty());
    page.hear(answer(1, &["hybrid"])).await;
    let results = page.all("result");
    let read = |attribute: &str| -> Vec<String> {
        results.iter().map(|result| result.get_attribute(attribute).unwrap()).collect()
    };
    assert_eq!(read("data-lang"), ["ar", "en", "ar"]);
    assert_eq!(read("data-score"), ["0.912340", "0.500000", "-0.250000"]);
    assert_eq!(read("data-model"), ["hybrid"; 3]);
    let text = results[0].query_selector(".text").unwrap().unwrap();
    assert_eq!(text.get_attribute("lang").as_deref(), Some("ar"));
    assert_eq!(text.get_attribute("dir").as_deref(), Some("rtl"));
    assert_eq!(text.text_content().unwrap(), "تتكون حلقات زحل");
    assert!(results[0].text_content().unwrap().contains("العربية"));
    assert!(results[0].text_content().unwrap().contains("0.9123"));
    let text = results[1].query_selector(".text").unwrap().unwrap();
    assert_eq!(text.get_attribute("dir").as_deref(), Some("ltr"));
    let mix: Vec<_> = page.all("mix").iter().map(|part| part.get_attribute("data-lang")).collect();
    assert_eq!(mix, [Some("ar".to_owned()), Some("en".to_owned())]);
}

#[wasm_bindgen_test]
async fn an_answer_to_an_older_question_is_not_shown() {
    let page = mounted();
    page.make_ready().await;
    page.type_in("one").await;
    page.click("search-submit").await;
    page.type_in("two").await;
    page.click("search-submit").await;
    page.hear(answer(1, &["hybrid"])).await;
    assert!(page.all("result").is_empty());
    page.hear(answer(2, &["hybrid"])).await;
    assert_eq!(page.all("result").len(), 3);
}

#[wasm_bindgen_test]
async fn an_empty_question_is_not_asked() {
    let page = mounted();
    page.make_ready().await;
    page.type_in("   ").await;
    page.click("search-submit").await;
    assert!(page.asked().is_empty());
}

#[wasm_bindgen_test]
async fn another_model_answers_the_same_question() {
    let page = mounted();
    page.make_ready().await;
    page.type_in("rings").await;
    page.click("search-submit").await;
    page.hear(answer(1, &["hybrid"])).await;
    page.asked();
    page.choose("mono").await;
    assert_eq!(page.asked(), [load("mono")]);
    assert!(page.all("result").is_empty() && page.is_disabled("search-submit"));
    page.hear(Event::Ready { model: "mono".to_owned() }).await;
    let [Command::Send(Request::Search { id: 2, models, .. })] = &page.asked()[..] else {
        panic!("no search")
    };
    assert_eq!(models, &["mono"]);
}

#[wasm_bindgen_test]
async fn all_models_stand_side_by_side() {
    let page = mounted();
    page.make_ready().await;
    page.click("model-compare").await;
    assert_eq!(page.asked(), [load("mono"), load("cross")]);
    assert!(page.is_disabled("search-submit"));
    page.hear(Event::Ready { model: "mono".to_owned() }).await;
    page.hear(Event::Ready { model: "cross".to_owned() }).await;
    page.type_in("rings").await;
    page.click("search-submit").await;
    page.hear(answer(1, &["mono", "cross", "hybrid"])).await;
    let of = |model: &str| {
        let results = page.all("result").into_iter();
        results.filter(|one| one.get_attribute("data-model").as_deref() == Some(model)).count()
    };
    assert_eq!([of("mono"), of("cross"), of("hybrid")], [3, 3, 3]);
}

#[wasm_bindgen_test]
async fn an_error_is_a_sentence_and_can_be_tried_again() {
    let page = mounted();
    page.make_ready().await;
    page.choose("cross").await;
    page.asked();
    let request = Request::Load { model: "cross".to_owned() };
    let message = "model.safetensors was altered".to_owned();
    page.hear(Event::Failed { request: request.clone(), message }).await;
    assert_eq!(page.text("error"), "model.safetensors was altered");
    assert_eq!(page.one("status").get_attribute("data-state").as_deref(), Some("failed"));
    page.click("retry").await;
    assert_eq!(page.asked(), [Command::Send(request.clone())]);
    assert!(page.all("error").is_empty());

    // Another model mends the page as well.
    page.hear(Event::Failed { request, message: "again".to_owned() }).await;
    page.choose("hybrid").await;
    assert!(page.all("error").is_empty());
    assert!(!page.is_disabled("search-input"));
}

#[wasm_bindgen_test]
async fn a_benchmark_shows_progress_and_numbers_and_fills_a_table() {
    let page = mounted();
    page.make_ready().await;
    let hooks = [
        "benchmark-map-mono",
        "benchmark-map-cross",
        "benchmark-map-multi",
        "benchmark-rank-distance",
    ];
    let numbers = || hooks.map(|hook| page.text(hook));
    assert_eq!(numbers(), [""; 4]);
    assert!(page.is_disabled("benchmark-cancel"));
    page.click("benchmark-run").await;
    let run = |model: &str| Command::Send(Request::Benchmark { model: model.to_owned() });
    assert_eq!(page.asked(), [run("hybrid")]);
    assert!(page.is_disabled("benchmark-run") && !page.is_disabled("benchmark-cancel"));
    let task = Task::Benchmark("hybrid".to_owned());
    page.hear(Event::Progress(Progress { task, done: 1024, total: 3520 })).await;
    assert!(page.text("benchmark-progress").contains("1,024 of 3,520"));
    assert_eq!(numbers(), [""; 4]);
    page.hear(scored("hybrid", 0.48, 1234.56)).await;
    assert_eq!(numbers(), ["0.4800", "0.2400", "0.1200", "1234.6"]);
    assert_eq!(page.text("benchmark-progress"), "");
    assert!(!page.is_disabled("benchmark-run"));

    page.choose("mono").await;
    assert_eq!(numbers(), [""; 4]);
    page.hear(Event::Ready { model: "mono".to_owned() }).await;
    page.click("benchmark-run").await;
    page.hear(scored("mono", 0.5, 2000.0)).await;
    assert_eq!(numbers(), ["0.5000", "0.2500", "0.1250", "2000.0"]);
    let rows: Vec<_> =
        page.all("benchmark-row").iter().map(|row| row.get_attribute("data-model")).collect();
    assert_eq!(rows, [Some("mono".to_owned()), Some("hybrid".to_owned())]);
}

#[wasm_bindgen_test]
async fn a_benchmark_can_be_cancelled() {
    let page = mounted();
    page.make_ready().await;
    page.click("benchmark-run").await;
    page.asked();
    page.click("benchmark-cancel").await;
    assert_eq!(page.asked(), [Command::Send(Request::Cancel)]);
    page.hear(Event::Cancelled).await;
    assert_eq!(page.text("benchmark-progress"), "");
    assert_eq!(page.text("benchmark-map-mono"), "");
    assert!(!page.is_disabled("benchmark-run") && page.is_disabled("benchmark-cancel"));
}

#[wasm_bindgen_test]
async fn a_worker_that_dies_on_webgpu_is_replaced_by_one_on_the_cpu() {
    let page = mounted();
    page.make_ready().await;
    page.choose("cross").await;
    page.asked();
    page.hear(Event::Crashed { message: "device lost".to_owned() }).await;
    assert_eq!(page.asked(), [Command::Restart]);
    assert!(page.is_disabled("search-input"));
    page.hear(Event::Loaded).await;
    let start = Request::Start { base: BASE.to_owned(), cpu: true };
    assert_eq!(page.asked(), [Command::Send(start)]);
    page.hear(device(Backend::Cpu)).await;
    let text = page.text("device");
    assert!(text.contains("cpu") && !text.contains("webgpu"), "{text}");
    assert!(page.text("notice").contains("device lost"));
    page.hear(models()).await;
    assert_eq!(page.asked(), [load("cross")]);
}

#[wasm_bindgen_test]
async fn a_worker_that_dies_while_it_sets_webgpu_up_is_replaced_too() {
    let page = mounted();
    page.hear(Event::Loaded).await;
    page.asked();
    page.hear(Event::Crashed { message: "no adapter".to_owned() }).await;
    assert_eq!(page.asked(), [Command::Restart]);
    page.hear(Event::Loaded).await;
    let start = Request::Start { base: BASE.to_owned(), cpu: true };
    assert_eq!(page.asked(), [Command::Send(start)]);
    // On the CPU there is nothing left to fall back to.
    page.hear(Event::Crashed { message: "out of memory".to_owned() }).await;
    assert!(page.text("error").contains("out of memory"));
}

#[wasm_bindgen_test]
async fn a_worker_that_never_started_is_an_error_with_a_way_out() {
    let page = mounted();
    page.hear(Event::Crashed { message: "404 File not found".to_owned() }).await;
    assert!(page.text("error").contains("404 File not found"));
    assert!(page.asked().is_empty());
    page.click("retry").await;
    assert_eq!(page.asked(), [Command::Restart]);
}
