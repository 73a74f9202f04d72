//! What was found, and in which languages.

use leptos::prelude::*;

use super::format::count;
use crate::languages::{direction, endonym, english, hue};
use crate::session::Session;
use protocol::{Column, Hit, Results};

/// The answer to the last search: one column a model.
#[component]
pub fn ResultPanel(
    /// What to draw.
    session: Session,
) -> impl IntoView {
    let answer = move || {
        let results = session.results.get()?;
        let corpus = session.corpus.get();
        let languages = corpus.as_ref().map_or(0, |corpus| corpus.languages.len());
        let candidates = corpus.map_or(0, |corpus| corpus.candidates);
        Some(view! { <Answer session results languages candidates /> })
    };
    let waiting = move || {
        session.searching.get().then(|| view! { <p class="quiet" role="status">"Searching"</p> })
    };
    view! {
        <section
            class="answer"
            aria-label="Results"
            aria-busy=move || if session.searching.get() { "true" } else { "false" }
        >
            {waiting}
            {answer}
        </section>
    }
}

#[component]
fn Answer(
    session: Session,
    results: Results,
    languages: usize,
    candidates: usize,
) -> impl IntoView {
    let single = results.columns.len() == 1;
    let columns = results.columns.into_iter().map(|column| {
        let title = session.title(&column.model);
        view! { <ModelColumn column title languages candidates /> }
    });
    view! {
        <div class="columns" class:single=single>{columns.collect_view()}</div>
    }
}

/// Hits of one model under the mix of their languages.
#[component]
pub fn ModelColumn(
    /// The hits.
    column: Column,
    /// What the model is called.
    title: String,
    /// Languages of the corpus.
    languages: usize,
    /// Sentences of the corpus.
    candidates: usize,
) -> impl IntoView {
    let Column { model, hits, millis } = column;
    let first = hits.get(..languages).unwrap_or(&hits);
    let distinct = mix(first).len();
    let summary = format!(
        "{distinct} of {languages} languages among the first {}, out of {} sentences, in {millis:.0} ms",
        first.len(),
        count(candidates as u64),
    );
    let heading = format!("found-{model}");
    let items = hits.iter().cloned().enumerate().map(|(at, hit)| {
        view! { <ResultItem rank=at + 1 hit model=model.clone() /> }
    });
    view! {
        <section class="column" aria-labelledby=heading.clone()>
            <h3 id=heading.clone()>{title}</h3>
            <p class="quiet" role="status">{summary}</p>
            <LanguageMix mix=mix(&hits) />
            <ol class="hits">{items.collect_view()}</ol>
        </section>
    }
}

/// How many hits each language has, most first.
fn mix(hits: &[Hit]) -> Vec<(String, usize)> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for hit in hits {
        match counts.iter_mut().find(|(language, _)| *language == hit.language) {
            Some((_, count)) => *count += 1,
            None => counts.push((hit.language.clone(), 1)),
        }
    }
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts
}

/// A strip with one part for each language, as wide as its share of the hits.
#[component]
pub fn LanguageMix(
    /// Languages and how many hits each has.
    mix: Vec<(String, usize)>,
) -> impl IntoView {
    let parts = mix.into_iter().map(|(language, hits)| {
        let name = format!("{}: {hits}", english(&language));
        let style = format!("--share:{hits};--hue:{}", hue(&language));
        view! {
            <li style=style title=name data-testid="mix" data-lang=language.clone() data-count=hits.to_string()>
                <span class="code">{language.clone()}</span>
                " "
                <span>{hits}</span>
            </li>
        }
    });
    view! { <ul class="mix" aria-label="Hits by language">{parts.collect_view()}</ul> }
}

/// One hit.
#[component]
pub fn ResultItem(
    /// Place in the ranking, from 1.
    rank: usize,
    /// The sentence.
    hit: Hit,
    /// Name of the model that found it.
    model: String,
) -> impl IntoView {
    let Hit { language, text, title, score } = hit;
    let dir = direction(&language);
    // A negative cosine has no bar.
    let style = format!("--score:{:.4};--hue:{}", score.clamp(0.0, 1.0), hue(&language));
    view! {
        <li
            class="hit"
            data-testid="result"
            data-lang=language.clone()
            data-score=format!("{score:.6}")
            data-model=model
            style=style
        >
            <div class="meta">
                <span class="rank">{rank}</span>
                <span class="language">
                    <span lang=language.clone() dir=dir>{endonym(&language)}</span>
                    " "
                    <span class="code">{language.clone()}</span>
                </span>
                <span class="score">{format!("{score:.4}")}</span>
            </div>
            <p class="text" lang=language.clone() dir=dir>{text}</p>
            <p class="source" lang=language.clone() dir=dir>{title}</p>
            <span class="bar" aria-hidden="true"></span>
        </li>
    }
}
