//! The terminal, taken and given back.
//!
//! Whatever ends the program must give it back: the dashboard's end, an error on the way, a panic
//! in any thread. So there is one flag for the whole program which says that the terminal is
//! taken, and all of them clear it. Drawing holds the flag, or a last picture could land on the
//! person's own screen.

use std::io::{self, Stderr};
use std::sync::{Mutex, MutexGuard, Once, PoisonError, TryLockError};
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};

/// The terminal of a dashboard: on standard error, as standard output may be a pipe.
pub type Screen = Terminal<CrosstermBackend<Stderr>>;

static TAKEN: Mutex<bool> = Mutex::new(false);
static HOOK: Once = Once::new();

/// Takes the terminal.
pub fn take() -> io::Result<Screen> {
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            restore();
            before(panic);
        }));
    });
    *held() = true;
    let screen = enable_raw_mode()
        .and_then(|()| execute!(io::stderr(), EnterAlternateScreen))
        // Not cleared: the other screen is empty, and ratatui's clearing waits for the terminal
        // to answer where its cursor is.
        .and_then(|()| Terminal::new(CrosstermBackend::new(io::stderr())));
    if screen.is_err() {
        restore();
    }
    screen
}

/// Gives the terminal back, if a dashboard has it: for a program that ends itself without
/// unwinding. Of no effect otherwise, and a second time.
pub fn restore() {
    // A panic while drawing finds the flag held by its own thread: it must not wait for itself.
    for _ in 0..20 {
        match TAKEN.try_lock() {
            Ok(taken) => return give_back(taken),
            Err(TryLockError::Poisoned(taken)) => return give_back(taken.into_inner()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
        }
    }
    leave();
}

fn give_back(mut taken: MutexGuard<'_, bool>) {
    if std::mem::take(&mut *taken) {
        leave();
    }
}

fn leave() {
    // Nothing can be done about a terminal that is gone.
    let _ = disable_raw_mode();
    let _ = execute!(io::stderr(), LeaveAlternateScreen, Show);
}

/// Runs `draw` unless the terminal was given back; says whether it ran.
pub fn while_taken(draw: impl FnOnce() -> io::Result<()>) -> io::Result<bool> {
    let taken = held();
    if *taken {
        draw()?;
    }
    Ok(*taken)
}

fn held() -> MutexGuard<'static, bool> {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner)
}
