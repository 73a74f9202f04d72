//! Models and data sets from a hub: fetched, verified, found again without it.

#![allow(clippy::unwrap_used, reason = "a test's panic is its failure")]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::repository::{COMMIT, Repository};
use common::server::Server;
use common::{done, isogloss, program, published, ran, small_corpus};

/// The program with the hub at `endpoint`.
fn online(dir: &Path, endpoint: &str) -> Command {
    let mut command = program(dir);
    command.env_remove("HF_HUB_OFFLINE").env("HF_ENDPOINT", endpoint);
    command
}

fn fetch(dir: &Path, endpoint: &str) -> common::Ran {
    ran(online(dir, endpoint).args(["fetch", "model", "owner/name"]))
}

const EVALUATE: [&str; 9] = [
    "evaluate",
    "--benchmark",
    "lareqa",
    "--device",
    "cpu",
    "--data",
    "data",
    "--model",
    "owner/name",
];

#[test]
fn a_model_is_fetched_once_and_then_serves_by_name_without_the_hub() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    small_corpus(dir, "data", 6);
    let repository = Repository::of(&published("bert-cls"));
    let server = {
        let repository = repository.clone();
        Server::start(move |seen| repository.answer(seen))
    };
    let ran = fetch(dir, &server.url);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let snapshot = format!("cache/models--owner--name/snapshots/{COMMIT}");
    assert_eq!(ran.stdout.trim(), snapshot, "the directory alone, for scripts");
    for file in ["model.safetensors", "2_Dense/model.safetensors", "1_Pooling/config.json"] {
        assert_eq!(fs::read(dir.join(&snapshot).join(file)).unwrap(), repository.file(file));
    }
    assert!(ran.stderr.contains("model.safetensors: complete and verified"), "{}", ran.stderr);
    assert!(ran.stderr.contains("owner/name@main: 10 files, 0.2 MB"), "{}", ran.stderr);
    assert!(!dir.join(snapshot).join("golden.json").exists(), "only what a model needs");

    // The same model, by name from the cache and by folder, gives the same scores.
    let by_name = done(dir, &EVALUATE).stdout;
    let folder = published("bert-cls");
    let by_folder = done(dir, &[&EVALUATE[..8], &[folder.to_str().unwrap()]].concat()).stdout;
    assert_eq!(by_name, by_folder);
    assert!(by_name.contains("mean"), "{by_name}");

    // What is in the cache keeps its name in what is made of it.
    common::small_tokenizer(dir);
    fs::write(dir.join("run.toml"), common::run_file(Path::new("data"))).unwrap();
    common::train(dir, "tuned", &["--base", "owner/name", "--steps", "2"]);
    let manifest = common::read_json(&dir.join("tuned/manifest.json"));
    assert_eq!(manifest["training"]["base"], "owner/name");

    // A file of run settings may name it as well.
    let text = fs::read_to_string(dir.join("run.toml")).unwrap();
    let (_, rest) = text.split_once("[data]").unwrap();
    let text = format!("[model]\nbase = \"owner/name@{COMMIT}\"\n\n[data]{rest}");
    fs::write(dir.join("run.toml"), text).unwrap();
    common::train(dir, "again", &["--steps", "2"]);
    let manifest = common::read_json(&dir.join("again/manifest.json"));
    assert_eq!(manifest["training"]["base"], "owner/name");
}

#[test]
fn a_command_fetches_the_model_that_it_needs() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    small_corpus(dir, "data", 6);
    let repository = Repository::of(&published("static"));
    let server = Server::start(move |seen| repository.answer(seen));
    let evaluated = ran(online(dir, &server.url).args(EVALUATE));
    assert_eq!(evaluated.code, Some(0), "{}", evaluated.stderr);
    assert!(evaluated.stderr.contains("model.safetensors: complete and verified"));
    let asked = server.seen().len();
    assert_eq!(ran(online(dir, &server.url).args(EVALUATE)).stdout, evaluated.stdout);
    assert_eq!(server.seen().len(), asked, "the second time it is at hand");
}

#[test]
fn a_pickle_is_fetched_only_when_it_is_allowed() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    small_corpus(dir, "data", 6);
    let repository = Repository::of(&published("bert-last")).without("model.safetensors");
    let server = Server::start(move |seen| repository.answer(seen));
    let ran_without = fetch(dir, &server.url);
    assert_eq!(ran_without.code, Some(2), "{}", ran_without.stderr);
    for named in ["pytorch_model.bin", "--allow-pickle"] {
        assert!(ran_without.stderr.contains(named), "{}", ran_without.stderr);
    }
    let allowed = ["fetch", "model", "owner/name", "--allow-pickle"];
    let ran_with = ran(online(dir, &server.url).args(allowed));
    assert_eq!(ran_with.code, Some(0), "{}", ran_with.stderr);

    assert_eq!(isogloss(dir, &EVALUATE).code, Some(2), "nor is one read without a word");
    done(dir, &[&EVALUATE[..], &["--allow-pickle"]].concat());
}

#[test]
fn an_altered_file_is_refused_and_never_used() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let repository = Repository::of(&published("bert-cls"));
    let server = Server::start(move |seen| {
        let mut reply = repository.answer(seen);
        if seen.path.ends_with(&format!("{COMMIT}/model.safetensors")) {
            *reply.body.last_mut().unwrap() ^= 1;
        }
        reply
    });
    let ran = fetch(dir, &server.url);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("/model.safetensors: the SHA-256 is"), "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
    let root = dir.join("cache/models--owner--name");
    assert!(!root.join("refs").exists(), "the name means nothing yet");
    assert!(!root.join("snapshots").join(COMMIT).join("model.safetensors").exists());
}

#[cfg(unix)]
#[test]
fn a_fetch_that_was_interrupted_goes_on_where_it_was() {
    use std::time::{Duration, Instant};

    const ARRIVED: usize = 20_000;
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let repository = Repository::of(&published("bert-cls"));
    let weights = repository.file("model.safetensors").to_vec();
    let path = format!("/owner/name/resolve/{COMMIT}/model.safetensors");
    let wanted = path.clone();
    let server = Server::start(move |seen| {
        let reply = repository.answer(seen);
        let first = seen.path == wanted && seen.earlier == 0;
        if first { reply.hang(ARRIVED) } else { reply }
    });
    let mut fetching =
        online(dir, &server.url).args(["fetch", "model", "owner/name"]).spawn().unwrap();
    let blobs = dir.join("cache/models--owner--name/blobs");
    let part = blobs.join(format!("{}.part", artifact::sha256_hex(&weights)));
    let began = Instant::now();
    while fs::metadata(&part).map_or(0, |file| file.len()) < ARRIVED as u64 {
        assert!(fetching.try_wait().unwrap().is_none(), "the fetch ended by itself");
        assert!(began.elapsed() < Duration::from_mins(2), "nothing arrived");
        std::thread::sleep(Duration::from_millis(20));
    }
    let id = fetching.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert!(!fetching.wait().unwrap().success());
    assert_eq!(fs::metadata(&part).unwrap().len(), ARRIVED as u64, "what arrived is kept");

    let ran = fetch(dir, &server.url);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let last = server.seen().into_iter().rfind(|seen| seen.path == path);
    assert_eq!(last.unwrap().header("range"), Some(format!("bytes={ARRIVED}-").as_str()));
    assert_eq!(fs::read(dir.join(ran.stdout.trim()).join("model.safetensors")).unwrap(), weights);
    assert!(!part.exists());
}

#[test]
fn what_the_hub_does_not_have_and_names_that_cannot_be_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    small_corpus(dir, "data", 6);
    let server = Server::start(|_| common::server::Reply::status(404));
    let failed = fetch(dir, &server.url);
    assert_eq!(failed.code, Some(1), "{}", failed.stderr);
    assert!(failed.stderr.contains("error: owner/name@main was not found"), "{}", failed.stderr);
    let evaluated = ran(online(dir, &server.url).args(EVALUATE));
    assert_eq!(evaluated.code, Some(1), "{}", evaluated.stderr);
    let named = "error: there is no folder `owner/name`; on the hub: owner/name@main was not found";
    assert!(evaluated.stderr.contains(named), "{}", evaluated.stderr);

    for name in ["a/b/c", "../a", "a b", "owner/name@", "/etc/passwd"] {
        let refused = isogloss(dir, &["fetch", "model", name]);
        assert_eq!(refused.code, Some(2), "{name}: {}", refused.stderr);
        assert!(refused.stderr.contains(&format!("`{name}`")), "{}", refused.stderr);
    }
    let refused = isogloss(dir, &["fetch", "data", "xquad-r", "squid"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    for named in ["`squid`", "xquad-r", "tatoeba"] {
        assert!(refused.stderr.contains(named), "{}", refused.stderr);
    }
    fs::write(dir.join("file"), "").unwrap();
    let refused = isogloss(dir, &["fetch", "data", "xquad-r", "--out", "file"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(!dir.join("cache").exists() && !dir.join("data/xquad-r").exists(), "nothing is left");
}

#[test]
fn a_hub_that_cannot_be_reached_is_named() {
    let dir = tempfile::tempdir().unwrap();
    // A port that was free a moment ago and that nobody listens on now.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let failed = fetch(dir.path(), &endpoint);
    assert_eq!(failed.code, Some(1), "{}", failed.stderr);
    for named in [format!("error: {endpoint}/api/models/owner/name"), "next attempt".to_owned()] {
        assert!(failed.stderr.contains(&named), "{}", failed.stderr);
    }
    let offline = isogloss(dir.path(), &["fetch", "model", "owner/name"]);
    assert_eq!(offline.code, Some(1), "{}", offline.stderr);
    assert!(offline.stderr.contains("HF_HUB_OFFLINE"), "{}", offline.stderr);
}

#[test]
fn data_sets_are_listed_with_their_licences_and_kept_where_they_are_whole() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let listed = done(dir, &["fetch", "data"]).stdout;
    let line = listed.lines().find(|line| line.starts_with("xquad-r ")).unwrap();
    for named in ["17.9 MB", "CC-BY-SA-4.0", "Benchmark: answer retrieval, 11 languages"] {
        assert!(line.contains(named), "{line}");
    }
    assert_eq!(listed.lines().count(), hub::table().len() + 1, "one a line, under a head");

    let offline = isogloss(dir, &["fetch", "data", "arcd", "--out", "sets"]);
    assert_eq!(offline.code, Some(1), "{}", offline.stderr);
    for named in ["arcd", "HF_HUB_OFFLINE"] {
        assert!(offline.stderr.contains(named), "{}", offline.stderr);
    }

    // What was fetched before needs no network; what was altered since is no longer that.
    let set = hub::find("arcd").unwrap();
    let hub::Files::Url { path, .. } = &set.files[0] else { panic!("one file at an address") };
    let folder = dir.join("sets/arcd");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(path), "{}").unwrap();
    let there = done(dir, &["fetch", "data", "arcd", "--out", "sets"]);
    assert_eq!(there.stdout.trim(), "sets/arcd");
    assert!(there.stderr.contains("licence MIT"), "{}", there.stderr);
    assert!(folder.join("SHA256SUMS").is_file());
    fs::write(folder.join(path), "{} ").unwrap();
    let altered = isogloss(dir, &["fetch", "data", "arcd", "--out", "sets"]);
    assert_eq!(altered.code, Some(1), "{}", altered.stderr);
    assert!(altered.stderr.contains("was altered"), "{}", altered.stderr);
}
