//! What is done is not done again, and nothing else is taken for it.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::Path;

use common::{NAMES, origin, read_whole, rows, write};
use isogloss_store::{
    Corpus, Format, Origin, Precision, Role, StoreError, Writer, completed, files, place, resume,
};

fn wanted() -> Origin {
    origin(4, Precision::F16)
}

#[test]
fn what_is_done_is_known_by_its_file() {
    for name in NAMES {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        assert_eq!(resume(&path, &wanted()).unwrap(), None);
        let mut writer = Writer::create(&path, wanted()).unwrap();
        writer.push(&["a"], &[None], &[0.0; 4]).unwrap();
        assert_eq!(resume(&path, &wanted()).unwrap(), None, "not before it is finished");
        let about = writer.finish().unwrap();
        assert_eq!(resume(&path, &wanted()).unwrap(), Some(about.clone()));
        assert_eq!(completed(&path).unwrap(), Some(about));
    }
}

#[test]
fn what_was_encoded_otherwise_is_an_error_that_names_both() {
    let mut others = vec![wanted(); 9];
    others[0].model = "labse".to_owned();
    others[1].model_sha256 = "cd".repeat(32);
    others[2].role = Role::Query;
    others[3].dimension = 5;
    others[4].normalised = false;
    others[5].precision = Precision::F32;
    others[6].corpus = Corpus { name: "corpus.jsonl".to_owned(), bytes: 124 };
    others[7].shard = Some("1/2".parse().unwrap());
    others[8].settings.insert("max_tokens".to_owned(), "64".to_owned());
    for name in NAMES {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        write(&path, wanted(), &[rows(0, 2, 4)]);
        for other in &others {
            let error = resume(&path, other).unwrap_err();
            assert!(
                matches!(&error, StoreError::Differs { differences, .. } if differences.len() == 1),
                "{error}"
            );
        }
        let text = |k: usize| resume(&path, &others[k]).unwrap_err().to_string();
        assert!(text(0).contains(name) && text(0).contains("model e5-small (ab"), "{}", text(0));
        assert!(text(0).contains("not labse (ab"), "{}", text(0));
        assert!(text(2).contains("role passage, not query"), "{}", text(2));
        assert!(text(7).contains("shard none, not 1/2"), "{}", text(7));
        assert_eq!(read_whole(&path).ids.len(), 2, "and nothing was touched");
    }
}

#[test]
fn a_corpus_that_grew_is_another_one() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = folder.path().join("corpus.jsonl");
    let path = folder.path().join("vectors.parquet");
    fs::write(&corpus, "{}\n").unwrap();
    let origin = || Origin { corpus: Corpus::of(&corpus).unwrap(), ..wanted() };
    write(&path, origin(), &[rows(0, 1, 4)]);
    assert!(resume(&path, &origin()).unwrap().is_some());
    fs::write(&corpus, "{}\n{}\n").unwrap();
    let error = resume(&path, &origin()).unwrap_err().to_string();
    assert!(error.contains("corpus corpus.jsonl (3 bytes), not corpus.jsonl (6 bytes)"), "{error}");
    let absent = Corpus::of(&folder.path().join("absent")).unwrap_err().to_string();
    assert!(absent.contains("absent"), "{absent}");
}

#[test]
fn a_writer_that_died_between_two_renames_leaves_nothing_that_looks_done() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    write(&path, wanted(), &[rows(0, 2, 4)]);
    fs::remove_file(folder.path().join("x.about.json")).unwrap();
    assert_eq!(resume(&path, &wanted()).unwrap(), None);
    fs::remove_file(folder.path().join("x.ids.jsonl")).unwrap();
    assert_eq!(resume(&path, &wanted()).unwrap(), None);
    write(&path, wanted(), &[rows(0, 2, 4)]);
    assert!(resume(&path, &wanted()).unwrap().is_some());
}

#[test]
fn a_failed_rename_takes_the_description_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    write(&path, wanted(), &[rows(0, 2, 4)]);
    let mut writer = Writer::create(&path, wanted()).unwrap();
    writer.push(&["a"], &[None], &[0.0; 4]).unwrap();
    // The ids cannot be renamed onto a folder that is not empty.
    let ids = folder.path().join("x.ids.jsonl");
    fs::remove_file(&ids).unwrap();
    fs::create_dir_all(ids.join("in the way")).unwrap();
    let error = writer.finish().unwrap_err().to_string();
    assert!(error.contains("x.ids.jsonl"), "{error}");
    assert_eq!(completed(&path).unwrap(), None, "the new array and the old ids are no pair");
}

#[test]
fn outputs_have_names_that_tell_format_and_shard() {
    let shard = Some("3/16".parse().unwrap());
    let placed = |output: &str, format, shard| place(Path::new(output), format, shard);
    let name = |output, format, shard| placed(output, format, shard).unwrap().display().to_string();
    assert_eq!(name("a.parquet", None, None), "a.parquet");
    assert_eq!(name("a.npy", Some(Format::Npy), None), "a.npy");
    assert_eq!(name("out", None, shard), "out/shard-00003-of-00016.parquet");
    assert_eq!(name("out", Some(Format::Npy), shard), "out/shard-00003-of-00016.npy");
    let wrong = [
        placed("a.parquet", Some(Format::Npy), None),
        placed("a", None, None),
        placed("a.parquet", None, shard),
    ];
    for result in wrong {
        assert!(matches!(result, Err(StoreError::Name { .. })));
    }
}

#[test]
fn shards_are_read_in_order_when_all_are_there_and_alike() {
    for format in [Format::Parquet, Format::Npy] {
        let folder = tempfile::tempdir().unwrap();
        let put = |index: u32, model: &str| {
            let shard = Some(format!("{index}/3").parse().unwrap());
            let path = place(folder.path(), Some(format), shard).unwrap();
            let origin = Origin { shard, model: model.to_owned(), ..wanted() };
            write(&path, origin, &[rows(index as usize, index as usize + 1, 4)]);
            path
        };
        let nothing = files(folder.path()).unwrap_err().to_string();
        assert!(nothing.contains("no file `shard-"), "{nothing}");
        let (third, first) = (put(3, "e5-small"), put(1, "e5-small"));
        let error = files(folder.path()).unwrap_err().to_string();
        assert!(error.ends_with("shards 2/3 are missing"), "{error}");
        let second = put(2, "labse");
        let error = files(folder.path()).unwrap_err().to_string();
        assert!(error.contains("model labse") && error.contains("not e5-small"), "{error}");
        put(2, "e5-small");
        assert_eq!(files(folder.path()).unwrap(), [first.clone(), second, third]);

        // A shard under the name of another.
        let about = |path: &Path| path.with_extension("about.json");
        let foreign = place(folder.path(), Some(format), Some("1/3".parse().unwrap())).unwrap();
        let shard = Some("2/3".parse().unwrap());
        write(&foreign, Origin { shard, ..wanted() }, &[]);
        let error = files(folder.path()).unwrap_err().to_string();
        assert!(error.contains("another shard"), "{error}");
        fs::remove_file(&foreign).unwrap();
        let _ = fs::remove_file(about(&foreign));

        let other = place(folder.path(), Some(format), Some("1/4".parse().unwrap())).unwrap();
        write(&other, Origin { shard: Some("1/4".parse().unwrap()), ..wanted() }, &[]);
        let error = files(folder.path()).unwrap_err().to_string();
        assert!(error.contains("different wholes"), "{error}");
        assert_eq!(files(&first).unwrap(), [first]);
    }
}
