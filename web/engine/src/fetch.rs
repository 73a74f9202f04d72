//! Files over the network.

use gloo_net::http::Request;
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, RequestCache};

/// Why a file could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No answer.
    #[error("{file} could not be fetched: {reason}")]
    Network {
        /// The file.
        file: String,
        /// What the browser says.
        reason: String,
    },
    /// The server has no such file.
    #[error("{file} is not on the server")]
    Missing {
        /// The file.
        file: String,
    },
    /// The server refused.
    #[error("the server refused {file} with status {status}")]
    Status {
        /// The file.
        file: String,
        /// HTTP status.
        status: u16,
    },
}

/// The bytes at `base` + `file`; `progress` hears how many there are, whenever some arrive.
pub async fn fetch(
    base: &str,
    file: &str,
    mut progress: impl FnMut(u64),
) -> Result<Vec<u8>, FetchError> {
    let network = |reason: String| FetchError::Network { file: file.to_owned(), reason };
    let broken = |error: JsValue| network(describe(&error));
    // Asks the server whether a cached copy is still current: a new export keeps the old names,
    // and an old file under a new manifest would be refused as altered.
    let request = Request::get(&format!("{base}{file}")).cache(RequestCache::NoCache);
    let response = request.send().await.map_err(|error| network(error.to_string()))?;
    match response.status() {
        200 => {}
        404 | 410 => return Err(FetchError::Missing { file: file.to_owned() }),
        status => return Err(FetchError::Status { file: file.to_owned(), status }),
    }
    let mut bytes = Vec::new();
    let Some(body) = response.body() else { return Ok(bytes) };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    loop {
        let chunk = JsFuture::from(reader.read()).await.map_err(broken)?;
        let done = Reflect::get(&chunk, &JsValue::from_str("done")).map_err(broken)?;
        if done.is_truthy() {
            return Ok(bytes);
        }
        let value = Reflect::get(&chunk, &JsValue::from_str("value")).map_err(broken)?;
        let value: Uint8Array = value.unchecked_into();
        let start = bytes.len();
        bytes.resize(start + value.length() as usize, 0);
        value.copy_to(&mut bytes[start..]);
        progress(bytes.len() as u64);
    }
}

fn describe(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => format!("{error:?}"),
    }
}
