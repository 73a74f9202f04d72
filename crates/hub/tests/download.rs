//! A download survives a bad line and never leaves a wrong file.

#![allow(clippy::unwrap_used)]

mod common;

use std::path::PathBuf;
use std::time::Duration;

use common::{Reply, Server, names, noise, quick, quiet, sha256};
use isogloss_hub::{Client, Digest, Download, Event, HubError};
use tempfile::TempDir;

/// A folder and the file's final name in it.
fn place() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let dest = dir.path().join("file.bin");
    (dir, dest)
}

fn plain(url: &str) -> Download<'_> {
    Download { url, name: "file.bin", token: None, size: None, digest: None }
}

#[test]
fn cuts_are_resumed_at_the_byte() {
    let body = noise(300_000);
    let served = body.clone();
    let server = Server::start(move |seen| Reply::file(seen, &served, "v1").cut(100_000));
    let (dir, dest) = place();
    let url = server.at("/f");
    let digest = Digest::Sha256(sha256(&body));
    let mut progress = Vec::new();
    Client::new(quick())
        .download(
            &Download { size: Some(300_000), digest: Some(&digest), ..plain(&url) },
            &dest,
            &mut |event| {
                if let Event::Bytes { done, total, .. } = event {
                    progress.push((done, total));
                }
            },
        )
        .unwrap();
    assert_eq!(std::fs::read(&dest).unwrap(), body);
    assert_eq!(names(dir.path()), ["file.bin"]);
    let ranges: Vec<_> =
        server.seen().iter().map(|seen| seen.header("range").map(str::to_owned)).collect();
    assert_eq!(ranges, [None, Some("bytes=100000-".into()), Some("bytes=200000-".into())]);
    assert_eq!(server.seen()[1].header("if-range"), Some("\"v1\""));
    assert_eq!(progress.last(), Some(&(300_000, Some(300_000))));
    assert!(progress.is_sorted());
}

#[test]
fn an_earlier_run_is_continued() {
    let body = noise(50_000);
    let served = body.clone();
    let server = Server::start(move |seen| {
        let reply = Reply::file(seen, &served, "v1");
        if seen.earlier < 3 { reply.cut(10_000).with("X", "y") } else { reply }
    });
    let (dir, dest) = place();
    let url = server.at("/f");
    let mut rules = quick();
    rules.attempts = 1;
    let client = Client::new(rules);
    for run in 1..=3 {
        let broken = client.download(&plain(&url), &dest, &mut quiet).unwrap_err();
        assert!(matches!(broken, HubError::Unreachable { .. }), "{broken}");
        assert!(!dest.exists());
        let part = dir.path().join("file.bin.part");
        assert_eq!(part.metadata().unwrap().len(), run * 10_000);
    }
    client.download(&plain(&url), &dest, &mut quiet).unwrap();
    assert_eq!(std::fs::read(&dest).unwrap(), body);
    assert_eq!(server.seen()[3].header("range"), Some("bytes=30000-"));
}

#[test]
fn a_file_that_changed_in_between_is_fetched_anew() {
    let (old, new) = (noise(40_000), vec![7; 30_000]);
    let served = new.clone();
    let server = Server::start(move |seen| match seen.earlier {
        0 => Reply::file(seen, &old, "v1").cut(9_000),
        _ => Reply::file(seen, &served, "v2"),
    });
    let (_dir, dest) = place();
    Client::new(quick()).download(&plain(&server.at("/f")), &dest, &mut quiet).unwrap();
    assert_eq!(std::fs::read(&dest).unwrap(), new);
}

#[test]
fn a_stale_rest_costs_one_fresh_fetch() {
    let body = noise(5_000);
    let served = body.clone();
    let server = Server::start(move |seen| Reply::file(seen, &served, "v2"));
    let (dir, dest) = place();
    std::fs::write(dir.path().join("file.bin.part"), vec![0; 2_000]).unwrap();
    let digest = Digest::Sha256(sha256(&body));
    let url = server.at("/f");
    let download = Download { size: Some(5_000), digest: Some(&digest), ..plain(&url) };
    Client::new(quick()).download(&download, &dest, &mut quiet).unwrap();
    assert_eq!(std::fs::read(&dest).unwrap(), body);
    assert_eq!(server.seen().len(), 2);
}

#[test]
fn a_server_without_ranges_still_delivers_and_one_that_always_breaks_ends() {
    let body = noise(20_000);
    let served = body.clone();
    let server = Server::start(move |seen| match (&*seen.path, seen.earlier) {
        ("/once", 1..) => Reply::whole(&served),
        _ => Reply::whole(&served).cut(8_000),
    });
    let (_dir, dest) = place();
    let client = Client::new(quick());
    client.download(&plain(&server.at("/once")), &dest, &mut quiet).unwrap();
    assert_eq!(std::fs::read(&dest).unwrap(), body);

    let (_dir, dest) = place();
    let error = client.download(&plain(&server.at("/always")), &dest, &mut quiet).unwrap_err();
    assert!(matches!(error, HubError::Unreachable { attempts: 3, .. }), "{error}");
    assert!(!dest.exists());
}

#[test]
fn a_complete_rest_is_verified_without_its_bytes_again() {
    let body = noise(3_000);
    let served = body.clone();
    let server = Server::start(move |seen| Reply::file(seen, &served, "v1"));
    let (dir, dest) = place();
    std::fs::write(dir.path().join("file.bin.part"), &body).unwrap();
    let digest = Digest::Sha256(sha256(&body));
    let url = server.at("/f");
    // Without a known length the server is asked and answers 416 with the length.
    let download = Download { digest: Some(&digest), ..plain(&url) };
    Client::new(quick()).download(&download, &dest, &mut quiet).unwrap();
    assert_eq!(std::fs::read(&dest).unwrap(), body);
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn wrong_bytes_and_lengths_are_refused_and_nothing_is_left() {
    let server = Server::start(|seen| Reply::file(seen, b"wrong bytes", "v"));
    let (dir, dest) = place();
    let url = server.at("/f");
    let client = Client::new(quick());
    let digest = Digest::Sha256(sha256(b"right bytes"));
    let download = Download { size: Some(11), digest: Some(&digest), ..plain(&url) };
    let error = client.download(&download, &dest, &mut quiet).unwrap_err().to_string();
    for part in [&url, digest.hex(), &sha256(b"wrong bytes")] {
        assert!(error.contains(part), "{error}");
    }
    assert!(names(dir.path()).is_empty(), "{:?}", names(dir.path()));
    assert_eq!(server.seen().len(), 1, "a wrong hash is not a reason to try again");

    let download = Download { size: Some(10), ..plain(&url) };
    let error = client.download(&download, &dest, &mut quiet).unwrap_err();
    assert!(matches!(error, HubError::Length { expected: 10, found: 11, .. }), "{error}");
    assert!(!dest.exists());
}

#[test]
fn statuses_say_what_to_do() {
    let server = Server::start(|seen| match &*seen.path {
        "/gone" => Reply::status(404),
        "/secret" => Reply::status(401),
        "/gated" => Reply::status(403),
        "/odd" => Reply::status(418),
        _ => Reply::status(503),
    });
    let (dir, dest) = place();
    let client = Client::new(quick());
    let fails = |path: &str| {
        client.download(&plain(&server.at(path)), &dest, &mut quiet).unwrap_err().to_string()
    };
    let gone = fails("/gone");
    assert!(gone.contains("file.bin was not found") && gone.contains("/gone"), "{gone}");
    for path in ["/secret", "/gated"] {
        let refused = fails(path);
        assert!(refused.contains("HF_TOKEN") && refused.contains("gated"), "{refused}");
    }
    assert!(fails("/odd").contains("418"));
    let count = |path: &str| server.seen().iter().filter(|seen| seen.path == path).count();
    assert_eq!((count("/gone"), count("/odd")), (1, 1));
    let down = fails("/down");
    assert!(down.contains("503") && down.contains("3 attempts"), "{down}");
    assert_eq!(count("/down"), 3);
    assert!(names(dir.path()).is_empty(), "{:?}", names(dir.path()));
}

#[test]
fn a_busy_server_is_obeyed() {
    let server = Server::start(|seen| match seen.earlier {
        0 => Reply::status(429).with("Retry-After", "0"),
        1 => Reply::status(429).with("Retry-After", "3600"),
        _ => Reply::whole(b"at last"),
    });
    let (_dir, dest) = place();
    let mut waits = Vec::new();
    Client::new(quick())
        .download(&plain(&server.at("/f")), &dest, &mut |event| {
            if let Event::Waiting { name, wait, reason } = event {
                waits.push((name.to_owned(), wait, reason.to_owned()));
            }
        })
        .unwrap();
    assert_eq!(std::fs::read(&dest).unwrap(), b"at last");
    let reason = "the server answered 429".to_owned();
    let waited = |wait| ("file.bin".to_owned(), wait, reason.clone());
    assert_eq!(waits, [waited(Duration::ZERO), waited(quick().retry_after_cap)]);
}

#[test]
fn a_token_stays_with_its_origin() {
    let other = Server::start(|_| Reply::whole(b"from elsewhere"));
    let elsewhere = other.at("/blob");
    let server = Server::start(move |seen| match &*seen.path {
        "/a/relative" => Reply::redirect("moved"),
        "/a/moved" => Reply::redirect("/b"),
        "/b" => Reply::whole(b"from here"),
        "/out" => Reply::redirect(elsewhere.clone()),
        _ => Reply::redirect("/loop"),
    });
    let client = Client::new(quick());
    let fetch = |path: &str| {
        let (_dir, dest) = place();
        let url = server.at(path);
        let download = Download { token: Some("secret"), ..plain(&url) };
        client.download(&download, &dest, &mut quiet).map(|()| std::fs::read(&dest).unwrap())
    };
    assert_eq!(fetch("/a/relative").unwrap(), b"from here");
    assert_eq!(fetch("/out").unwrap(), b"from elsewhere");
    for seen in server.seen() {
        assert_eq!(seen.header("authorization"), Some("Bearer secret"), "{}", seen.path);
    }
    assert_eq!(other.seen().len(), 1);
    assert_eq!(other.seen()[0].header("authorization"), None, "another port is another origin");
    let endless = fetch("/loop").unwrap_err().to_string();
    assert!(endless.contains("without end"), "{endless}");
}

#[test]
fn an_unreachable_host_is_named() {
    let url = Server::start(|_| Reply::status(200)).at("/f");
    let (_dir, dest) = place();
    let error = Client::new(quick()).download(&plain(&url), &dest, &mut quiet).unwrap_err();
    assert!(matches!(error, HubError::Unreachable { .. }), "{error}");
    let error = error.to_string();
    assert!(error.contains(&url) && error.contains("refused"), "{error}");
    assert!(!dest.exists());
}

#[test]
fn two_processes_do_not_write_one_file() {
    let server = Server::start(|_| Reply::whole(b"x"));
    let (dir, dest) = place();
    let held = std::fs::File::create(dir.path().join("file.bin.part")).unwrap();
    held.lock().unwrap();
    let client = Client::new(quick());
    let error = client.download(&plain(&server.at("/f")), &dest, &mut quiet).unwrap_err();
    assert!(matches!(error, HubError::Busy { .. }), "{error}");
    drop(held);
    client.download(&plain(&server.at("/f")), &dest, &mut quiet).unwrap();
}

/// `/dev/full` is the system's own full disk: every write to it fails for want of space.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_leaves_no_final_file() {
    let server = Server::start(|_| Reply::whole(&noise(200_000)));
    let (dir, dest) = place();
    std::os::unix::fs::symlink("/dev/full", dir.path().join("file.bin.part")).unwrap();
    let error =
        Client::new(quick()).download(&plain(&server.at("/f")), &dest, &mut quiet).unwrap_err();
    assert!(matches!(error, HubError::DiskFull { .. }), "{error}");
    assert!(error.to_string().contains("disk is full"), "{error}");
    assert!(!dest.exists());
    assert_eq!(server.seen().len(), 1, "trying again makes no room");
}
