//! Which model, or all of them.

use leptos::prelude::*;

use super::format::megabytes;
use crate::session::Session;

/// The list of models and the switch that puts them side by side.
#[component]
pub fn Chooser(
    /// What to draw.
    session: Session,
) -> impl IntoView {
    let none = move || session.models.with(Vec::is_empty);
    let options = move || {
        let models = session.models.get();
        models
            .into_iter()
            .map(|model| {
                let label = format!("{} ({} MB)", model.title, megabytes(model.bytes));
                let name = model.name.clone();
                let chosen = move || session.selected.with(|selected| *selected == name);
                view! { <option value=model.name selected=chosen>{label}</option> }
            })
            .collect_view()
    };
    view! {
        <section class="chooser" aria-label="Model">
            <label for="model">"Model"</label>
            <select
                id="model"
                data-testid="model-select"
                disabled=none
                prop:value=move || session.selected.get()
                on:change:target=move |event| session.select(event.target().value())
            >
                {options}
            </select>
            <label class="switch">
                <input
                    type="checkbox"
                    data-testid="model-compare"
                    disabled=move || session.models.with(|models| models.len() < 2)
                    prop:checked=move || session.compare.get()
                    on:change:target=move |event| session.set_compare(event.target().checked())
                />
                "All models side by side"
            </label>
        </section>
    }
}
