//! The terminal is given back, however a run ends. This program runs itself in a pseudo-terminal
//! (by `script` of util-linux) as a run with a dashboard, presses keys and looks at what is left.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use isogloss_dashboard::Dashboard;
use journal::{Line, Step};

const ROLE: &str = "ISOGLOSS_TEST_RUN";
const TAKEN: &str = "\u{1b}[?1049h";
const GIVEN_BACK: &str = "\u{1b}[?1049l";

fn main() {
    if let Ok(role) = std::env::var(ROLE) {
        return train(&role);
    }
    if !cfg!(target_os = "linux") {
        return; // `script` has other options elsewhere
    }
    let q = run("until asked", &["q"]);
    assert_eq!(q.code, 0, "{}", q.shown);
    assert!(q.after.contains("asked at step") && q.after.contains("the end"), "{}", q.after);

    let control_c = run("until asked", &["\u{3}"]);
    assert_eq!(control_c.code, 0, "Ctrl-C is a key, no signal: {}", control_c.shown);

    let twice = run("for ever", &["q", "q"]);
    assert_eq!(twice.code, 7, "{}", twice.shown);

    let panic = run("panic", &[]);
    assert_eq!(panic.code, 101, "{}", panic.shown);
    assert!(panic.after.contains("a bug"), "said where it can be read: {}", panic.shown);

    let exit = run("exit", &[]);
    assert_eq!(exit.code, 3, "{}", exit.shown);

    for ended in [q, control_c, twice, panic, exit] {
        assert_eq!(ended.shown.matches(TAKEN).count(), 1);
        assert!(!ended.after.contains("loss"), "nothing is drawn later: {}", ended.after);
        assert_eq!(ended.modes.0, ended.modes.1, "raw mode is left");
    }
    println!("5 ways to end give the terminal back");
}

/// The run inside the terminal.
fn train(role: &str) {
    let dashboard = Dashboard::open(BTreeMap::new(), || std::process::exit(7)).unwrap();
    for step in 1.. {
        let loss = 1.0;
        dashboard.observe(&Line::Step(Step { step, steps: 1 << 20, loss, ..Step::default() }));
        std::thread::sleep(Duration::from_millis(1));
        match role {
            "until asked" if dashboard.poll() => {
                dashboard.log(&format!("asked at step {step}"));
                break;
            }
            "panic" if step == 300 => panic!("a bug"),
            "exit" if step == 300 => {
                isogloss_dashboard::restore();
                std::process::exit(3);
            }
            _ => {}
        }
    }
    for line in dashboard.close() {
        eprintln!("{line}");
    }
    eprintln!("the end");
}

struct Outcome {
    code: i32,
    /// All that the terminal got.
    shown: String,
    /// What it got after it was given back.
    after: String,
    /// Its modes before and after.
    modes: (String, String),
}

/// Runs this program as `role`; each of `keys` is pressed when a new picture has come.
fn run(role: &str, keys: &[&str]) -> Outcome {
    let dir = tempfile::tempdir().unwrap();
    let me = std::env::current_exe().unwrap();
    let (before, after) = (dir.path().join("before"), dir.path().join("after"));
    let quoted = |path: &Path| format!("'{}'", path.display());
    let command = format!(
        "stty rows 24 cols 80; stty -a > {}; {}; code=$?; stty -a > {}; exit $code",
        quoted(&before),
        quoted(&me),
        quoted(&after)
    );
    let mut script = Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .env(ROLE, role)
        .env("TERM", "xterm")
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`script` of util-linux");
    let mut stdin = script.stdin.take().unwrap();
    let mut stdout = script.stdout.take().unwrap();
    let (mut shown, mut seen, mut chunk) = (Vec::new(), 0, [0; 4096]);
    let mut keys = keys.iter();
    loop {
        let count = stdout.read(&mut chunk).unwrap();
        if count == 0 {
            break;
        }
        shown.extend(&chunk[..count]);
        // The first picture shows that keys are heard; the notice that one was.
        let text = String::from_utf8_lossy(&shown);
        if seen == 0 && text.contains("loss") || seen == 1 && text.contains("stopping") {
            if let Some(key) = keys.next() {
                stdin.write_all(key.as_bytes()).unwrap();
                stdin.flush().unwrap();
            }
            seen += 1;
        }
    }
    let code = script.wait().unwrap().code().unwrap();
    let shown = String::from_utf8_lossy(&shown).into_owned();
    let end = shown.rfind(GIVEN_BACK).unwrap_or_else(|| panic!("never given back: {shown}"));
    let modes = [before, after].map(|path| std::fs::read_to_string(path).unwrap());
    let after = shown[end..].to_owned();
    let [before, last] = modes;
    Outcome { code, after, shown, modes: (before, last) }
}
