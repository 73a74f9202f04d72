//! What the reader sees.
//!
//! Components draw a [`Session`] and call its methods; none keeps state of its own. Texts come in
//! eleven languages and two directions, so every text from the corpus carries `lang` and `dir`,
//! and the style sheet speaks of start and end, never of left and right.

mod about;
mod benchmark;
mod chooser;
mod format;
mod header;
mod notice;
mod results;
mod search;

use leptos::prelude::*;

use crate::link::Link;
use crate::session::{Command, Session};
use protocol::Event;

use about::About;
use benchmark::BenchmarkPanel;
use chooser::Chooser;
use header::Header;
use notice::Notice;
use results::ResultPanel;
use search::SearchBox;

/// Script that starts the worker's program, beside the page.
const WORKER: &str = "worker_loader.js";

/// Draws the page in the document's body and starts the worker.
pub fn open() {
    mount_to_body(|| {
        let link = StoredValue::new_local(None::<Link>);
        let session = Session::new(base(), asks_for_cpu(), move |session, command| match command {
            Command::Send(request) => {
                let sent = link.with_value(|link| link.as_ref().map(|link| link.send(&request)));
                if let Some(Err(message)) = sent {
                    session.hear(Event::Crashed { message });
                }
            }
            // Later: this may be called by the very link that is to be replaced.
            Command::Restart => leptos::task::spawn_local(async move { connect(session, link) }),
        });
        connect(session, link);
        view! { <Page session /> }
    });
}

fn connect(session: Session, link: StoredValue<Option<Link>, LocalStorage>) {
    link.set_value(None);
    match Link::open(WORKER, move |event| session.hear(event)) {
        Ok(open) => link.set_value(Some(open)),
        Err(message) => session.hear(Event::Crashed { message }),
    }
}

/// Absolute URL of the folder that the page lies in.
fn base() -> String {
    let uri = document().base_uri().ok().flatten().unwrap_or_default();
    let path = uri.split(['?', '#']).next().unwrap_or_default();
    path.rsplit_once('/').map_or_else(String::new, |(folder, _)| format!("{folder}/"))
}

/// Whether the page's address ends in `?device=cpu`.
fn asks_for_cpu() -> bool {
    let query = window().location().search().unwrap_or_default();
    let parameters = web_sys::UrlSearchParams::new_with_str(&query).ok();
    parameters.and_then(|all| all.get("device")).is_some_and(|device| device == "cpu")
}

/// The whole page.
#[component]
pub fn Page(
    /// What to draw.
    session: Session,
) -> impl IntoView {
    view! {
        <Header session />
        <main>
            <Chooser session />
            <Notice session />
            <SearchBox session />
            <ResultPanel session />
            <BenchmarkPanel session />
            <About session />
        </main>
        <footer>
            <p>"Everything runs in this browser: queries leave it for no server"</p>
        </footer>
    }
}
