//! A browser, driven through ChromeDriver.
//!
//! As much of the W3C WebDriver protocol as the tests need, over the standard library: the crates
//! that speak all of it bring a second HTTP stack along and change the features of crates that the
//! tensor library shares, so that all of it would be compiled once for the tests and once without.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Between two looks at the page.
const POLL: Duration = Duration::from_millis(200);
const DRIVER_START: Duration = Duration::from_mins(1);
/// One call: starting the browser, on a machine that also compiles shaders in software.
const CALL: Duration = Duration::from_mins(3);

/// A ChromeDriver process, ended with its browsers when dropped.
struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    fn start() -> Self {
        let program = std::env::var_os("CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into());
        let mut process = Command::new(&program)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let stdout = BufReader::new(process.stdout.take().expect("it is piped"));
        let (sender, receiver) = mpsc::channel();
        // Reads on after the port is known: a full pipe would stop ChromeDriver.
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if let Some(port) = port_in(&line) {
                    let _ = sender.send(port);
                }
            }
        });
        let mut driver = Self { process, port: 0 };
        driver.port = receiver.recv_timeout(DRIVER_START).expect("ChromeDriver names its port");
        driver
    }

    /// Sends a command; the error is what the driver said.
    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        let body = body.map_or_else(String::new, Value::to_string);
        let (status, answer) = exchange(self.port, method, path, &body)
            .map_err(|error| format!("{method} {path}: {error}"))?;
        let answer: Value =
            serde_json::from_slice(&answer).map_err(|error| format!("{method} {path}: {error}"))?;
        let value = answer.get("value").cloned().unwrap_or_default();
        if status == 200 { Ok(value) } else { Err(format!("{method} {path}: {value}")) }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Asked to, it ends its browsers first; killed, it would leave them behind.
        if self.port != 0 && exchange(self.port, "GET", "/shutdown", "").is_ok() {
            let limit = Instant::now() + Duration::from_secs(10);
            while Instant::now() < limit {
                if matches!(self.process.try_wait(), Ok(Some(_))) {
                    return;
                }
                thread::sleep(POLL);
            }
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn port_in(line: &str) -> Option<u16> {
    let (_, rest) = line.split_once("started successfully on port ")?;
    rest.trim_end_matches('.').parse().ok()
}

/// One HTTP request on a connection of its own; status and body.
fn exchange(port: u16, method: &str, path: &str, body: &str) -> std::io::Result<(u16, Vec<u8>)> {
    let invalid = || std::io::Error::from(std::io::ErrorKind::InvalidData);
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(CALL))?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(invalid)?;
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().map_err(|_| invalid())?;
        }
    }
    let mut answer = vec![0; length];
    reader.read_exact(&mut answer)?;
    Ok((status, answer))
}

/// A headless Chromium with a profile of its own.
pub struct Browser {
    session: String,
    driver: Driver,
    // Removed after the browser has ended: fields are dropped in this order.
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts one with the given flags beside those that make it quiet.
    pub fn start(flags: &[&str]) -> Self {
        let profile = tempfile::tempdir().expect("a folder for the profile");
        let mut arguments: Vec<String> = [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--lang=en",
            "--window-size=1280,1600",
        ]
        .iter()
        .chain(flags)
        .map(ToString::to_string)
        .collect();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"},
            "timeouts": {"script": CALL.as_millis() as u64},
        }}});
        let driver = Driver::start();
        let answer = driver.call("POST", "/session", Some(&capabilities));
        let answer = answer.unwrap_or_else(|error| panic!("no browser could be started: {error}"));
        let session = answer["sessionId"].as_str().expect("a session has an id").to_owned();
        Self { session, driver, _profile: profile }
    }

    /// Opens an address.
    pub fn open(&self, url: &str) {
        self.call("url", &json!({ "url": url }));
    }

    /// Runs the body of a function in the page; its value.
    pub fn run(&self, script: &str) -> Value {
        self.call("execute/sync", &json!({"script": script, "args": []}))
    }

    /// Runs the body of a function whose last argument is to be called when it is done.
    pub fn run_async(&self, script: &str) -> Value {
        self.call("execute/async", &json!({"script": script, "args": []}))
    }

    /// Clicks as a person does: what is covered or out of reach is an error.
    pub fn click(&self, selector: &str) {
        let element = self.element(selector);
        self.call(&format!("element/{element}/click"), &json!({}));
    }

    /// Types into a field, after emptying it.
    pub fn fill(&self, selector: &str, text: &str) {
        let element = self.element(selector);
        self.call(&format!("element/{element}/clear"), &json!({}));
        self.call(&format!("element/{element}/value"), &json!({ "text": text }));
    }

    /// Looks at the page until `seen` finds what it waits for.
    ///
    /// # Panics
    ///
    /// When `limit` has passed; the message has what the page shows and wrote to its console.
    pub fn wait<T>(&self, what: &str, limit: Duration, mut seen: impl FnMut() -> Option<T>) -> T {
        let end = Instant::now() + limit;
        loop {
            if let Some(value) = seen() {
                return value;
            }
            if Instant::now() > end {
                self.fail(&format!("waited {} s for {what}", limit.as_secs()));
            }
            thread::sleep(POLL);
        }
    }

    /// Panics with what the page shows and wrote to its console.
    pub fn fail(&self, message: &str) -> ! {
        let shown = self.run("return document.body.innerText.slice(0, 2000)");
        panic!("{message}\n--- page\n{}\n--- console\n{}", shown.as_str().unwrap_or_default(), {
            self.console().join("\n")
        });
    }

    /// What the page wrote to its console since it was last asked.
    pub fn console(&self) -> Vec<String> {
        let entries = self.call("se/log", &json!({"type": "browser"}));
        let entries = entries.as_array().map(Vec::as_slice).unwrap_or_default();
        entries.iter().map(|entry| format!("{} {}", entry["level"], entry["message"])).collect()
    }

    fn element(&self, selector: &str) -> String {
        let found = self.call("element", &json!({"using": "css selector", "value": selector}));
        let reference = found.as_object().and_then(|object| object.values().next());
        reference.and_then(Value::as_str).expect("a reference to an element").to_owned()
    }

    fn call(&self, command: &str, body: &Value) -> Value {
        let path = format!("/session/{}/{command}", self.session);
        match self.driver.call("POST", &path, Some(body)) {
            Ok(value) => value,
            Err(error) => panic!("{error}"),
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.driver.call("DELETE", &format!("/session/{}", self.session), None);
    }
}
