//! A loopback server that can be as bad as the network.

#![allow(clippy::unwrap_used, dead_code)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// A request as the server saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub path: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    /// How many requests for this path came before.
    pub earlier: usize,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// What to answer.
#[derive(Default)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// Close the connection after so many bytes of the body.
    pub cut: Option<usize>,
    /// Fall silent there instead, until the client is gone.
    pub hang: bool,
}

impl Reply {
    pub fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// The whole body, whatever range was asked for.
    pub fn whole(body: &[u8]) -> Self {
        Self { status: 200, body: body.to_vec(), ..Self::default() }
    }

    /// The body as a proper server gives it: with ranges and a strong tag.
    pub fn file(seen: &Seen, body: &[u8], tag: &str) -> Self {
        let tag = format!("\"{tag}\"");
        let first = seen.header("range").and_then(|range| {
            range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok()
        });
        let same = seen.header("if-range").is_none_or(|condition| condition == tag);
        let reply = match first {
            Some(first) if same && first >= body.len() => {
                Self::status(416).with("Content-Range", format!("bytes */{}", body.len()))
            }
            Some(first) if same => Self { status: 206, ..Self::whole(&body[first..]) }
                .with("Content-Range", format!("bytes {first}-{}/{}", body.len() - 1, body.len())),
            _ => Self::whole(body),
        };
        reply.with("ETag", tag)
    }

    pub fn redirect(location: impl Into<String>) -> Self {
        Self::status(307).with("Location", location.into())
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn cut(mut self, after: usize) -> Self {
        self.cut = Some(after);
        self
    }

    pub fn hang(mut self, after: usize) -> Self {
        self.hang = true;
        self.cut(after)
    }
}

/// The server; it stops when it is dropped.
pub struct Server {
    pub url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub fn start(answer: impl Fn(&Seen) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (seen, stop) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let (log, stopped) = (Arc::clone(&seen), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                serve(&stream.unwrap(), &log, &answer);
            }
        });
        Self { url, seen, stop, thread: Some(thread) }
    }

    /// Requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(stream: &TcpStream, log: &Mutex<Vec<Seen>>, answer: &dyn Fn(&Seen) -> Reply) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let Some(request) = lines.next() else { return };
    let path = request.split(' ').nth(1).unwrap().to_owned();
    let headers = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        })
        .collect();
    let seen = {
        let mut log = log.lock().unwrap();
        let earlier = log.iter().filter(|seen| seen.path == path).count();
        log.push(Seen { path, headers, earlier });
        log.last().unwrap().clone()
    };
    let reply = answer(&seen);
    let mut head = format!("HTTP/1.1 {} X\r\nConnection: close\r\n", reply.status);
    let _ = write!(head, "Content-Length: {}\r\n", reply.body.len());
    for (name, value) in &reply.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let end = reply.cut.unwrap_or(reply.body.len()).min(reply.body.len());
    let mut stream = stream;
    let _ = stream.write_all(format!("{head}\r\n").as_bytes());
    let _ = stream.write_all(&reply.body[..end]);
    if reply.hang {
        let _ = stream.read(&mut [0]);
    }
    let _ = stream.shutdown(Shutdown::Both);
}
