//! From files to files: what is written is what was read, with negatives, and training reads it.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use corpora::texts::Text;
use corpora::training::{Builder, TrainingSet};
use flate2::read::GzDecoder;
use isogloss_mining::{
    Hit, Inputs, Languages, Layout, Mined, MiningError, Nearest, Pool, Settings, Tally, Unmined,
    Written, choose,
};
use serde_json::{Value, json};
use tempfile::TempDir;

fn write(dir: &TempDir, name: &str, rows: &[Value]) -> PathBuf {
    let path = dir.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, rows.iter().map(|row| row.to_string() + "\n").collect::<String>()).unwrap();
    path
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A stand-in for a model: texts are near whose first letters are near.
fn score(query: &str, text: &str) -> f32 {
    let letter = |text: &str| f32::from(text.as_bytes()[0]);
    1.0 - (letter(query) - letter(text)).abs() / 32.0
}

fn nearest<'a>(pool: &'a Pool<'a>, settings: &Settings) -> Nearest<'a> {
    let mut nearest = Nearest::new(pool, settings.languages, settings.window());
    let queries = 0..pool.queries().len();
    let row = |query| (0..pool.candidates()).map(move |at| (query, at));
    let scores = queries.clone().flat_map(row);
    let scores: Vec<f32> =
        scores.map(|(query, at)| score(pool.query_text(query), pool.text(at))).collect();
    nearest.add(queries, 0, &scores);
    nearest
}

fn mine(
    inputs: &Inputs,
    settings: &Settings,
    out: &Path,
    (unmined, scores): (Unmined, bool),
) -> Result<(Written, Tally), MiningError> {
    let pool = Pool::new(inputs.set(), []).unwrap();
    let nearest = nearest(&pool, settings);
    let mut tally = Tally::new(&pool);
    let negatives: Vec<Vec<Hit>> = (0..pool.queries().len())
        .map(|query| {
            let (eligible, positive) = (nearest.eligible(query), nearest.positive(query));
            let choice = choose(&eligible, positive, settings, query);
            tally.add(&pool, &nearest, query, &choice, settings.negatives);
            choice.negatives
        })
        .collect();
    let mined = Mined { pool: &pool, nearest: &nearest, negatives: &negatives, scores };
    Ok((inputs.write(out, &mined, unmined)?, tally))
}

fn settings(negatives: usize) -> Settings {
    Settings { negatives, percent: None, ..Settings::default() }
}

/// Query, passage and negatives of every entry.
fn read(set: &TrainingSet) -> Vec<(&str, &str, Vec<&str>)> {
    let text = |&index: &u32| set.texts[index as usize].as_str();
    let row = |(at, entry): (u32, &corpora::training::Entry)| {
        let negatives = set.negatives.of(at).iter().map(text).collect();
        (text(&entry.query), text(&entry.passage), negatives)
    };
    (0..).zip(&set.entries).map(row).collect()
}

#[test]
fn rows_keep_their_fields_and_get_negatives_in_place_of_theirs() {
    let dir = tempfile::tempdir().unwrap();
    let rows = [
        json!({"id": 7, "lang": "en", "query": "a?", "passage": "a!", "source": "s",
            "script": "Latn", "negative": "y old"}),
        json!({"lang": "en", "query": "b?", "passage": "b!", "negatives": ["z old", "c old"]}),
        json!({"lang": "en", "query": "d?", "passage": "d!"}),
    ];
    let path = write(&dir, "data/pairs.jsonl", &rows);
    let inputs = Inputs::read(vec![(path, Layout::Pairs)]).unwrap();
    let out = dir.path().join("new/mined.jsonl");
    let (written, tally) = mine(&inputs, &settings(2), &out, (Unmined::Dropped, true)).unwrap();
    assert_eq!(written, Written { files: vec![out.clone()], rows: 3, unmined: 0 });
    let mined = lines(&out);
    assert_eq!(
        mined[0],
        json!({"id": 7, "lang": "en", "query": "a?", "passage": "a!", "source": "s",
            "script": "Latn", "negatives": ["b!", "c old"], "scores": [1.0, 0.96875, 0.9375]})
    );
    // Equal scores in the order in which candidates were read; the source is the file's, by name.
    assert_eq!(
        mined[1],
        json!({"lang": "en", "query": "b?", "passage": "b!", "source": "pairs",
            "negatives": ["a!", "c old"], "scores": [1.0, 0.96875, 0.96875]})
    );
    assert_eq!((tally.queries, tally.mined, tally.positives), (3, 3, 3));
    let mut again = Builder::new();
    again.pairs(&out).unwrap();
    let again = again.finish().unwrap();
    assert_eq!(read(&again)[2], ("d?", "d!", vec!["c old", "b!"]));
}

#[test]
fn translations_and_other_answers_are_no_negatives_in_any_language() {
    let dir = tempfile::tempdir().unwrap();
    let row = |id: &str, lang: &str, query: &str, passage: &str| json!({"id": id, "lang": lang, "query": query, "passage": passage});
    let rows = [
        row("1", "en", "a one", "b one"),
        row("1", "de", "a eins", "b eins"),
        // Asks the German query of the first group in another document, in three languages.
        row("2", "de", "a eins", "c zwei"),
        row("2", "tr", "a iki", "c iki"),
        // Answers with the Turkish passage of the second.
        row("3", "tr", "q uc", "c iki"),
        row("3", "ru", "q tri", "c tri"),
        row("4", "en", "d four", "d four!"),
        row("4", "de", "d vier", "d vier!"),
    ];
    let path = write(&dir, "parallel.jsonl", &rows);
    let inputs = Inputs::read(vec![(path, Layout::Parallel)]).unwrap();
    let out = dir.path().join("mined.jsonl");
    let (_, tally) = mine(&inputs, &settings(8), &out, (Unmined::Dropped, false)).unwrap();
    let negatives = |at: usize| lines(&out)[at]["negatives"].clone();
    let group = [json!("d four!"), json!("d vier!")];
    for asked in 0..4 {
        assert_eq!(negatives(asked), json!(group), "{asked}");
    }
    // The third group's query is not the first's, but its answer is.
    assert_eq!(negatives(4), json!(["d four!", "d vier!", "b one", "b eins"]));
    assert_eq!(negatives(6).as_array().unwrap().len(), 5);
    assert_eq!(tally.few, 7);

    let same = Settings { languages: Languages::Same, ..settings(8) };
    let out = dir.path().join("same.jsonl");
    let (written, _) = mine(&inputs, &same, &out, (Unmined::Dropped, false)).unwrap();
    assert_eq!((written.rows, written.unmined), (8, 3));
    for row in lines(&out) {
        let asked = row["lang"].as_str().unwrap();
        let ends = ["one", "four!", "eins", "zwei", "vier!"];
        for negative in row["negatives"].as_array().unwrap() {
            let end = negative.as_str().unwrap().split(' ').next_back().unwrap();
            let at = ends.iter().position(|known| *known == end).unwrap();
            assert_eq!(asked, if at < 2 { "en" } else { "de" }, "{row}");
        }
    }
    let out = dir.path().join("kept.jsonl");
    mine(&inputs, &same, &out, (Unmined::Kept, false)).unwrap();
    let without = lines(&out).iter().filter(|row| row.get("negatives").is_none()).count();
    assert_eq!((lines(&out).len(), without), (8, 3));
}

#[test]
fn bitext_becomes_parallel_rows_whose_positives_are_translations() {
    let dir = tempfile::tempdir().unwrap();
    let row = |id: u32, lang: &str, text: &str| json!({"id": id, "lang": lang, "text": text});
    let rows = [
        row(1, "en", "b bank"),
        row(1, "de", "c Bank"),
        row(2, "en", "b bank"),
        row(2, "de", "d Ufer"),
        row(3, "ru", "e bereg"),
        row(3, "de", "d Ufer"),
        row(4, "en", "f alone"),
    ];
    let path = write(&dir, "bitext.jsonl", &rows);
    let inputs = Inputs::read(vec![(path, Layout::Bitext)]).unwrap();
    let pool = Pool::new(inputs.set(), []).unwrap();
    let texts = |list: &[u32]| -> Vec<&str> {
        list.iter().map(|&candidate| pool.text(candidate as usize)).collect()
    };
    assert_eq!(texts(pool.positives(0)), ["c Bank", "d Ufer"]);
    // One step beyond its translations, not along the chain.
    assert_eq!(texts(pool.same_meaning(0)), ["b bank", "c Bank", "d Ufer", "e bereg"]);
    assert_eq!(texts(pool.same_meaning(1)), ["b bank", "c Bank", "d Ufer"]);

    let out = dir.path().join("mined.jsonl.gz");
    let percent = Settings { percent: Some(100.0), ..settings(3) };
    let (written, tally) = mine(&inputs, &percent, &out, (Unmined::Dropped, false)).unwrap();
    assert_eq!((written.rows, written.unmined, tally.no_positive), (7, 1, 1));
    let mut text = String::new();
    GzDecoder::new(fs::File::open(&out).unwrap()).read_to_string(&mut text).unwrap();
    let first: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(
        first,
        json!({"id": 1, "source": "bitext", "lang": "en", "query": "b bank", "passage": "b bank",
            "negatives": ["f alone"]})
    );
    let mut again = Builder::new();
    again.parallel(&out).unwrap();
    let again = again.finish().unwrap();
    assert_eq!(again.entries[0].group, again.entries[1].group);
    assert_eq!(read(&again)[1].2, ["e bereg", "f alone"]);
}

#[test]
fn several_inputs_become_a_folder_of_files_under_their_names() {
    let dir = tempfile::tempdir().unwrap();
    let pair = |query: &str| json!({"lang": "en", "query": query, "passage": format!("{query}!")});
    let first = write(&dir, "x/one.jsonl", &[pair("a"), pair("b")]);
    let second = write(&dir, "y/two.jsonl", &[pair("c"), pair("d")]);
    let same = write(&dir, "y/one.jsonl", &[pair("e")]);
    let files = |paths: [&PathBuf; 2]| paths.map(|path| (path.clone(), Layout::Pairs)).to_vec();
    let inputs = Inputs::read(files([&first, &second])).unwrap();
    // A folder that is there and empty will do.
    let out = dir.path().join("out");
    fs::create_dir(&out).unwrap();
    let (written, _) = mine(&inputs, &settings(1), &out, (Unmined::Dropped, false)).unwrap();
    assert_eq!(written.files, ["one.jsonl", "two.jsonl"].map(|name| out.join(name)));
    // Candidates are those of all files.
    assert_eq!(lines(&written.files[0])[1]["negatives"], json!(["a!"]));
    assert_eq!(lines(&written.files[1])[0]["negatives"], json!(["b!"]));

    let error = Inputs::read(files([&first, &same])).unwrap().names().unwrap_err();
    let said = error.to_string();
    assert!(said.ends_with("one.jsonl would both be written as `one.jsonl`"), "{said}");
    assert!(said.contains("x/one.jsonl and "), "{said}");
}

#[test]
fn a_file_that_changed_meanwhile_is_named_and_nothing_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let pair = |query: &str| json!({"lang": "en", "query": query, "passage": format!("{query}!")});
    let path = write(&dir, "pairs.jsonl", &[pair("a"), pair("b"), pair("c")]);
    let inputs = Inputs::read(vec![(path.clone(), Layout::Pairs)]).unwrap();
    let out = dir.path().join("mined.jsonl");
    for (rows, at) in [
        (vec![pair("a"), pair("x"), pair("c")], 2),
        (vec![pair("a"), pair("b")], 3),
        (vec![pair("a"), pair("b"), pair("c"), pair("d")], 4),
    ] {
        write(&dir, "pairs.jsonl", &rows);
        let error = mine(&inputs, &settings(1), &out, (Unmined::Dropped, false)).unwrap_err();
        let expected =
            format!("{}: changed while its negatives were mined (row {at})", path.display());
        assert_eq!(error.to_string(), expected);
        let left: Vec<_> = fs::read_dir(dir.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }
}

#[test]
fn a_corpus_adds_candidates_each_once_with_all_of_their_languages() {
    let dir = tempfile::tempdir().unwrap();
    let rows = [
        json!({"lang": "en", "query": "a", "passage": "b"}),
        json!({"lang": "de", "query": "a", "passage": "c"}),
        json!({"lang": "de", "query": "e", "passage": "b"}),
    ];
    let path = write(&dir, "pairs.jsonl", &rows);
    let inputs = Inputs::read(vec![(path, Layout::Pairs)]).unwrap();
    let text = |text: &str, lang: Option<&str>| {
        Ok(Text { id: "x".to_owned(), lang: lang.map(str::to_owned), text: text.to_owned() })
    };
    let corpus = [
        text("f", None),
        text("  ", Some("en")),
        text("c", Some("tr")),
        text("g", Some("ru")),
        text("f", Some("en")),
        text("a", None),
    ];
    let pool = Pool::new(inputs.set(), corpus).unwrap();
    let texts: BTreeSet<&str> = (0..pool.candidates()).map(|at| pool.text(at)).collect();
    assert_eq!((texts.len(), pool.candidates()), (5, 5), "{texts:?}");
    assert_eq!(texts, ["a", "b", "c", "f", "g"].into());
    assert_eq!((pool.languages().join(" "), pool.empty_texts()), ("de en tr ru".to_owned(), 1));
    let languages = |wanted: &str| {
        let at = (0..pool.candidates()).find(|&at| pool.text(at) == wanted).unwrap();
        let names = pool.languages_of(at).iter().map(|&code| &pool.languages()[code as usize]);
        names.map(String::as_str).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(["b", "c", "f", "g", "a"].map(languages), ["de en", "de tr", "en", "ru", ""]);
    // One text asks in two languages: each has its own positive, and neither the other's.
    assert_eq!(pool.queries().len(), 3);
    for query in [0, 1] {
        let same: Vec<&str> =
            pool.same_meaning(query).iter().map(|&at| pool.text(at as usize)).collect();
        assert_eq!(same, ["b", "c", "a"], "the query itself is a text of the corpus");
        assert_eq!(pool.positives(query).len(), 1);
    }
    let broken =
        [text("h", None), "fasttext".parse::<corpora::texts::TextFormat>().map(|_| unreachable!())];
    assert!(Pool::new(inputs.set(), broken).unwrap_err().to_string().contains("fasttext"));
}

#[test]
fn questions_of_a_benchmark_become_parallel_rows() {
    let dir = tempfile::tempdir().unwrap();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus");
    fs::create_dir(dir.path().join("small")).unwrap();
    for language in ["de.json", "en.json"] {
        fs::copy(corpus.join(language), dir.path().join("small").join(language)).unwrap();
    }
    let inputs = Inputs::read(vec![(dir.path().join("small"), Layout::Lareqa)]).unwrap();
    assert_eq!(inputs.names().unwrap(), ["small.jsonl"]);
    let out = dir.path().join("mined.jsonl");
    mine(&inputs, &settings(2), &out, (Unmined::Kept, false)).unwrap();
    let mut again = Builder::new();
    again.parallel(&out).unwrap();
    let again = again.finish().unwrap();
    let plain = |set: &TrainingSet| -> Vec<(u32, String, String)> {
        let text = |at: u32| set.texts[at as usize].clone();
        let entries = set.entries.iter();
        entries.map(|entry| (entry.group, text(entry.query), text(entry.passage))).collect()
    };
    assert_eq!(plain(&again), plain(inputs.set()));
    assert_eq!(
        (again.sources, &again.languages),
        (vec!["small".to_owned()], &inputs.set().languages)
    );
    assert_eq!(again.negatives.len(), 2 * again.entries.len());
}
