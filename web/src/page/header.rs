//! Name, purpose and device.

use leptos::prelude::*;

use crate::session::Session;
use protocol::Backend;

/// The head of the page.
#[component]
pub fn Header(
    /// What to draw.
    session: Session,
) -> impl IntoView {
    let backend = move || session.device.with(|device| device.as_ref().map(|d| d.backend));
    let kind = move || match backend() {
        Some(Backend::WebGpu) => "gpu",
        Some(Backend::Cpu) => "cpu",
        None => "none",
    };
    view! {
        <header class="masthead">
            // Isoglosses: the lines on a map where one way of saying a thing gives way to another.
            <svg class="lines" viewBox="0 0 600 160" preserveAspectRatio="xMaxYMid slice" aria-hidden="true">
                <path d="M-10 30C90-30 150 110 280 48S470 12 620 40"/>
                <path d="M-10 58C100 0 160 138 290 74S480 38 620 66"/>
                <path d="M-10 86C110 30 160 166 300 100S490 64 620 92"/>
                <path d="M-10 114C120 60 170 194 310 126S500 90 620 118"/>
                <path d="M-10 142C130 90 180 222 320 152S510 116 620 144"/>
            </svg>
            <div class="title">
                <h1>"Isogloss"</h1>
                <p>"Ask in one language, find answers in eleven, and see which way of training lets language matter least"</p>
            </div>
            <p class="device" data-testid="device" data-kind=kind>
                {move || match backend() {
                    Some(backend) => {
                        view! { "Runs on " <strong>{backend.name()}</strong> }.into_any()
                    }
                    None => view! { "Looking for a device" }.into_any(),
                }}
            </p>
            <nav aria-label="On this page">
                <a href="#benchmark">"Benchmark"</a>
                <a href="#about">"What this shows"</a>
            </nav>
        </header>
    }
}
