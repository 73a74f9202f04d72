//! Requests in, events out.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use device::browser::{Kind, Opened};
use futures::StreamExt;
use futures::channel::mpsc::UnboundedReceiver;
use gloo_timers::future::TimeoutFuture;

use super::benchmark::Run;
use super::corpus::Corpus;
use super::model::{Files, Model};
use super::open::open_device;
use super::{EngineError, fetch};
use protocol::{Backend, Event, Progress, Request, Results, Scores, Task};

/// The list of models under the base address.
const INDEX: &str = "models/index.json";

/// Hears every event.
pub type Sink = Rc<dyn Fn(Event)>;

/// Requests in the order in which they are to be met.
pub struct Inbox {
    receiver: UnboundedReceiver<Request>,
    /// Came in during a benchmark, for after it.
    later: VecDeque<Request>,
}

impl Inbox {
    /// Requests of a channel.
    pub fn new(receiver: UnboundedReceiver<Request>) -> Self {
        Self { receiver, later: VecDeque::new() }
    }

    async fn next(&mut self) -> Option<Request> {
        match self.later.pop_front() {
            Some(request) => Some(request),
            None => self.receiver.next().await,
        }
    }

    fn waiting(&mut self) -> Option<Request> {
        self.receiver.try_recv().ok()
    }
}

/// Device, corpus and models, and what can be asked of them.
pub struct Engine {
    sink: Sink,
    opened: Option<Opened>,
    base: String,
    corpus: Option<Rc<Corpus>>,
    list: Vec<protocol::Model>,
    models: BTreeMap<String, Rc<Model>>,
}

impl Engine {
    /// An engine that has nothing yet.
    pub fn new(sink: Sink) -> Self {
        Self {
            sink,
            opened: None,
            base: String::new(),
            corpus: None,
            list: Vec::new(),
            models: BTreeMap::new(),
        }
    }

    /// Meets requests until the other end is gone.
    pub async fn serve(&mut self, mut inbox: Inbox) {
        while let Some(request) = inbox.next().await {
            match request {
                Request::Benchmark { model } => self.run(model, &mut inbox).await,
                request => self.handle(request).await,
            }
        }
    }

    /// Meets one request that is not a benchmark.
    async fn handle(&mut self, request: Request) {
        let repeat = request.clone();
        let met = match request {
            Request::Start { base, cpu } => self.start(base, cpu).await,
            Request::Load { model } => self.load(&model).await.map(drop),
            Request::Search { id, query, models, limit } => {
                self.search(id, query, &models, limit).await
            }
            // Nothing runs: there is nothing to stop.
            Request::Cancel | Request::Benchmark { .. } => Ok(()),
        };
        if let Err(error) = met {
            self.failed(repeat, &error);
        }
    }

    fn failed(&self, request: Request, error: &EngineError) {
        let message = match &request {
            Request::Start { .. } => format!("The page could not start: {error}"),
            Request::Load { model } => {
                format!("The model “{}” cannot be used: {error}", self.title(model))
            }
            Request::Search { .. } => format!("The search failed: {error}"),
            Request::Benchmark { model } => {
                format!("The benchmark of “{}” failed: {error}", self.title(model))
            }
            Request::Cancel => error.to_string(),
        };
        self.tell(Event::Failed { request, message });
    }

    async fn start(&mut self, base: String, cpu: bool) -> Result<(), EngineError> {
        self.base = base;
        let opened = match self.opened.take() {
            Some(opened) => opened,
            None => open_device(cpu).await,
        };
        let backend = match opened.kind {
            Kind::WebGpu => Backend::WebGpu,
            Kind::Cpu => Backend::Cpu,
        };
        let note = opened.note.clone();
        self.opened = Some(opened);
        self.tell(Event::Device(protocol::Device { backend, note }));
        if self.corpus.is_none() {
            let tell = self.progress(Task::FetchCorpus);
            self.corpus = Some(Rc::new(Corpus::fetch(&self.base, tell).await?));
        }
        if let Some(corpus) = &self.corpus {
            let benchmark = &corpus.benchmark;
            self.tell(Event::Corpus(protocol::Corpus {
                languages: benchmark.languages.iter().map(|set| set.language.clone()).collect(),
                candidates: benchmark.candidate_count(),
                questions: benchmark.question_count(),
            }));
        }
        let list = fetch(&self.base, INDEX, |_| {}).await?;
        self.list =
            serde_json::from_slice(&list).map_err(|error| EngineError::json(INDEX, &error))?;
        if self.list.is_empty() {
            return Err(EngineError::NoModels);
        }
        self.tell(Event::Models(self.list.clone()));
        Ok(())
    }

    async fn load(&mut self, name: &str) -> Result<Rc<Model>, EngineError> {
        let (Some(corpus), Some(opened)) = (self.corpus.clone(), self.opened.clone()) else {
            return Err(EngineError::NotStarted);
        };
        let Some(listed) = self.list.iter().find(|model| model.name == name) else {
            return Err(EngineError::UnknownModel(name.to_owned()));
        };
        let dimension = listed.dimension;
        let model = if let Some(model) = self.models.get(name) {
            model.clone()
        } else {
            let tell = self.progress(Task::FetchModel(name.to_owned()));
            let files = Files::fetch(&self.base, name, tell).await?;
            let tell = self.progress(Task::Encode(name.to_owned()));
            let total = corpus.pool.len() as u64;
            let model =
                Model::load(&files, &corpus, &opened.device, |done| tell(done, total)).await?;
            let found = model.encoder.dimension();
            if found != dimension {
                return Err(EngineError::Dimension { listed: dimension, found });
            }
            let model = Rc::new(model);
            self.models.insert(name.to_owned(), model.clone());
            model
        };
        self.tell(Event::Ready { model: name.to_owned() });
        Ok(model)
    }

    /// The model, loaded if it is not yet.
    async fn model(&mut self, name: &str) -> Result<Rc<Model>, EngineError> {
        match self.models.get(name) {
            Some(model) => Ok(model.clone()),
            None => self.load(name).await,
        }
    }

    async fn search(
        &mut self,
        id: u32,
        query: String,
        models: &[String],
        limit: usize,
    ) -> Result<(), EngineError> {
        let text = query.trim();
        if text.is_empty() {
            return Err(EngineError::EmptyQuery);
        }
        let mut columns = Vec::with_capacity(models.len());
        for name in models {
            let model = self.model(name).await?;
            let corpus = self.corpus.clone().ok_or(EngineError::NotStarted)?;
            columns.push(model.search(&corpus, name, text, limit).await?);
        }
        self.tell(Event::Results(Results { id, query, columns }));
        Ok(())
    }

    async fn run(&mut self, name: String, inbox: &mut Inbox) {
        match self.score(&name, inbox).await {
            Ok(Some(scores)) => self.tell(Event::Scored(scores)),
            Ok(None) => {
                // Those that wait behind it were asked for in the same breath.
                inbox.later.retain(|request| !matches!(request, Request::Benchmark { .. }));
                self.tell(Event::Cancelled);
            }
            Err(error) => self.failed(Request::Benchmark { model: name }, &error),
        }
    }

    /// Scores of a model; none when the run was cancelled.
    async fn score(
        &mut self,
        name: &str,
        inbox: &mut Inbox,
    ) -> Result<Option<Scores>, EngineError> {
        let model = self.model(name).await?;
        let (Some(corpus), Some(opened)) = (self.corpus.clone(), self.opened.clone()) else {
            return Err(EngineError::NotStarted);
        };
        let tell = self.progress(Task::Benchmark(name.to_owned()));
        let total = corpus.benchmark.question_count() as u64;
        let mut run = Run::new(name.to_owned(), &model, &corpus, &opened.device)?;
        tell(0, total);
        loop {
            TimeoutFuture::new(0).await;
            if self.is_stopped(inbox).await {
                return Ok(None);
            }
            let finished = run.step(&model, &corpus).await?;
            tell(run.done(), total);
            if finished {
                return run.finish(&corpus).map(Some);
            }
        }
    }

    /// Meets what came in during a benchmark; says whether that was to stop it.
    async fn is_stopped(&mut self, inbox: &mut Inbox) -> bool {
        while let Some(request) = inbox.waiting() {
            match request {
                Request::Cancel => return true,
                Request::Benchmark { .. } => inbox.later.push_back(request),
                request => self.handle(request).await,
            }
        }
        false
    }

    fn tell(&self, event: Event) {
        (self.sink)(event);
    }

    /// Reports of a task: done, total. Steps of less than a hundredth are kept back.
    fn progress(&self, task: Task) -> impl Fn(u64, u64) + use<> {
        let sink = self.sink.clone();
        let last = std::cell::Cell::new(None::<u64>);
        move |done, total| {
            let step = done * 100 / total.max(1);
            if last.replace(Some(step)) != Some(step) || done == total {
                sink(Event::Progress(Progress { task: task.clone(), done, total }));
            }
        }
    }

    fn title(&self, name: &str) -> String {
        let listed = self.list.iter().find(|model| model.name == name);
        listed.map_or(name, |model| &model.title).to_owned()
    }
}
