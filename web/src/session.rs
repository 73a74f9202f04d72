//! What the page knows, and what it does next.
//!
//! One place turns events of the worker into state and acts of the reader into requests, so the
//! components only draw. The session reaches the outside through a single function that takes
//! [`Command`]s; a test passes one that writes them down.
//!
//! A dead worker is part of the plan: WebGPU can fail after it was set up (a lost device, a
//! shader the driver refuses), and then the program in the worker ends. The session starts a new
//! worker on the CPU and says why.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use leptos::prelude::*;

use protocol::{Backend, Corpus, Device, Event, Model, Progress, Request, Results, Scores, Task};

/// Hits that a search asks for: the eleven right sentences of a question and some that are not.
pub const LIMIT: usize = 20;

/// What the session asks of the page's owner.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Send this to the worker.
    Send(Request),
    /// End the worker and start a new one.
    Restart,
}

/// Something that went wrong, for the reader to see.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// One or two sentences.
    pub message: String,
    /// What to try again.
    pub retry: Command,
}

type Outlet = Rc<dyn Fn(Session, Command)>;

/// The state of the page. A handle: copies are the same session.
#[derive(Clone, Copy)]
pub struct Session {
    /// The device, once open.
    pub device: RwSignal<Option<Device>>,
    /// The corpus, once read.
    pub corpus: RwSignal<Option<Corpus>>,
    /// The models to choose from, once listed.
    pub models: RwSignal<Vec<Model>>,
    /// The chosen model's name; empty until there are models.
    pub selected: RwSignal<String>,
    /// Whether searches and benchmarks take all models side by side.
    pub compare: RwSignal<bool>,
    /// Models that can search.
    pub ready: RwSignal<BTreeSet<String>>,
    /// Loading that goes on.
    pub progress: RwSignal<Option<Progress>>,
    /// What went wrong last and has not been mended.
    pub problem: RwSignal<Option<Problem>>,
    /// Text in the search box.
    pub draft: RwSignal<String>,
    /// Whether an answer is awaited.
    pub searching: RwSignal<bool>,
    /// The answer to the last search.
    pub results: RwSignal<Option<Results>>,
    /// The benchmark that runs.
    pub run: RwSignal<Option<Progress>>,
    /// Scores by model.
    pub scores: RwSignal<BTreeMap<String, Scores>>,
    asked: RwSignal<(u32, String)>,
    waiting: RwSignal<Vec<String>>,
    fallback: RwSignal<Option<String>>,
    /// Whether the worker's program ran at all.
    loaded: StoredValue<bool>,
    cpu: StoredValue<bool>,
    base: StoredValue<String>,
    outlet: StoredValue<Outlet, LocalStorage>,
}

impl Session {
    /// A session that has heard nothing yet.
    ///
    /// `base` is the absolute URL that data lie under; `cpu` rules WebGPU out.
    pub fn new(base: String, cpu: bool, outlet: impl Fn(Self, Command) + 'static) -> Self {
        Self {
            device: RwSignal::new(None),
            corpus: RwSignal::new(None),
            models: RwSignal::new(Vec::new()),
            selected: RwSignal::new(String::new()),
            compare: RwSignal::new(false),
            ready: RwSignal::new(BTreeSet::new()),
            progress: RwSignal::new(Some(Progress { task: Task::Open, done: 0, total: 0 })),
            problem: RwSignal::new(None),
            draft: RwSignal::new(String::new()),
            searching: RwSignal::new(false),
            results: RwSignal::new(None),
            run: RwSignal::new(None),
            scores: RwSignal::new(BTreeMap::new()),
            asked: RwSignal::new((0, String::new())),
            waiting: RwSignal::new(Vec::new()),
            fallback: RwSignal::new(None),
            loaded: StoredValue::new(false),
            cpu: StoredValue::new(cpu),
            base: StoredValue::new(base),
            outlet: StoredValue::new_local(Rc::new(outlet)),
        }
    }

    /// Names of the models that a search takes.
    pub fn wanted(&self) -> Vec<String> {
        if self.compare.get() {
            self.models.with(|models| models.iter().map(|model| model.name.clone()).collect())
        } else {
            Some(self.selected.get()).filter(|name| !name.is_empty()).into_iter().collect()
        }
    }

    /// Whether every wanted model can search.
    pub fn is_ready(&self) -> bool {
        let wanted = self.wanted();
        !wanted.is_empty()
            && self.ready.with(|ready| wanted.iter().all(|name| ready.contains(name)))
    }

    /// Title of the model, or its name.
    pub fn title(&self, name: &str) -> String {
        self.models.with(|models| {
            let model = models.iter().find(|model| model.name == name);
            model.map_or(name, |model| &model.title).to_owned()
        })
    }

    /// Scores of the chosen model.
    pub fn chosen_scores(&self) -> Option<Scores> {
        self.scores.with(|scores| scores.get(&self.selected.get()).cloned())
    }

    /// Chooses a model.
    pub fn select(&self, name: String) {
        self.selected.set(name);
        self.refresh();
    }

    /// Puts all models side by side, or no longer.
    pub fn set_compare(&self, compare: bool) {
        self.compare.set(compare);
        self.refresh();
    }

    /// Searches for what is in the box.
    pub fn search(&self) {
        let query = self.draft.get_untracked().trim().to_owned();
        if query.is_empty() || !untrack(|| self.is_ready()) {
            return;
        }
        let id = self.asked.with_untracked(|(id, _)| id + 1);
        self.asked.set((id, query.clone()));
        self.results.set(None);
        self.searching.set(true);
        let models = untrack(|| self.wanted());
        self.send(Request::Search { id, query, models, limit: LIMIT });
    }

    /// Scores the wanted models, one after the other.
    pub fn benchmark(&self) {
        let models = untrack(|| self.wanted());
        let Some(first) = models.first() else { return };
        self.scores.update(|scores| scores.retain(|name, _| !models.contains(name)));
        self.run.set(Some(Progress { task: Task::Benchmark(first.clone()), done: 0, total: 0 }));
        self.waiting.set(models.clone());
        for model in models {
            self.send(Request::Benchmark { model });
        }
    }

    /// Stops the benchmark.
    pub fn cancel(&self) {
        self.send(Request::Cancel);
    }

    /// Tries again what failed last.
    pub fn retry(&self) {
        let Some(problem) = self.problem.get_untracked() else { return };
        self.problem.set(None);
        match problem.retry {
            // The ways in which it failed may lie behind: what is wanted now counts.
            Command::Send(Request::Search { .. }) => self.search(),
            Command::Send(Request::Benchmark { .. }) => self.benchmark(),
            Command::Send(request) => self.send(request),
            Command::Restart => self.restart(),
        }
    }

    /// Takes in what the worker says.
    pub fn hear(&self, event: Event) {
        match event {
            Event::Loaded => {
                self.loaded.set_value(true);
                self.send(Request::Start {
                    base: self.base.get_value(),
                    cpu: self.cpu.get_value(),
                });
            }
            Event::Device(mut device) => {
                if let Some(reason) = self.fallback.get_untracked() {
                    device.note = Some(reason);
                }
                self.device.set(Some(device));
            }
            Event::Corpus(corpus) => self.corpus.set(Some(corpus)),
            Event::Models(models) => {
                let chosen = self.selected.get_untracked();
                let known = |name: &str| models.iter().any(|model| model.name == name);
                if !known(&chosen) {
                    let first = models.first().map(|model| model.name.as_str());
                    let first = if known("hybrid") { Some("hybrid") } else { first };
                    self.selected.set(first.unwrap_or_default().to_owned());
                }
                self.models.set(models);
                self.refresh();
            }
            Event::Progress(progress) => match progress.task {
                Task::Benchmark(_) => self.run.set(Some(progress)),
                _ => self.progress.set(Some(progress)),
            },
            Event::Ready { model } => self.model_ready(model),
            Event::Results(results) => {
                if results.id == self.asked.with_untracked(|(id, _)| *id) {
                    self.searching.set(false);
                    self.results.set(Some(results));
                }
            }
            Event::Scored(scores) => {
                self.waiting.update(|waiting| waiting.retain(|name| *name != scores.model));
                if self.waiting.with_untracked(Vec::is_empty) {
                    self.run.set(None);
                }
                self.scores.update(|all| drop(all.insert(scores.model.clone(), scores)));
            }
            Event::Cancelled => self.stop_run(),
            Event::Failed { request, message } => self.failed(request, message),
            Event::Crashed { message } => self.crashed(&message),
        }
    }

    fn model_ready(&self, model: String) {
        self.progress.set(None);
        let load = Command::Send(Request::Load { model: model.clone() });
        let mended = |problem: &Option<Problem>| problem.as_ref().is_some_and(|p| p.retry == load);
        if self.problem.with_untracked(mended) {
            self.problem.set(None);
        }
        self.ready.update(|ready| {
            ready.insert(model);
        });
        self.search_again();
    }

    fn failed(&self, request: Request, message: String) {
        self.progress.set(None);
        match &request {
            Request::Search { .. } => self.searching.set(false),
            Request::Benchmark { .. } => self.stop_run(),
            _ => {}
        }
        self.problem.set(Some(Problem { message, retry: Command::Send(request) }));
    }

    fn crashed(&self, message: &str) {
        let device = self.device.get_untracked();
        self.progress.set(None);
        self.searching.set(false);
        self.stop_run();
        match device {
            Some(Device { backend: Backend::WebGpu, .. }) => {
                self.cpu.set_value(true);
                self.fallback.set(Some(format!("WebGPU failed while it ran: {message}")));
                self.restart();
            }
            // Before the device is open, WebGPU's set-up may be what killed the worker.
            None if !self.cpu.get_value() && self.loaded.get_value() => {
                self.cpu.set_value(true);
                self.fallback.set(Some(format!("WebGPU could not be set up: {message}")));
                self.restart();
            }
            _ => self.problem.set(Some(Problem {
                message: format!("The worker that runs the model stopped. {message}"),
                retry: Command::Restart,
            })),
        }
    }

    fn restart(&self) {
        self.device.set(None);
        self.loaded.set_value(false);
        self.ready.update(BTreeSet::clear);
        self.progress.set(Some(Progress { task: Task::Open, done: 0, total: 0 }));
        self.outlet.with_value(|outlet| outlet(*self, Command::Restart));
    }

    fn stop_run(&self) {
        self.run.set(None);
        self.waiting.update(Vec::clear);
    }

    /// After a change of what is wanted: loads what is missing and repeats the last search.
    fn refresh(&self) {
        self.results.set(None);
        self.searching.set(false);
        self.problem.set(None);
        let ready = self.ready.get_untracked();
        for model in untrack(|| self.wanted()) {
            if !ready.contains(&model) {
                self.send(Request::Load { model });
            }
        }
        self.search_again();
    }

    fn search_again(&self) {
        let (id, query) = self.asked.get_untracked();
        let answered = self
            .results
            .with_untracked(|results| results.as_ref().is_some_and(|results| results.id == id));
        if !query.is_empty() && !answered && query == self.draft.get_untracked().trim() {
            self.search();
        }
    }

    fn send(&self, request: Request) {
        self.outlet.with_value(|outlet| outlet(*self, Command::Send(request)));
    }
}
