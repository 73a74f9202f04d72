//! The built page in a real browser, from search to benchmark.
//!
//! One browser at a time: a GPU in software takes all cores. Waits end as soon as the page shows
//! what is waited for; their limits only end a run that hangs.

mod driver;
mod site;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use xtask::serve::PageServer;

use driver::Browser;
use site::Corpus;

/// Real WebGPU, on Chromium's own device in software.
const WEBGPU: [&str; 2] = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
const LOAD: Duration = Duration::from_mins(10);
const ANSWER: Duration = Duration::from_mins(3);
const BENCHMARK: Duration = Duration::from_mins(20);

const MEASURES: [&str; 4] =
    ["benchmark-map-mono", "benchmark-map-cross", "benchmark-map-multi", "benchmark-rank-distance"];

static BROWSER: Mutex<()> = Mutex::new(());

/// The page in a browser.
struct Page {
    browser: Browser,
    _server: PageServer,
    _turn: MutexGuard<'static, ()>,
}

/// One result as the page shows it.
#[derive(Clone, Debug, PartialEq)]
struct Hit {
    language: String,
    score: f64,
    /// Texts with their `lang` and `dir`.
    texts: Vec<(String, String, String)>,
}

impl Page {
    /// Serves `folder` and opens it, under the name `host` if that is not the server's own.
    fn open(folder: &Path, flags: &[&str], host: Option<&str>) -> Self {
        let turn = BROWSER.lock().unwrap_or_else(PoisonError::into_inner);
        let server = PageServer::start(folder, 0).expect("a server for the page");
        let browser = Browser::start(flags);
        let url = server.url();
        browser.open(&host.map_or_else(|| url.clone(), |host| url.replace("127.0.0.1", host)));
        Self { browser, _server: server, _turn: turn }
    }

    /// What a part of the page says, white space trimmed; nothing where the part is not there.
    fn text(&self, test_id: &str) -> Option<String> {
        let text = self.browser.run(&format!(
            "const found = document.querySelector('[data-testid={test_id}]'); \
             return found && found.textContent.trim()"
        ));
        text.as_str().map(str::to_owned)
    }

    fn is_enabled(&self, test_id: &str) -> bool {
        let script = format!(
            "const found = document.querySelector('[data-testid={test_id}]'); \
             return !!found && !found.disabled"
        );
        self.browser.run(&script) == true
    }

    /// Waits until the page can search. An error on the page ends the wait.
    fn ready(&self) {
        self.browser.wait("the model", LOAD, || {
            if let Some(error) = self.text("error") {
                self.browser.fail(&format!("the page shows an error: {error}"));
            }
            self.is_enabled("search-submit").then_some(())
        });
    }

    fn results(&self) -> Vec<Hit> {
        let found = self.browser.run(
            "return [...document.querySelectorAll('[data-testid=result]')].map(hit => ({
                language: hit.dataset.lang,
                score: Number(hit.dataset.score),
                texts: [...hit.querySelectorAll('[lang]')].concat(hit.lang ? [hit] : [])
                    .map(text => [text.lang, text.dir, text.textContent.trim()]),
            }))",
        );
        let hits = found.as_array().map(Vec::as_slice).unwrap_or_default();
        hits.iter()
            .map(|hit| Hit {
                language: string(&hit["language"]),
                score: hit["score"].as_f64().expect("a score"),
                texts: hit["texts"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|text| (string(&text[0]), string(&text[1]), string(&text[2])))
                    .collect(),
            })
            .collect()
    }

    /// Results other than `before`, once there are any.
    fn results_after(&self, before: &[Hit]) -> Vec<Hit> {
        self.browser.wait("results", ANSWER, || {
            let results = self.results();
            (!results.is_empty() && results != before).then_some(results)
        })
    }

    fn search(&self, query: &str) -> Vec<Hit> {
        let before = self.results();
        self.browser.fill("[data-testid=search-input]", query);
        self.browser.click("[data-testid=search-submit]");
        self.results_after(&before)
    }

    fn choose(&self, model: &str) {
        self.browser.click(&format!("[data-testid=model-select] option[value={model}]"));
        let chosen = "return document.querySelector('[data-testid=model-select]').value";
        assert_eq!(self.browser.run(chosen), model);
        self.ready();
    }

    fn numbers(&self) -> Option<[f64; 4]> {
        let mut numbers = [0.0; 4];
        for (number, measure) in numbers.iter_mut().zip(MEASURES) {
            *number = self.text(measure)?.replace(',', "").parse().ok()?;
        }
        Some(numbers)
    }

    /// Runs the benchmark and compares it with `isogloss evaluate` on the same model.
    fn benchmark_equals_native(&self, model: &str) {
        // Written down by the page itself: a look from outside may come too late.
        self.browser.run(
            "window.seen = [];
            const progress = document.querySelector('[data-testid=benchmark-progress]');
            new MutationObserver(() => seen.push(progress.textContent.trim()))
                .observe(progress, {childList: true, characterData: true, subtree: true});",
        );
        self.browser.click("[data-testid=benchmark-run]");
        let found = self.browser.wait("the benchmark", BENCHMARK, || {
            if let Some(error) = self.text("error") {
                self.browser.fail(&format!("the benchmark failed: {error}"));
            }
            self.is_enabled("benchmark-run").then(|| self.numbers()).flatten()
        });
        let expected = site::native_scores(model);
        println!("{model}: browser {found:?}, native {expected:?}");
        for ((found, expected), measure) in found.into_iter().zip(expected).zip(MEASURES) {
            // mAP to the thousandth; rank distance counts thousands of places.
            let limit = if measure == MEASURES[3] { (expected / 1000.0).max(1.0) } else { 0.001 };
            let difference = (found - expected).abs();
            assert!(difference <= limit, "{model}, {measure}: {found}, natively {expected}");
        }
        let seen = self.browser.run("return window.seen");
        let seen: BTreeSet<String> = seen.as_array().into_iter().flatten().map(string).collect();
        let steps = seen.iter().filter(|text| text.contains(|c: char| c.is_ascii_digit()));
        assert!(steps.count() >= 3, "progress was shown as {seen:?}");
    }

    /// Starts the benchmark and cancels it as soon as it runs.
    fn cancelled_benchmark_leaves_no_numbers(&self) {
        self.browser.run_async(
            "const done = arguments[0];
            const find = name => document.querySelector(`[data-testid=benchmark-${name}]`);
            find('run').click();
            const cancel = () => {
                const running = !find('cancel').disabled && /\\d/.test(find('progress').textContent);
                if (!running) return setTimeout(cancel, 0);
                find('cancel').click();
                done();
            };
            cancel();",
        );
        self.browser
            .wait("the run to end", ANSWER, || self.is_enabled("benchmark-run").then_some(()));
        assert_eq!(self.numbers(), None, "a cancelled run shows no numbers");
        assert_eq!(self.text("error"), None);
    }
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Checks what holds for every answer to a query of a person.
fn assert_answer(hits: &[Hit], corpus: &Corpus) {
    assert!(hits.len() >= 10, "{} results", hits.len());
    assert!(hits.windows(2).all(|pair| pair[0].score >= pair[1].score), "{hits:?}");
    let languages: BTreeSet<&str> = hits.iter().map(|hit| hit.language.as_str()).collect();
    assert!(languages.len() > 1, "all results are in {languages:?}");
    for hit in hits {
        let direction = if hit.language == "ar" { "rtl" } else { "ltr" };
        assert!(!hit.texts.is_empty(), "a result without text: {hit:?}");
        for (lang, dir, _) in &hit.texts {
            assert_eq!(
                (lang.as_str(), dir.as_str()),
                (hit.language.as_str(), direction),
                "{hit:?}"
            );
        }
        let sentences = &corpus.sentences[&hit.language];
        let shown = hit.texts.iter().any(|(.., text)| sentences.contains(text.as_str()));
        assert!(shown, "not a sentence of the test split: {hit:?}");
    }
}

#[test]
fn search_and_benchmark_run_on_webgpu() {
    let corpus = Corpus::read();
    let page = Page::open(&site::page(), &WEBGPU, None);
    page.ready();
    let device = page.text("device").unwrap_or_default();
    assert!(device.contains("webgpu"), "the device is {device:?}");

    page.choose("hybrid");
    let hindi = page.search(corpus.question("hi"));
    assert_answer(&hindi, &corpus);
    let arabic = page.search(corpus.question("ar"));
    assert_answer(&arabic, &corpus);
    assert!(arabic.iter().any(|hit| hit.language == "ar"), "no Arabic result: {arabic:?}");
    page.benchmark_equals_native("hybrid");

    page.choose("mono");
    // The query is still there and is asked again of the other model.
    let other = page.results_after(&arabic);
    assert_answer(&other, &corpus);
    page.cancelled_benchmark_leaves_no_numbers();
    page.benchmark_equals_native("mono");
}

#[test]
fn without_webgpu_the_page_runs_on_the_cpu_and_says_so() {
    // Browsers hide WebGPU from pages that come unencrypted from another host.
    let host = "page.isogloss.test";
    let rule = format!("--host-resolver-rules=MAP {host} 127.0.0.1");
    let corpus = Corpus::read();
    let page = Page::open(&site::page(), &[&rule, WEBGPU[0], WEBGPU[1]], Some(host));
    assert_eq!(page.browser.run("return 'gpu' in navigator"), false);
    page.ready();
    let device = page.text("device").unwrap_or_default();
    assert!(device.contains("cpu") && !device.contains("webgpu"), "the device is {device:?}");

    page.choose("hybrid");
    assert_answer(&page.search(corpus.question("hi")), &corpus);
    page.benchmark_equals_native("hybrid");
}

#[test]
fn without_an_adapter_the_page_runs_on_the_cpu_and_says_so() {
    let corpus = Corpus::read();
    let page = Page::open(&site::page(), &["--disable-gpu"], None);
    assert_eq!(page.browser.run("return 'gpu' in navigator"), true);
    page.ready();
    let device = page.text("device").unwrap_or_default();
    assert!(device.contains("cpu") && !device.contains("webgpu"), "the device is {device:?}");
    assert_answer(&page.search(corpus.question("th")), &corpus);
}

#[test]
fn altered_weights_are_refused_until_they_are_mended() {
    let copy = site::altered_page();
    let page = Page::open(copy.path(), &WEBGPU, None);
    let error = page.browser.wait("an error", LOAD, || page.text("error"));
    assert!(error.contains("altered"), "{error}");
    assert!(!page.is_enabled("search-submit"), "the page searches with altered weights");

    for weights in site::weights(copy.path()) {
        site::change_middle_byte(&weights);
    }
    page.browser.click("[data-testid=retry]");
    page.browser.wait("the model", LOAD, || page.is_enabled("search-submit").then_some(()));
    assert_eq!(page.text("error"), None);
}
