//! The search box and questions to start from.

use leptos::prelude::*;

use crate::languages::{direction, endonym};
use crate::session::Session;

/// Questions on articles of the test split, worded otherwise than its own. The first four are one
/// question in four scripts.
const EXAMPLES: [(&str, &str); 11] = [
    ("en", "How long do I boil an egg for a runny yolk?"),
    ("ar", "كم دقيقة أسلق البيضة ليبقى صفارها سائلًا؟"),
    ("hi", "ज़र्दी नरम रहे, इसके लिए अंडा कितनी देर उबालें?"),
    ("zh", "煮鸡蛋几分钟蛋黄还是流动的？"),
    ("ru", "Кто первым из людей полетел в космос?"),
    ("es", "¿De qué están hechos los anillos de Saturno?"),
    ("de", "Wie hoch fliegen die Satelliten für die Navigation?"),
    ("th", "ใครวาดภาพบนเพดานโบสถ์น้อยซิสทีน"),
    ("el", "Πόσο μεγάλος είναι ένας αστέρας νετρονίων;"),
    ("tr", "Zeytinyağı bozulmadan nasıl saklanır?"),
    ("vi", "Ai chế tạo kính thiên văn phản xạ đầu tiên?"),
];

/// The form and its examples.
#[component]
pub fn SearchBox(
    /// What to draw.
    session: Session,
) -> impl IntoView {
    let idle = move || !session.is_ready();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        session.search();
    };
    let examples = EXAMPLES.map(|(language, question)| {
        let ask = move |_| {
            session.draft.set(question.to_owned());
            session.search();
        };
        view! {
            <li>
                <button
                    type="button"
                    class="chip"
                    data-testid="example"
                    lang=language
                    dir=direction(language)
                    title=endonym(language)
                    disabled=idle
                    on:click=ask
                >
                    {question}
                </button>
            </li>
        }
    });
    view! {
        <section aria-labelledby="search-heading">
            <h2 id="search-heading">"Search"</h2>
            <form class="search" role="search" on:submit=submit>
                <label class="visually-hidden" for="query">"Question, in any of the languages"</label>
                <input
                    id="query"
                    type="search"
                    data-testid="search-input"
                    dir="auto"
                    autocomplete="off"
                    enterkeyhint="search"
                    maxlength="500"
                    placeholder="Ask in any of the eleven languages"
                    disabled=idle
                    prop:value=move || session.draft.get()
                    on:input:target=move |event| session.draft.set(event.target().value())
                />
                <button type="submit" data-testid="search-submit" disabled=idle>"Search"</button>
            </form>
            <ul class="chips" aria-label="Examples">{examples.into_iter().collect_view()}</ul>
        </section>
    }
}
