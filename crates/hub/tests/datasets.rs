//! A data set is laid whole, recorded and checked.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeSet;

use common::{Reply, Server, hub, names, quiet, sha256};
use isogloss_hub::{DataSet, Files, HubError, find, markdown, safe_path, table};
use serde_json::json;

const COMMIT: &str = "89abcdef0123456789abcdef0123456789abcdef";

fn file(server: &Server, path: &str, sha256: Option<String>) -> Files {
    Files::Url {
        url: server.at(&format!("/raw/{path}")),
        path: path.to_owned(),
        size: None,
        sha256,
    }
}

fn set(files: Vec<Files>) -> DataSet {
    DataSet {
        name: "toy".to_owned(),
        what: "Test".to_owned(),
        source: "https://example.org".to_owned(),
        licence: "CC0-1.0".to_owned(),
        files,
    }
}

/// Serves `/raw/*` with a version that a file in its folder cannot tell, and one hub repository.
fn serve(version: &'static str) -> Server {
    Server::start(move |seen| {
        let table = format!("table {version}");
        match &*seen.path {
            "/raw/a.json" | "/raw/sub/b.json" => Reply::file(seen, version.as_bytes(), version),
            "/api/datasets/owner/data/revision/main?blobs=true" => {
                let lfs =
                    |text: &str| json!({"sha256": sha256(text.as_bytes()), "size": text.len()});
                let listing = json!({"sha": COMMIT, "siblings": [
                    {"rfilename": "en/dev 1.tsv", "lfs": lfs(&table)},
                    {"rfilename": "en/README.md", "lfs": lfs("read me")},
                    {"rfilename": "fr/dev.tsv", "lfs": lfs("autre")},
                ]});
                Reply::whole(listing.to_string().as_bytes())
            }
            path if path == format!("/datasets/owner/data/resolve/{COMMIT}/en/dev%201.tsv") => {
                Reply::file(seen, table.as_bytes(), version)
            }
            _ => Reply::status(404),
        }
    })
}

fn hub_files() -> Files {
    Files::Hub {
        repo: "owner/data".to_owned(),
        revision: "main".to_owned(),
        under: "en/".to_owned(),
        endings: &[".tsv"],
        into: "hub/".to_owned(),
    }
}

#[test]
fn files_are_laid_recorded_and_kept() {
    let server = serve("v1");
    let (data, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let online = hub(&server.url, cache.path(), false);
    let pin = Some(sha256(b"v1"));
    let toy =
        set(vec![file(&server, "a.json", pin), file(&server, "sub/b.json", None), hub_files()]);
    let dir = online.fetch_data(&toy, data.path(), &mut quiet).unwrap();
    assert_eq!(dir, data.path().join("toy"));
    assert_eq!(names(&dir), ["SHA256SUMS", "a.json", "hub", "sub"]);
    assert_eq!(std::fs::read(dir.join("hub/en/dev 1.tsv")).unwrap(), b"table v1");
    let sums = std::fs::read_to_string(dir.join("SHA256SUMS")).unwrap();
    let (whole, table) = (sha256(b"v1"), sha256(b"table v1"));
    let expected = format!("{whole}  a.json\n{table}  hub/en/dev 1.tsv\n{whole}  sub/b.json\n");
    assert_eq!(sums, expected);
    // The token is the hub's, not the other hosts'.
    for seen in server.seen() {
        assert_eq!(seen.header("authorization").is_none(), seen.path.starts_with("/raw/"));
    }

    // What is there is checked, not fetched again.
    online.fetch_data(&toy, data.path(), &mut quiet).unwrap();
    let files = server.seen().iter().filter(|seen| !seen.path.starts_with("/api/")).count();
    assert_eq!(files, 3);
    let pinned = set(vec![file(&server, "a.json", None), file(&server, "sub/b.json", None)]);
    hub(&server.url, cache.path(), true).fetch_data(&pinned, data.path(), &mut quiet).unwrap();

    std::fs::write(dir.join("sub/b.json"), "edited").unwrap();
    let error = online.fetch_data(&toy, data.path(), &mut quiet).unwrap_err();
    assert!(matches!(error, HubError::Altered { .. }), "{error}");
    assert!(error.to_string().contains("b.json"), "{error}");
}

#[test]
fn a_source_that_changed_after_the_first_fetch_is_refused() {
    let (first, second) = (serve("v1"), serve("v2"));
    let (data, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let online = hub(&first.url, cache.path(), false);
    let dir = online
        .fetch_data(&set(vec![file(&first, "a.json", None)]), data.path(), &mut quiet)
        .unwrap();
    std::fs::remove_file(dir.join("a.json")).unwrap();
    let error = online
        .fetch_data(&set(vec![file(&second, "a.json", None)]), data.path(), &mut quiet)
        .unwrap_err();
    assert!(matches!(error, HubError::Hash { .. }), "{error}");
    assert_eq!(names(&dir), ["SHA256SUMS"]);

    let wrong = set(vec![file(&first, "a.json", Some(sha256(b"pinned")))]);
    let error = online.fetch_data(&wrong, cache.path(), &mut quiet).unwrap_err();
    assert!(matches!(error, HubError::Hash { .. }), "{error}");
}

#[test]
fn missing_files_and_an_absent_network_are_named() {
    let server = serve("v1");
    let (data, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let online = hub(&server.url, cache.path(), false);
    let gone = set(vec![file(&server, "gone.json", None)]);
    let error = online.fetch_data(&gone, data.path(), &mut quiet).unwrap_err().to_string();
    assert!(error.contains("gone.json was not found"), "{error}");
    let Files::Hub { repo, revision, into, .. } = hub_files() else { unreachable!() };
    let none = Files::Hub { repo, revision, into, under: "xx/".to_owned(), endings: &[".tsv"] };
    let error = online.fetch_data(&set(vec![none]), data.path(), &mut quiet).unwrap_err();
    assert!(matches!(error, HubError::NotFound { .. }), "{error}");
    let offline = hub(&server.url, cache.path(), true);
    for files in [file(&server, "a.json", None), hub_files()] {
        let error = offline.fetch_data(&set(vec![files]), data.path(), &mut quiet).unwrap_err();
        assert!(matches!(error, HubError::Offline { .. }), "{error}");
    }
    let outside = set(vec![file(&server, "../a.json", None)]);
    let error = online.fetch_data(&outside, data.path(), &mut quiet).unwrap_err();
    assert!(matches!(error, HubError::UnsafePath { .. }), "{error}");
    let error = find("nothing").unwrap_err().to_string();
    assert!(error.contains("xquad-r") && error.contains("miracl-yo"), "{error}");
}

#[test]
fn the_table_is_sound() {
    let mut names = BTreeSet::new();
    for set in table() {
        assert!(names.insert(set.name.clone()), "{} twice", set.name);
        safe_path("table", &set.name).unwrap();
        assert!(!set.files.is_empty() && !set.licence.is_empty(), "{}", set.name);
        let mut paths = BTreeSet::new();
        for file in &set.files {
            if let Files::Url { url, path, sha256, .. } = file {
                safe_path("table", path).unwrap();
                assert!(paths.insert(path.clone()), "{path} twice in {}", set.name);
                assert!(url.starts_with("https://") && !url.contains(' '), "{url}");
                let well_formed =
                    |hash: &String| hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
                assert!(sha256.as_ref().is_none_or(well_formed), "{url}");
            }
        }
    }
    assert_eq!(find("tatoeba").unwrap().files.len(), 2 * 112);
    assert_eq!(find("xquad-r").unwrap().files.len(), 11);
}

#[test]
fn the_page_is_the_table() {
    let page = include_str!("../../../docs/data.md");
    assert!(page == markdown(), "docs/data.md is behind the table; its head says how to write it");
}
