//! The live benchmark: one run for each model, a table that fills.

use leptos::prelude::*;

use super::format::{count, measure};
use crate::session::Session;
use protocol::{Scores, Task};

/// A measure: what it is called, how it is read from scores and written.
#[derive(Clone, Copy)]
struct Measure {
    label: &'static str,
    test_id: &'static str,
    hint: &'static str,
    read: fn(&Scores) -> Option<f64>,
    decimals: usize,
    lower_is_better: bool,
}

const MEASURES: [Measure; 4] = [
    Measure {
        label: "mAP mono",
        test_id: "benchmark-map-mono",
        hint: "question and sentences in one language",
        read: |scores| scores.map_mono,
        decimals: 4,
        lower_is_better: false,
    },
    Measure {
        label: "mAP cross",
        test_id: "benchmark-map-cross",
        hint: "sentences in one other language",
        read: |scores| scores.map_cross,
        decimals: 4,
        lower_is_better: false,
    },
    Measure {
        label: "mAP multi",
        test_id: "benchmark-map-multi",
        hint: "sentences of all languages pooled",
        read: |scores| scores.map_multi,
        decimals: 4,
        lower_is_better: false,
    },
    Measure {
        label: "Rank distance",
        test_id: "benchmark-rank-distance",
        hint: "lower is better",
        read: |scores| scores.rank_distance,
        decimals: 1,
        lower_is_better: true,
    },
];

impl Measure {
    fn text(self, scores: Option<&Scores>) -> String {
        measure(scores.and_then(self.read), self.decimals)
    }

    /// Whether `value` is the best that any run has.
    fn is_best(self, value: Option<f64>, runs: &[Scores]) -> bool {
        let all = || runs.iter().filter_map(self.read);
        let best = if self.lower_is_better {
            all().fold(f64::INFINITY, f64::min)
        } else {
            all().fold(f64::NEG_INFINITY, f64::max)
        };
        runs.len() > 1 && value.is_some_and(|value| (value - best).abs() < f64::EPSILON)
    }
}

/// Button, progress, the chosen model's scores and the table of all.
#[component]
pub fn BenchmarkPanel(
    /// What to draw.
    session: Session,
) -> impl IntoView {
    let running = move || session.run.with(Option::is_some);
    let what = move || {
        session.corpus.get().map(|corpus| {
            format!(
                "{} questions against {} sentences, encoded and ranked here. \
                 Every question has one right sentence in each language.",
                count(corpus.questions as u64),
                count(corpus.candidates as u64),
            )
        })
    };
    let tiles = MEASURES.map(|measure| {
        let text = move || measure.text(session.chosen_scores().as_ref());
        view! {
            <div class="tile">
                <dt>{measure.label}</dt>
                <dd data-testid=measure.test_id>{text}</dd>
                <dd class="hint">{measure.hint}</dd>
            </div>
        }
    });
    view! {
        <section class="benchmark" id="benchmark" aria-labelledby="benchmark-heading">
            <h2 id="benchmark-heading">"Benchmark"</h2>
            <p class="quiet">{what}</p>
            <div class="actions">
                <button
                    type="button"
                    data-testid="benchmark-run"
                    disabled=move || running() || !session.is_ready()
                    on:click=move |_| session.benchmark()
                >
                    {move || if session.compare.get() { "Score all models" } else { "Score this model" }}
                </button>
                <button
                    type="button"
                    class="plain"
                    data-testid="benchmark-cancel"
                    disabled=move || !running()
                    on:click=move |_| session.cancel()
                >
                    "Cancel"
                </button>
                <RunProgress session />
            </div>
            <h3>{move || session.title(&session.selected.get())}</h3>
            <dl class="tiles">{tiles.into_iter().collect_view()}</dl>
            <ScoreTable session />
        </section>
    }
}

#[component]
fn RunProgress(session: Session) -> impl IntoView {
    let text = move || {
        session.run.get().map_or_else(String::new, |run| match run.total {
            0 => "Starting".to_owned(),
            total => {
                let done = count(run.done);
                match run.task {
                    Task::Benchmark(model) => {
                        format!("{}: {done} of {} questions", session.title(&model), count(total))
                    }
                    _ => String::new(),
                }
            }
        })
    };
    let bar = move || {
        session.run.get().map(|run| {
            let value = (run.total > 0).then(|| run.done.to_string());
            view! { <progress aria-label="Benchmark" max=run.total.max(1).to_string() value=value></progress> }
        })
    };
    view! {
        <div class="run" data-testid="benchmark-progress">
            {bar}
            <span>{text}</span>
        </div>
    }
}

/// One row for each model that was scored.
#[component]
fn ScoreTable(session: Session) -> impl IntoView {
    let rows = move || {
        // In the order of the list, not of the runs.
        let scores = session.scores.get();
        let models = session.models.get();
        let names = models.into_iter().map(|model| model.name);
        names.filter_map(|name| scores.get(&name).cloned()).collect::<Vec<_>>()
    };
    let table = move || {
        let rows = rows();
        if rows.is_empty() {
            return None;
        }
        let heads = MEASURES.map(|measure| view! { <th scope="col">{measure.label}</th> });
        let body = rows.iter().map(|scores| {
            let cells = MEASURES.map(|measure| {
                let best = measure.is_best((measure.read)(scores), &rows);
                view! { <td class:best=best>{measure.text(Some(scores))}</td> }
            });
            view! {
                <tr data-testid="benchmark-row" data-model=scores.model.clone()>
                    <th scope="row">{session.title(&scores.model)}</th>
                    {cells.into_iter().collect_view()}
                    <td>{format!("{:.1} s", scores.seconds)}</td>
                </tr>
            }
        });
        Some(view! {
            <div class="scroll" tabindex="0" role="region" aria-label="Scores of all models">
                <table>
                    <caption>"Models scored so far, the best of each measure in bold"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Model"</th>
                            {heads.into_iter().collect_view()}
                            <th scope="col">"Time"</th>
                        </tr>
                    </thead>
                    <tbody>{body.collect_view()}</tbody>
                </table>
            </div>
        })
    };
    view! { {table} }
}
