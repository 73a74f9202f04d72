//! What the page shows, for someone who has not read the paper.

use leptos::prelude::*;

use crate::languages::{direction, endonym};
use crate::session::Session;

/// The explanation.
#[component]
pub fn About(
    /// What to draw.
    session: Session,
) -> impl IntoView {
    let languages = move || {
        let corpus = session.corpus.get()?;
        let names = corpus.languages.into_iter().map(|code| {
            let dir = direction(&code);
            let name = endonym(&code);
            view! { <li><bdi lang=code dir=dir>{name}</bdi></li> }
        });
        Some(view! { <ul class="names" aria-label="Languages">{names.collect_view()}</ul> })
    };
    view! {
        <section class="about" id="about" aria-labelledby="about-heading">
            <h2 id="about-heading">"What this shows"</h2>
            <div class="prose">
                <p>
                    "A model turns a question and every sentence into vectors, and ranks the sentences by the cosine between them. "
                    "The same facts stand in the collection once in each language, so a good ranking puts all translations of the answer on top. "
                    "A model with language bias prefers sentences in the language of the question, right or wrong."
                </p>
                <p>
                    "The models differ only in the batches that trained them. "
                    <strong>"Mono"</strong>" batches keep to one language each. "
                    <strong>"Cross"</strong>" batches pair a question with a passage in another language. "
                    <strong>"Hybrid"</strong>" training draws one kind or the other for each batch, by chance."
                </p>
            </div>
            {languages}
            <dl class="definitions">
                <div>
                    <dt>"mAP"</dt>
                    <dd>"Mean average precision: 1 when every right sentence stands before every wrong one. Means are taken over questions, then over languages."</dd>
                </div>
                <div>
                    <dt>"mono"</dt>
                    <dd>"The question is ranked against the sentences of its own language, which hold one right answer."</dd>
                </div>
                <div>
                    <dt>"cross"</dt>
                    <dd>"Against the sentences of one other language, for every ordered pair of languages."</dd>
                </div>
                <div>
                    <dt>"multi"</dt>
                    <dd>"Against the sentences of all languages together, with one right answer in each."</dd>
                </div>
                <div>
                    <dt>"Rank distance"</dt>
                    <dd>"How many places lie between the best and the worst placed right answer in the ranking of all languages. Lower is better: the model cares less which language an answer is in."</dd>
                </div>
            </dl>
        </section>
    }
}
