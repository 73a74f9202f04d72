//! The one way to the network.
//!
//! Redirects are followed here rather than by the HTTP library, because the token must go with a
//! redirect inside the hub (moved repositories, small files) and must never leave it: origins are
//! compared with scheme, host and port, and once a token is dropped it stays dropped.

use std::io::{ErrorKind, Read};
use std::time::{Duration, SystemTime};

use serde::de::DeserializeOwned;
use ureq::http::{Response, Uri, header};
use ureq::{Agent, Body};

use crate::retry::retry_after;
use crate::{Event, HubError, OnEvent, Retries};

/// Redirects in a row.
const REDIRECTS: usize = 10;
/// Bytes of a JSON answer, at most: a listing of 100,000 files is a tenth of this.
const JSON_LIMIT: u64 = 256 << 20;

/// An HTTP client with rules of repetition.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
    pub(crate) retries: Retries,
}

/// Why one attempt failed.
pub(crate) enum Failure {
    /// Another attempt may succeed, after the wait that the server asked for.
    Again { reason: String, asked: Option<Duration> },
    /// None will.
    Final(HubError),
}

impl From<HubError> for Failure {
    fn from(error: HubError) -> Self {
        Self::Final(error)
    }
}

impl Failure {
    pub(crate) fn again(reason: impl Into<String>) -> Self {
        Self::Again { reason: reason.into(), asked: None }
    }
}

/// What to ask for.
pub(crate) struct Request<'a> {
    pub url: &'a str,
    /// What errors call it.
    pub name: &'a str,
    pub token: Option<&'a str>,
    /// First byte wanted, if not all are, and the validator of the bytes that are there.
    pub from: Option<(u64, Option<&'a str>)>,
}

/// Counts failures without progress.
pub(crate) struct Attempts<'a> {
    pub rules: &'a Retries,
    pub url: &'a str,
    pub name: &'a str,
    failures: u32,
}

impl Attempts<'_> {
    /// Forgets earlier failures: there was progress.
    pub(crate) fn progress(&mut self) {
        self.failures = 0;
    }

    /// Waits for the next attempt, or gives up.
    pub(crate) fn after(&mut self, failure: Failure, on: &mut OnEvent) -> Result<(), HubError> {
        let (reason, asked) = match failure {
            Failure::Final(error) => return Err(error),
            Failure::Again { reason, asked } => (reason, asked),
        };
        let wait = self.rules.wait(self.failures, asked);
        self.failures += 1;
        if self.failures >= self.rules.attempts {
            let (url, attempts) = (self.url.to_owned(), self.failures);
            return Err(HubError::Unreachable { url, reason, attempts });
        }
        on(Event::Waiting { name: self.name, wait, reason: &reason });
        std::thread::sleep(wait);
        Ok(())
    }
}

impl Client {
    /// A client with these rules. Proxies come from the usual variables.
    pub fn new(retries: Retries) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            // A range counts bytes of the file itself, not of a compressed form.
            .accept_encoding("identity")
            .user_agent(concat!("isogloss/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(Some(retries.connect))
            .timeout_connect(Some(retries.connect))
            .timeout_recv_response(Some(retries.silence))
            .timeout_per_read(Some(retries.silence))
            .build()
            .into();
        Self { agent, retries }
    }

    pub(crate) fn attempts<'a>(&'a self, url: &'a str, name: &'a str) -> Attempts<'a> {
        Attempts { rules: &self.retries, url, name, failures: 0 }
    }

    /// Fetches and parses a JSON document.
    pub(crate) fn json<T: DeserializeOwned>(
        &self,
        url: &str,
        name: &str,
        token: Option<&str>,
        on: &mut OnEvent,
    ) -> Result<T, HubError> {
        let mut attempts = self.attempts(url, name);
        loop {
            let request = Request { url, name, token, from: None };
            let read = self.ask(&request).and_then(|response| {
                let mut bytes = Vec::new();
                let body = response.into_body();
                let mut body = body.into_with_config().limit(JSON_LIMIT).reader();
                match body.read_to_end(&mut bytes) {
                    Ok(_) => Ok(bytes),
                    Err(error) => Err(Failure::again(format!("the connection broke: {error}"))),
                }
            });
            match read {
                Ok(bytes) => {
                    return serde_json::from_slice(&bytes)
                        .map_err(|error| HubError::json(url, &error));
                }
                Err(failure) => attempts.after(failure, on)?,
            }
        }
    }

    /// One attempt: follows redirects and sorts what comes. An answer is 200, 206 or 416.
    pub(crate) fn ask(&self, request: &Request<'_>) -> Result<Response<Body>, Failure> {
        let mut url = request.url.to_owned();
        let mut token = request.token;
        for _ in 0..=REDIRECTS {
            let mut call = self.agent.get(&url);
            if let Some(token) = token {
                call = call.header(header::AUTHORIZATION, format!("Bearer {token}"));
            }
            if let Some((first, validator)) = request.from {
                call = call.header(header::RANGE, format!("bytes={first}-"));
                if let Some(validator) = validator {
                    call = call.header(header::IF_RANGE, validator);
                }
            }
            let response = call.call().map_err(|error| transport(&url, &error))?;
            if !response.status().is_redirection() {
                return sort(response, request);
            }
            let target = text(&response, header::LOCATION.as_str())
                .and_then(|location| join(&url, location))
                .ok_or_else(|| impossible(&url, "redirected to nowhere"))?;
            if origin(&target).is_none() || origin(&target) != origin(&url) {
                token = None;
            }
            url = target;
        }
        Err(impossible(request.url, "redirected without end").into())
    }
}

/// A header's text.
pub(crate) fn text<'a, T>(response: &'a Response<T>, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

fn impossible(url: &str, reason: &str) -> HubError {
    HubError::Request { url: url.to_owned(), reason: reason.to_owned() }
}

/// Sorts a status.
fn sort(response: Response<Body>, request: &Request<'_>) -> Result<Response<Body>, Failure> {
    let status = response.status().as_u16();
    let url = request.url.to_owned();
    match status {
        200 | 206 => Ok(response),
        416 if request.from.is_some() => Ok(response),
        401 | 403 => Err(HubError::Forbidden { url, status }.into()),
        404 | 410 => Err(HubError::NotFound { name: request.name.to_owned(), url }.into()),
        408 | 429 | 500..=599 => {
            let asked = text(&response, header::RETRY_AFTER.as_str())
                .and_then(|value| retry_after(value, SystemTime::now()));
            Err(Failure::Again { reason: format!("the server answered {status}"), asked })
        }
        _ => Err(HubError::Status { url, status }.into()),
    }
}

/// Sorts a failure below HTTP.
fn transport(url: &str, error: &ureq::Error) -> Failure {
    use ureq::Error as E;
    match error {
        E::HostNotFound => Failure::again("the host was not found; is there a network?"),
        E::Io(cause) if cause.kind() == ErrorKind::ConnectionRefused => {
            Failure::again("the connection was refused")
        }
        E::Io(_) | E::Timeout(_) | E::Protocol(_) | E::ConnectionFailed | E::BodyStalled => {
            Failure::again(format!("the connection broke: {error}"))
        }
        _ => impossible(url, &error.to_string()).into(),
    }
}

/// Scheme, host and port.
fn origin(url: &str) -> Option<(String, String, u16)> {
    let uri: Uri = url.parse().ok()?;
    let scheme = uri.scheme_str()?.to_ascii_lowercase();
    let port = uri.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
    Some((scheme, uri.host()?.to_ascii_lowercase(), port))
}

/// `location` as seen from `base`.
fn join(base: &str, location: &str) -> Option<String> {
    let (scheme, rest) = base.split_once("://")?;
    if location.starts_with("http://") || location.starts_with("https://") {
        return Some(location.to_owned());
    }
    if let Some(rest) = location.strip_prefix("//") {
        return Some(format!("{scheme}://{rest}"));
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    if location.starts_with('/') {
        return Some(format!("{scheme}://{authority}{location}"));
    }
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let folder = path.rfind('/').map_or("/", |slash| &path[..=slash]);
    Some(format!("{scheme}://{authority}{folder}{location}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_joined() {
        let base = "http://h:1/a/b?x=/y";
        for (location, joined) in [
            ("https://o/z", "https://o/z"),
            ("//o/z", "http://o/z"),
            ("/z?q", "http://h:1/z?q"),
            ("z", "http://h:1/a/z"),
        ] {
            assert_eq!(join(base, location).as_deref(), Some(joined));
        }
        assert_eq!(join("http://h", "z").as_deref(), Some("http://h/z"));
    }

    #[test]
    fn origins_differ_by_scheme_host_and_port() {
        assert_eq!(origin("https://Hub/x"), origin("https://hub:443/y"));
        assert_ne!(origin("https://hub/x"), origin("http://hub/x"));
        assert_ne!(origin("http://hub:1/x"), origin("http://hub:2/x"));
        assert_ne!(origin("http://hub/x"), origin("http://hub.evil/x"));
    }
}
