//! What goes on, what went wrong, and why there is no GPU.

use leptos::prelude::*;

use super::format::{count, megabytes};
use crate::session::Session;
use protocol::{Backend, Progress, Task};

/// Status, notice of the CPU, and error.
#[component]
pub fn Notice(
    /// What to draw.
    session: Session,
) -> impl IntoView {
    let state = move || {
        if session.is_ready() {
            "ready"
        } else if session.progress.with(Option::is_some) {
            "loading"
        } else if session.problem.with(Option::is_some) {
            "failed"
        } else {
            "loading"
        }
    };
    let phase = move || match session.progress.get() {
        Some(progress) => phase(session, &progress.task),
        None if session.is_ready() => session.corpus.with(|corpus| match corpus {
            Some(corpus) => format!(
                "Ready: {} sentences in {} languages",
                count(corpus.candidates as u64),
                corpus.languages.len()
            ),
            None => "Ready".to_owned(),
        }),
        None if session.problem.with(Option::is_some) => "Not ready".to_owned(),
        None => "Waiting for the model".to_owned(),
    };
    let amount = move || session.progress.get().map_or_else(String::new, |p| amount(&p));
    let bar = move || {
        session.progress.get().map(|progress| {
            // Without a value the bar shows that work goes on, not how far it is.
            let value = (progress.total > 0).then(|| progress.done.to_string());
            view! {
                <progress aria-labelledby="status" max=progress.total.max(1).to_string() value=value></progress>
            }
        })
    };
    let on_cpu = move || {
        let device = session.device.get().filter(|device| device.backend == Backend::Cpu)?;
        let reason = device.note.map(|note| {
            let note = note.trim_end_matches('.').to_owned();
            view! { <span class="reason">{note}</span> }
        });
        Some(view! {
            <p class="notice" data-testid="notice">
                <strong>"Runs on the CPU, in WebAssembly. "</strong>
                "Results are the same; large models take longer. "
                {reason}
            </p>
        })
    };
    let problem = move || {
        let problem = session.problem.get()?;
        Some(view! {
            <div class="problem">
                <p data-testid="error">{problem.message}</p>
                <button type="button" data-testid="retry" on:click=move |_| session.retry()>
                    "Try again"
                </button>
            </div>
        })
    };
    view! {
        <div class="status" data-testid="status" data-state=state>
            <p id="status" role="status">
                {phase}
                // Not read out at every step.
                <span class="amount" aria-hidden="true">{amount}</span>
            </p>
            {bar}
        </div>
        {on_cpu}
        <div role="alert">{problem}</div>
    }
}

fn phase(session: Session, task: &Task) -> String {
    match task {
        Task::Open => "Starting".to_owned(),
        Task::FetchCorpus => "Fetching the corpus".to_owned(),
        Task::FetchModel(model) => format!("Fetching {}", session.title(model)),
        Task::Encode(model) => format!("Encoding sentences with {}", session.title(model)),
        Task::Benchmark(model) => format!("Scoring {}", session.title(model)),
    }
}

fn amount(progress: &Progress) -> String {
    let Progress { task, done, total } = progress;
    match task {
        _ if *total == 0 => String::new(),
        Task::FetchCorpus | Task::FetchModel(_) => {
            format!("{} of {} MB", megabytes(*done), megabytes(*total))
        }
        _ => format!("{} of {}", count(*done), count(*total)),
    }
}
