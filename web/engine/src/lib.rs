//! The worker: fetches, encodes, ranks, scores.
//!
//! One [`Engine`] owns the device, the corpus and every loaded model, and takes requests one at a
//! time, so that all work on the device stays in one order. Long work gives way to the event loop
//! between pieces, which lets requests in even where the CPU backend never waits for anything.
//!
//! The page is told of everything through a sink of events; without a worker around it the engine
//! is the same, and tests drive it that way.

mod actor;
mod benchmark;
mod corpus;
mod error;
mod fetch;
mod model;
mod open;

pub use actor::{Engine, Inbox};
pub use error::EngineError;
pub use fetch::{FetchError, fetch};

use std::panic;
use std::rc::Rc;

use futures::channel::mpsc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use protocol::{Event, Request};

/// Runs the engine in the worker whose program this is.
pub fn serve() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        // The trap that follows ends the program; this is its last chance to say why.
        let message = info.payload_as_str().unwrap_or("It met an unexpected state").to_owned();
        post(&js_sys::global().unchecked_into(), &Event::Crashed { message });
    }));
    let (sender, receiver) = mpsc::unbounded::<Request>();
    let sink = scope.clone();
    let mut engine = Engine::new(Rc::new(move |event| post(&sink, &event)));
    let hear = move |event: MessageEvent| {
        let json = event.data().as_string().unwrap_or_default();
        match serde_json::from_str(&json) {
            // The receiver lives as long as the worker.
            Ok(request) => drop(sender.unbounded_send(request)),
            Err(error) => web_sys::console::error_1(&JsValue::from_str(&error.to_string())),
        }
    };
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(hear);
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // Called for as long as the worker lives.
    on_message.forget();
    wasm_bindgen_futures::spawn_local(async move { engine.serve(Inbox::new(receiver)).await });
    post(&scope, &Event::Loaded);
}

fn post(scope: &DedicatedWorkerGlobalScope, event: &Event) {
    let sent = serde_json::to_string(event)
        .map_err(|error| JsValue::from_str(&error.to_string()))
        .and_then(|json| scope.post_message(&JsValue::from_str(&json)));
    if let Err(error) = sent {
        web_sys::console::error_1(&error);
    }
}
