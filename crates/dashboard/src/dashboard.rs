//! The thread that draws and listens.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use journal::Line;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::screen::{self, Screen};
use crate::{State, draw};

/// Between two pictures.
const PACE: Duration = Duration::from_millis(100);
/// The clock goes on without news.
const TICK: Duration = Duration::from_secs(1);

/// The dashboard could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("the terminal cannot show a dashboard: {source}")]
pub struct DashboardError {
    /// What the system said.
    #[from]
    source: io::Error,
}

/// A dashboard on the terminal. Dropping it gives the terminal back, as does a panic.
#[derive(Debug)]
pub struct Dashboard {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    news: Mutex<News>,
    stop: AtomicBool,
    close: AtomicBool,
}

#[derive(Debug)]
struct News {
    state: State,
    since: Instant,
    fresh: bool,
}

type Abandon = Box<dyn FnOnce() + Send>;

impl Dashboard {
    /// Takes the terminal, which standard error must be.
    ///
    /// `planned` are the planned shares of batches, see [`State::new`]; it may be empty. Someone
    /// who asks twice to stop does not want to wait for the step: then the terminal is given back
    /// and `abandon` is called, from another thread.
    pub fn open(
        planned: BTreeMap<String, f64>,
        abandon: impl FnOnce() + Send + 'static,
    ) -> Result<Self, DashboardError> {
        let screen = screen::take()?;
        let news = News { state: State::new(planned), since: Instant::now(), fresh: true };
        let shared = Arc::new(Shared {
            news: Mutex::new(news),
            stop: AtomicBool::new(false),
            close: AtomicBool::new(false),
        });
        let watched = Arc::clone(&shared);
        let abandon = Box::new(abandon);
        let watch = move || {
            // A terminal that is gone ends the dashboard, not the training.
            let _ = watch(&watched, screen, abandon);
            screen::restore();
        };
        match std::thread::Builder::new().name("dashboard".to_owned()).spawn(watch) {
            Ok(thread) => Ok(Self { shared, thread: Some(thread) }),
            Err(error) => {
                screen::restore();
                Err(error.into())
            }
        }
    }

    /// Takes in a line of the journal. Does not wait for the terminal.
    pub fn observe(&self, line: &Line) {
        let mut news = self.shared.news();
        news.state.observe(line);
        news.since = Instant::now();
        news.fresh = true;
    }

    /// Shows something that the program wants to say. Does not wait for the terminal.
    pub fn log(&self, text: &str) {
        let mut news = self.shared.news();
        news.state.log(text);
        news.fresh = true;
    }

    /// Whether someone asked to stop, by `q` or Ctrl-C.
    pub fn poll(&self) -> bool {
        self.shared.stop.load(Ordering::Relaxed)
    }

    /// Gives the terminal back. The last lines that were logged are returned, as they were on a
    /// screen that is gone.
    pub fn close(mut self) -> Vec<String> {
        self.end();
        self.shared.news().state.log.drain(..).collect()
    }

    fn end(&mut self) {
        self.shared.close.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so.
            let _ = thread.join();
        }
        screen::restore();
    }
}

impl Drop for Dashboard {
    fn drop(&mut self) {
        self.end();
    }
}

impl Shared {
    fn news(&self) -> MutexGuard<'_, News> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn watch(shared: &Shared, mut screen: Screen, abandon: Abandon) -> io::Result<()> {
    let mut abandon = Some(abandon);
    let mut drawn: Option<Instant> = None;
    while !shared.close.load(Ordering::Relaxed) {
        let age = drawn.map_or(TICK, |drawn| drawn.elapsed());
        if event::poll(PACE.saturating_sub(age))? {
            match event::read()? {
                Event::Key(key) if stops(key) && shared.stop.swap(true, Ordering::Relaxed) => {
                    screen::restore();
                    if let Some(abandon) = abandon.take() {
                        abandon();
                    }
                    return Ok(());
                }
                Event::Key(key) if stops(key) => {
                    let mut news = shared.news();
                    news.state.stopping = true;
                    news.fresh = true;
                }
                Event::Resize(..) => shared.news().fresh = true,
                _ => {}
            }
        }
        let age = drawn.map_or(TICK, |drawn| drawn.elapsed());
        if age < PACE {
            continue;
        }
        let copy = {
            let mut news = shared.news();
            let due = std::mem::take(&mut news.fresh) || age >= TICK;
            due.then(|| (news.state.clone(), news.since.elapsed()))
        };
        if let Some((state, since)) = copy {
            let draw = || screen.draw(|frame| draw(frame, &state, since)).map(|_| ());
            if !screen::while_taken(draw)? {
                return Ok(());
            }
            drawn = Some(Instant::now());
        } else {
            // No news; keys are waited for, not asked for in a circle.
            event::poll(PACE)?;
        }
    }
    Ok(())
}

/// In raw mode Ctrl-C is a key like any other.
fn stops(key: KeyEvent) -> bool {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    key.kind == KeyEventKind::Press
        && match key.code {
            KeyCode::Char('q') => true,
            KeyCode::Char('c') => control,
            _ => false,
        }
}
