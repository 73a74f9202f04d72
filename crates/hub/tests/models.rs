//! A model's name becomes a directory of the hub's cache.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use common::server::Seen;
use common::{Reply, Server, hub, names, noise, quiet, sha256};
use isogloss_hub::{HubError, ModelName};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn git_sha1(bytes: &[u8]) -> String {
    let mut hasher = Sha1::new_with_prefix(format!("blob {}\0", bytes.len()));
    hasher.update(bytes);
    format!("{:x}", hasher.finalize())
}

/// A repository: its files, weights as large files.
#[derive(Clone, Default)]
struct Repository {
    files: BTreeMap<String, Vec<u8>>,
}

impl Repository {
    /// A sentence-transformers model with pooling, a dense layer and sharded weights.
    fn labse() -> Self {
        let modules = json!([
            {"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "path": "2_Dense", "type": "sentence_transformers.models.Dense"},
            {"idx": 3, "path": "3_Normalize", "type": "sentence_transformers.models.Normalize"},
        ]);
        let index = json!({"weight_map": {
            "a": "model-00001-of-00002.safetensors",
            "b": "model-00002-of-00002.safetensors",
            "c": "model-00001-of-00002.safetensors",
        }});
        Self::default()
            .with("config.json", b"{}")
            .with("tokenizer.json", b"{\"t\":1}")
            .with("modules.json", modules.to_string().as_bytes())
            .with("1_Pooling/config.json", b"{\"pooling\":1}")
            .with("2_Dense/config.json", b"{\"dense\":1}")
            .with("2_Dense/model.safetensors", &noise(5_000))
            .with("2_Dense/pytorch_model.bin", b"pickle")
            .with("model.safetensors.index.json", index.to_string().as_bytes())
            .with("model-00001-of-00002.safetensors", &noise(90_000))
            .with("model-00002-of-00002.safetensors", &noise(70_001))
            .with("pytorch_model.bin", b"pickle")
            .with("onnx/model.onnx", b"not wanted")
    }

    fn with(mut self, path: &str, content: &[u8]) -> Self {
        self.files.insert(path.to_owned(), content.to_vec());
        self
    }

    fn without(mut self, path: &str) -> Self {
        self.files.remove(path).unwrap();
        self
    }

    fn listing(&self) -> Value {
        let siblings: Vec<Value> = self
            .files
            .iter()
            .map(|(path, content)| {
                let (size, id) = (content.len(), git_sha1(content));
                if [".safetensors", ".bin"].iter().any(|ending| path.ends_with(ending)) {
                    let lfs = json!({"sha256": sha256(content), "size": size, "pointerSize": 134});
                    json!({"rfilename": path, "size": size, "blobId": id, "lfs": lfs})
                } else {
                    json!({"rfilename": path, "size": size, "blobId": id})
                }
            })
            .collect();
        json!({"id": "owner/name", "sha": COMMIT, "siblings": siblings})
    }

    /// Answers as the hub does.
    fn answer(&self, seen: &Seen) -> Reply {
        if seen.path == "/api/models/owner/name/revision/main?blobs=true"
            || seen.path == format!("/api/models/owner/name/revision/{COMMIT}?blobs=true")
        {
            return Reply::whole(self.listing().to_string().as_bytes());
        }
        let path = seen.path.strip_prefix(&format!("/owner/name/resolve/{COMMIT}/"));
        match path.and_then(|path| self.files.get(path)) {
            Some(content) => Reply::file(seen, content, "tag"),
            None => Reply::status(404),
        }
    }

    fn serve(self) -> Server {
        Server::start(move |seen| self.answer(seen))
    }
}

fn resolve(server: &Server, cache: &Path, name: &str) -> Result<std::path::PathBuf, HubError> {
    hub(&server.url, cache, false).resolve(name, false, &mut quiet)
}

#[test]
fn a_model_is_fetched_into_the_ordinary_cache_and_is_then_there_offline() {
    let repository = Repository::labse();
    let weights = repository.files["2_Dense/model.safetensors"].clone();
    // Small files come by a redirect inside the hub, large ones from a store that breaks off.
    let store = {
        let repository = repository.clone();
        Server::start(move |seen| repository.answer(seen).cut(60_000))
    };
    let store_url = store.url.clone();
    let server = Server::start(move |seen| match seen.path.strip_prefix("/moved") {
        Some(path) => repository.answer(&Seen { path: path.to_owned(), ..seen.clone() }),
        None if seen.path.ends_with(".safetensors") => {
            Reply::redirect(format!("{store_url}{}", seen.path))
        }
        None => Reply::redirect(format!("/moved{}", seen.path)),
    });
    let cache = tempfile::tempdir().unwrap();
    let dir = resolve(&server, cache.path(), "owner/name").unwrap();

    let root = cache.path().join("models--owner--name");
    assert_eq!(dir, root.join("snapshots").join(COMMIT));
    assert_eq!(std::fs::read_to_string(root.join("refs/main")).unwrap(), COMMIT);
    assert_eq!(
        names(&dir),
        [
            "1_Pooling",
            "2_Dense",
            "config.json",
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model.safetensors.index.json",
            "modules.json",
            "tokenizer.json",
        ]
    );
    assert_eq!(names(&dir.join("2_Dense")), ["config.json", "model.safetensors"]);
    assert_eq!(std::fs::read(dir.join("2_Dense/model.safetensors")).unwrap(), weights);
    let blob = std::fs::read_link(dir.join("2_Dense/model.safetensors")).unwrap();
    assert_eq!(blob, Path::new("../../../blobs").join(sha256(&weights)));
    assert_eq!(
        std::fs::read_link(dir.join("config.json")).unwrap(),
        Path::new("../../blobs").join(git_sha1(b"{}"))
    );
    assert!(root.join(".no_exist").join(COMMIT).join("manifest.json").exists());
    assert!(names(&root.join("blobs")).iter().all(|name| !name.contains("part")));
    assert!(server.seen().iter().all(|seen| seen.header("authorization").is_some()));
    assert!(store.seen().iter().all(|seen| seen.header("authorization").is_none()));

    // From now on neither the branch nor the commit needs the hub.
    let asked = server.seen().len();
    assert_eq!(resolve(&server, cache.path(), "owner/name").unwrap(), dir);
    let offline = hub("http://127.0.0.1:1", cache.path(), true);
    for name in ["owner/name".to_owned(), format!("owner/name@{COMMIT}")] {
        assert_eq!(offline.resolve(&name, false, &mut quiet).unwrap(), dir);
    }
    assert_eq!(server.seen().len(), asked);
}

#[test]
fn what_other_tools_left_in_the_cache_is_used_and_completed() {
    let repository = Repository::labse();
    let cache = tempfile::tempdir().unwrap();
    let root = cache.path().join("models--owner--name");
    let snapshot = root.join("snapshots").join(COMMIT);
    // A transformers user has the weights, but never asked for the modules.
    for (path, content) in &repository.files {
        if !path.contains("modules.json") && !path.starts_with("1_") {
            let file = snapshot.join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, content).unwrap();
        }
    }
    std::fs::create_dir_all(root.join("refs")).unwrap();
    std::fs::write(root.join("refs/main"), COMMIT).unwrap();
    let offline = hub("http://127.0.0.1:1", cache.path(), true);
    let error = offline.resolve("owner/name", false, &mut quiet).unwrap_err().to_string();
    assert!(error.contains("modules.json") && error.contains("HF_HUB_OFFLINE"), "{error}");

    // One more file tells that the modules want the pooling's config.
    std::fs::write(snapshot.join("modules.json"), &repository.files["modules.json"]).unwrap();
    let error = offline.resolve("owner/name", false, &mut quiet).unwrap_err().to_string();
    assert!(error.contains("1_Pooling/config.json"), "{error}");

    let server = repository.serve();
    let dir = resolve(&server, cache.path(), "owner/name").unwrap();
    assert_eq!(std::fs::read(dir.join("1_Pooling/config.json")).unwrap(), b"{\"pooling\":1}");
    let fetched: Vec<_> = server.seen().into_iter().map(|seen| seen.path).collect();
    let missing = format!("/owner/name/resolve/{COMMIT}/1_Pooling/config.json");
    assert_eq!(fetched[1..], [missing], "only what was missing is fetched");
    assert_eq!(offline.resolve("owner/name", false, &mut quiet).unwrap(), dir);
}

#[test]
fn an_altered_blob_is_not_linked() {
    let server = {
        let repository = Repository::labse();
        Server::start(move |seen| {
            let mut reply = repository.answer(seen);
            if seen.path.ends_with("00002-of-00002.safetensors") {
                reply.body[0] ^= 1;
            }
            reply
        })
    };
    let cache = tempfile::tempdir().unwrap();
    let error = resolve(&server, cache.path(), "owner/name").unwrap_err();
    assert!(matches!(error, HubError::Hash { .. }), "{error}");
    let root = cache.path().join("models--owner--name");
    assert!(!root.join("refs").exists(), "the branch does not point to half a model");
    let link = root.join("snapshots").join(COMMIT).join("model-00002-of-00002.safetensors");
    assert!(link.symlink_metadata().is_err());
}

#[test]
fn pickles_need_a_word() {
    let repository = Repository::default()
        .with("config.json", b"{}")
        .with("tokenizer.json", b"{}")
        .with("pytorch_model.bin", b"pickle");
    let server = repository.serve();
    let cache = tempfile::tempdir().unwrap();
    let error = resolve(&server, cache.path(), "owner/name").unwrap_err().to_string();
    assert!(error.contains("--allow-pickle") && error.contains("pytorch_model.bin"), "{error}");
    let dir = hub(&server.url, cache.path(), false).resolve("owner/name", true, &mut quiet);
    assert_eq!(std::fs::read(dir.unwrap().join("pytorch_model.bin")).unwrap(), b"pickle");
    // Not even the complete snapshot gives a pickle away unasked.
    let error = hub(&server.url, cache.path(), true).resolve("owner/name", false, &mut quiet);
    assert!(matches!(error, Err(HubError::PickleOnly { .. })), "{error:?}");
}

#[test]
fn missing_files_and_models_are_named() {
    let cases = [
        (Repository::labse().without("tokenizer.json"), "tokenizer.json"),
        (Repository::labse().without("1_Pooling/config.json"), "1_Pooling/config.json"),
        (
            Repository::labse().without("model-00002-of-00002.safetensors"),
            "model-00002-of-00002.safetensors",
        ),
        (
            Repository::default().with("config.json", b"{}").with("tokenizer.json", b"{}"),
            "model.safetensors",
        ),
    ];
    for (repository, file) in cases {
        let cache = tempfile::tempdir().unwrap();
        let error = resolve(&repository.serve(), cache.path(), "owner/name").unwrap_err();
        assert!(matches!(error, HubError::Missing { .. }), "{error}");
        assert!(error.to_string().contains(file), "{error}");
    }
    let cache = tempfile::tempdir().unwrap();
    let server = Repository::labse().serve();
    let error = resolve(&server, cache.path(), "owner/other").unwrap_err().to_string();
    assert!(error.contains("owner/other@main was not found"), "{error}");
    let error = resolve(&server, cache.path(), "no/such/folder").unwrap_err().to_string();
    assert!(error.contains("neither a directory nor a model name"), "{error}");
}

#[test]
fn a_static_model_has_no_config() {
    for (path, folder) in [("0_StaticEmbedding", "0_StaticEmbedding/"), (".", ""), ("", "")] {
        let kind = "sentence_transformers.models.StaticEmbedding";
        let modules = json!([{"idx": 0, "path": path, "type": kind}]);
        let server = Repository::default()
            .with("modules.json", modules.to_string().as_bytes())
            .with(&format!("{folder}tokenizer.json"), b"{}")
            .with(&format!("{folder}model.safetensors"), &noise(100))
            .serve();
        let cache = tempfile::tempdir().unwrap();
        let dir = resolve(&server, cache.path(), "owner/name").unwrap();
        for file in ["tokenizer.json", "model.safetensors"] {
            assert!(dir.join(folder).join(file).is_file(), "`{path}`: {file}");
        }
    }
}

#[test]
fn paths_that_lead_out_of_the_cache_are_refused() {
    let shard = json!({"weight_map": {"a": "../../evil.safetensors"}}).to_string();
    let module = json!([
        {"idx": 0, "path": "", "type": "x.Transformer"},
        {"idx": 1, "path": "../1_Pooling", "type": "x.Pooling"},
    ]);
    let cases = [
        Repository::labse().with("../../evil.json", b"{}"),
        Repository::labse().with("/etc/evil", b"{}"),
        Repository::labse().with("model.safetensors.index.json", shard.as_bytes()),
        Repository::labse().with("modules.json", module.to_string().as_bytes()),
    ];
    for repository in cases {
        let outer = tempfile::tempdir().unwrap();
        let cache = outer.path().join("a/b/cache");
        let error = resolve(&repository.serve(), &cache, "owner/name").unwrap_err();
        assert!(matches!(error, HubError::UnsafePath { .. }), "{error}");
        assert!(names(outer.path()).iter().all(|name| name == "a"));
    }
}

#[test]
fn a_shard_that_is_a_pickle_is_a_pickle() {
    let index = json!({"weight_map": {"a": "pytorch_model.bin"}}).to_string();
    let repository = Repository::labse().with("model.safetensors.index.json", index.as_bytes());
    let cache = tempfile::tempdir().unwrap();
    let error = resolve(&repository.serve(), cache.path(), "owner/name").unwrap_err();
    assert!(matches!(error, HubError::PickleOnly { .. }), "{error}");
}

#[test]
fn a_directory_is_itself_and_an_unreachable_hub_is_named() {
    let cache = tempfile::tempdir().unwrap();
    let nowhere = hub("http://127.0.0.1:1", cache.path(), false);
    let dir = cache.path().to_str().unwrap();
    assert_eq!(nowhere.resolve(dir, false, &mut quiet).unwrap(), cache.path());
    let name: ModelName = "owner/name".parse().unwrap();
    let error = nowhere.fetch_model(&name, false, &mut quiet).unwrap_err();
    assert!(matches!(error, HubError::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains("http://127.0.0.1:1/api/models/owner/name"), "{error}");
}
