//! The page's end of the wire to the worker.
//!
//! A plain `Worker` rather than an agent library: those hide the worker's `error` event, and it
//! is the only sign of a worker whose program could not be fetched or has died.

use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::Closure;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use protocol::{Event, Request};

/// What is said of a worker whose program never ran.
const UNSTARTED: &str = "Its program could not be fetched or started";

/// A running worker. Dropping it ends the worker.
pub struct Link {
    worker: Worker,
    // The browser calls these for as long as the worker lives.
    _message: Closure<dyn Fn(MessageEvent)>,
    _error: Closure<dyn Fn(ErrorEvent)>,
}

impl Link {
    /// Starts the worker whose script is at `url`; `on_event` hears all it says.
    pub fn open(url: &str, on_event: impl Fn(Event) + Clone + 'static) -> Result<Self, String> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(url, &options).map_err(|error| text(&error))?;
        let heard = on_event.clone();
        let message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let json = event.data().as_string().unwrap_or_default();
            heard(serde_json::from_str(&json).unwrap_or_else(|error| Event::Crashed {
                message: format!("It sent a message that is not understood ({error})"),
            }));
        });
        let error = Closure::<dyn Fn(ErrorEvent)>::new(move |event: ErrorEvent| {
            event.prevent_default();
            // A script that could not be fetched gives an event without any text.
            let message = js_sys::Reflect::get(&event, &JsValue::from_str("message"));
            let message = message.ok().and_then(|message| message.as_string());
            let message = message.filter(|message| !message.is_empty());
            let message = message.unwrap_or_else(|| UNSTARTED.to_owned());
            let message = message.trim_start_matches("Uncaught Error: ").to_owned();
            on_event(Event::Crashed { message });
        });
        worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(error.as_ref().unchecked_ref()));
        Ok(Self { worker, _message: message, _error: error })
    }

    /// Sends a request.
    pub fn send(&self, request: &Request) -> Result<(), String> {
        let json = serde_json::to_string(request).map_err(|error| error.to_string())?;
        self.worker.post_message(&JsValue::from_str(&json)).map_err(|error| text(&error))
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

fn text(error: &JsValue) -> String {
    error.as_string().unwrap_or_else(|| format!("{error:?}"))
}
