//! A server for the built page.
//!
//! As much as a page of static files needs, and no more: the types that browsers insist on, lengths
//! so that progress can be shown, and nothing outside its folder. It listens on the loopback
//! address only.

use std::fs::File;
use std::io::Cursor;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use tiny_http::{Header, Method, Request, Response, Server, StatusCode};

use crate::TaskError;

/// Requests answered at the same time: a browser opens six connections to a host.
const THREADS: usize = 6;

/// Says whether the port can be listened on now.
pub fn check_port(port: u16) -> Result<(), TaskError> {
    let listened = TcpListener::bind(("127.0.0.1", port));
    listened.map(drop).map_err(|error| TaskError::Port { port, reason: error.to_string() })
}

/// A server that runs until it is dropped.
pub struct PageServer {
    server: Arc<Server>,
    port: u16,
    threads: Vec<thread::JoinHandle<()>>,
}

impl PageServer {
    /// Serves `folder` on 127.0.0.1; port 0 takes a free one.
    pub fn start(folder: &Path, port: u16) -> Result<Self, TaskError> {
        let folder = folder
            .canonicalize()
            .map_err(|source| TaskError::File { path: folder.to_owned(), source })?;
        let server = Server::http(("127.0.0.1", port))
            .map_err(|error| TaskError::Port { port, reason: error.to_string() })?;
        let port = server.server_addr().to_ip().map_or(port, |address| address.port());
        let server = Arc::new(server);
        let threads = (0..THREADS)
            .map(|_| {
                let (server, folder) = (Arc::clone(&server), folder.clone());
                thread::spawn(move || {
                    while let Ok(request) = server.recv() {
                        answer(request, &folder);
                    }
                })
            })
            .collect();
        Ok(Self { server, port, threads })
    }

    /// The page's address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Serves until the process ends.
    pub fn wait(mut self) {
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so; the others go on.
            let _ = thread.join();
        }
    }
}

impl Drop for PageServer {
    fn drop(&mut self) {
        for _ in &self.threads {
            self.server.unblock();
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn answer(request: Request, folder: &Path) {
    if !matches!(request.method(), Method::Get | Method::Head) {
        let refusal = text(405, "only GET and HEAD").with_header(header("Allow", "GET, HEAD"));
        let _ = request.respond(refusal);
        return;
    }
    let file =
        resolve(folder, request.url()).and_then(|path| Some((File::open(&path).ok()?, path)));
    // A browser that went away meanwhile is no error of ours.
    let _ = match file {
        Some((file, path)) => request.respond(
            Response::from_file(file)
                // tiny_http would send large files in chunks and leave their length out.
                .with_chunked_threshold(usize::MAX)
                .with_header(header("Content-Type", content_type(&path)))
                // Models and page are rebuilt under the same names.
                .with_header(header("Cache-Control", "no-cache")),
        ),
        None => request.respond(text(404, "not found")),
    };
}

fn text(status: u16, body: &str) -> Response<Cursor<Vec<u8>>> {
    Response::from_string(body).with_status_code(StatusCode(status))
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("names and values are constants in ASCII")
}

/// The file that a request asks for, if there is one inside the folder.
///
/// `folder` must be canonical: what a path leads to is compared with it, links followed.
fn resolve(folder: &Path, url: &str) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let path = decode(path)?;
    let mut file = folder.to_owned();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        if part == ".." || part.contains(['\\', '\0']) {
            return None;
        }
        file.push(part);
    }
    if file.is_dir() {
        file.push("index.html");
    }
    let file = file.canonicalize().ok()?;
    (file.starts_with(folder) && file.is_file()).then_some(file)
}

/// Decodes `%20` and the like; nothing where that is malformed.
fn decode(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
            bytes.push((high * 16 + low) as u8);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt" | "md" | "tsv") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::*;

    fn site() -> tempfile::TempDir {
        let outer = tempfile::tempdir().unwrap();
        std::fs::write(outer.path().join("secret.txt"), "secret").unwrap();
        let folder = outer.path().join("dist");
        std::fs::create_dir_all(folder.join("models/a b")).unwrap();
        std::fs::write(folder.join("index.html"), "<title>page</title>").unwrap();
        std::fs::write(folder.join("models/a b/weights.wasm"), vec![7; 100_000]).unwrap();
        std::os::unix::fs::symlink("../secret.txt", folder.join("link.txt")).unwrap();
        outer
    }

    fn ask(server: &PageServer, request: &str) -> (String, Vec<u8>) {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
        write!(stream, "{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        (String::from_utf8(answer[..end].to_vec()).unwrap(), answer[end + 4..].to_vec())
    }

    #[test]
    fn files_come_with_type_and_length() {
        let site = site();
        let server = PageServer::start(&site.path().join("dist"), 0).unwrap();
        let (head, body) = ask(&server, "GET /?q=1");
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(head.contains("Content-Type: text/html"), "{head}");
        assert_eq!(body, b"<title>page</title>");
        let (head, body) = ask(&server, "GET /models/a%20b/weights.wasm");
        assert!(head.contains("Content-Type: application/wasm"), "{head}");
        assert!(head.contains("Content-Length: 100000"), "{head}");
        assert_eq!(body, vec![7; 100_000]);
        let (head, body) = ask(&server, "HEAD /models/a%20b/weights.wasm");
        assert!(head.contains("Content-Length: 100000"), "{head}");
        assert!(body.is_empty());
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        let site = site();
        let server = PageServer::start(&site.path().join("dist"), 0).unwrap();
        for path in [
            "/../secret.txt",
            "/%2e%2e/secret.txt",
            "/models/..%2f..%2fsecret.txt",
            "/..%5csecret.txt",
            "//../secret.txt",
            "/link.txt",
            "/models/",
            "/%zz",
            "/%",
            "/absent",
        ] {
            let (head, _) = ask(&server, &format!("GET {path}"));
            assert!(head.starts_with("HTTP/1.1 404"), "{path}: {head}");
        }
        let (head, _) = ask(&server, "DELETE /index.html");
        assert!(head.starts_with("HTTP/1.1 405"), "{head}");
    }

    #[test]
    fn a_port_in_use_is_named() {
        let site = site();
        let server = PageServer::start(site.path(), 0).unwrap();
        let error = PageServer::start(site.path(), server.port).err().unwrap().to_string();
        assert!(error.contains(&server.port.to_string()) && error.contains("--port"), "{error}");
        assert_eq!(check_port(server.port).unwrap_err().to_string(), error);
    }
}
