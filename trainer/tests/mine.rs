//! Hard negatives from a model: near by its own vectors, wrong by all that the data says, and in a
//! file that training reads.

#![allow(clippy::unwrap_used, reason = "a test's panic is its failure")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use common::{
    done, fails, isogloss, listing, program, published, read_lines, refused, small_corpus,
};
use corpora::Split;
use corpora::training::{Builder, TrainingSet};
use sampling::{Composition, Plan, Sampler};
use serde_json::{Value, json};

/// `mine` on the folder `data` of a test.
fn command<'a>(model: &'a str, out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mine = ["mine", "--model", model, "--lareqa", "data", "--device", "cpu", "--out", out];
    [&mine[..], more].concat()
}

fn parallel(path: &Path) -> TrainingSet {
    let mut builder = Builder::new();
    builder.parallel(path).unwrap();
    builder.finish().unwrap()
}

/// Vectors of length 1 as `encode` gives them, by text.
fn vectors(
    dir: &Path,
    model: &str,
    role: &str,
    texts: &BTreeSet<&str>,
) -> BTreeMap<String, Vec<f32>> {
    let rows: String =
        texts.iter().map(|text| json!({"id": "x", "text": text}).to_string() + "\n").collect();
    fs::write(dir.join("texts.jsonl"), rows).unwrap();
    let encode = ["encode", "--model", model, "--texts", "texts.jsonl", "--role", role];
    let how = ["--normalise", "--device", "cpu", "--out", "vectors.npy"];
    done(dir, &[&encode[..], &how].concat());
    let reader = store::read(&dir.join("vectors.npy")).unwrap();
    let width = reader.about().origin.dimension;
    let values: Vec<f32> = reader.flat_map(|batch| batch.unwrap().vectors).collect();
    let rows = values.chunks_exact(width).map(<[f32]>::to_vec);
    let all = texts.iter().map(|&text| text.to_owned()).zip(rows).collect();
    for file in ["texts.jsonl", "vectors.npy", "vectors.ids.jsonl", "vectors.about.json"] {
        fs::remove_file(dir.join(file)).unwrap();
    }
    all
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn field<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap()
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

#[test]
fn negatives_are_the_nearest_passages_that_no_translation_answers() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    small_corpus(dir, "data", 12);
    let model = published("xlmr-mean");
    let model = model.to_str().unwrap();
    let more = ["--negatives", "4", "--unfiltered", "--scores"];
    let printed = done(dir, &command(model, "new/mined.jsonl", &more)).stdout;
    let rows = read_lines(&dir.join("new/mined.jsonl"));

    // The rows are those of the training articles, as training itself reads them.
    let mut builder = Builder::new();
    let plain = builder.lareqa(dir.join("data"), None, Split::Train).unwrap().finish().unwrap();
    let mined = parallel(&dir.join("new/mined.jsonl"));
    assert_eq!(mined.entries.len(), plain.entries.len());
    let text = |set: &TrainingSet, at: u32| set.texts[at as usize].clone();
    for (new, old) in mined.entries.iter().zip(&plain.entries) {
        assert_eq!(text(&mined, new.query), text(&plain, old.query));
        assert_eq!(text(&mined, new.passage), text(&plain, old.passage));
        assert_eq!(new.group, old.group);
    }
    assert_eq!(mined.negatives.len(), 4 * mined.entries.len());

    // The same search done plainly, with the vectors of `encode`.
    let queries: BTreeSet<&str> = rows.iter().map(|row| row["query"].as_str().unwrap()).collect();
    let passages: BTreeSet<&str> =
        rows.iter().map(|row| row["passage"].as_str().unwrap()).collect();
    let of_queries = vectors(dir, model, "query", &queries);
    let of_passages = vectors(dir, model, "passage", &passages);
    for row in &rows {
        let query = &of_queries[row["query"].as_str().unwrap()];
        // Passages of its group, of groups that share one of them in any language, and so on.
        let mut same: BTreeSet<&str> = [field(row, "passage")].into();
        loop {
            let groups: BTreeSet<&str> = rows
                .iter()
                .filter(|other| {
                    same.contains(field(other, "passage"))
                        || ["id", "query"].iter().any(|name| other[name] == row[name])
                })
                .map(|other| field(other, "id"))
                .collect();
            let known = same.len();
            let more = rows.iter().filter(|other| groups.contains(field(other, "id")));
            same.extend(more.map(|other| field(other, "passage")));
            if same.len() == known {
                break;
            }
        }
        let wrong = |passage: &&str| !same.contains(*passage);
        let mut scores: Vec<f32> = passages
            .iter()
            .filter(|passage| wrong(passage))
            .map(|&passage| dot(query, &of_passages[passage]))
            .collect();
        scores.sort_by(|a, b| b.total_cmp(a));
        let negatives = strings(&row["negatives"]);
        assert_eq!(negatives.len(), 4);
        let told = numbers(&row["scores"]);
        assert!(
            (told[0] - f64::from(dot(query, &of_passages[row["passage"].as_str().unwrap()]))).abs()
                < 1e-5
        );
        for (at, negative) in negatives.iter().enumerate() {
            assert!(wrong(negative), "{negative} answers {row}");
            let own = dot(query, &of_passages[*negative]);
            assert!((own - scores[at]).abs() < 1e-5, "{at}: {own} instead of {}", scores[at]);
            assert!((f64::from(own) - told[at + 1]).abs() < 1e-5);
        }
    }
    let all: Vec<&str> = printed
        .lines()
        .find(|line| line.trim_start().starts_with("all "))
        .unwrap()
        .split_whitespace()
        .collect();
    assert_eq!(all[3], (4 * queries.len()).to_string(), "{printed}");
    assert!(
        printed
            .contains(&format!("{0} of {0} rows written; 0 without negatives dropped", rows.len())),
        "{printed}"
    );

    // A sampler that draws negatives finds some for every row.
    let plan = Plan {
        composition: Composition::Mono,
        batch: 4,
        negatives_per_query: 2,
        ..Plan::default()
    };
    let mut sampler = Sampler::new(&mined, &plan).unwrap();
    let drawn: usize =
        (0..20).flat_map(|_| sampler.next_batch().negatives).map(|texts| texts.len()).sum();
    assert!(drawn > 100, "{drawn} of 160");
}

#[test]
fn thresholds_and_languages_are_kept_and_the_seed_decides() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    small_corpus(dir, "data", 30);
    let model = common::corpus().join("../models/base-static");
    let model = model.to_str().unwrap();
    let mine = |out: &str, more: &[&str]| {
        let printed = done(dir, &command(model, out, more)).stdout;
        (read_lines(&dir.join(out)), printed)
    };

    let wide = ["--scores", "--range-max", "1000"];
    for (more, rule) in [
        (&[][..], &(|positive| positive - 0.05 * f64::abs(positive)) as &dyn Fn(f64) -> f64),
        (&["--percent", "80"], &|positive| positive - 0.2 * f64::abs(positive)),
        (&["--margin", "0.1"], &|positive| positive - 0.1),
        (&["--max-score", "0.2"], &|_| 0.2),
        (&["--margin", "0", "--percent", "90"], &|positive| positive - 0.1 * f64::abs(positive)),
    ] {
        let (rows, _) = mine("a.jsonl", &[&wide[..], more].concat());
        let mut found = 0;
        for row in &rows {
            let scores = numbers(&row["scores"]);
            let highest = rule(scores[0]) + 1e-6;
            assert!(scores[1..].iter().all(|&score| score <= highest), "{more:?}: {row}");
            found += scores.len() - 1;
        }
        assert!(found > 20, "{more:?}: {found}");
    }

    let (rows, printed) = mine("same.jsonl", &["--languages", "same", "--unfiltered"]);
    let language: BTreeMap<&str, &str> = rows
        .iter()
        .map(|row| (row["passage"].as_str().unwrap(), row["lang"].as_str().unwrap()))
        .collect();
    for row in &rows {
        for negative in strings(&row["negatives"]) {
            assert_eq!(language[negative], row["lang"].as_str().unwrap());
        }
    }
    let pairs: Vec<&str> = printed.split("(columns)").nth(1).unwrap().trim().lines().collect();
    let cells = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(cells(pairs[0]), ["query", "de", "en"]);
    assert_eq!([&cells(pairs[1])[2], &cells(pairs[2])[1]], ["0", "0"], "{printed}");
    let (rows, _) = mine("other.jsonl", &["--languages", "other", "--unfiltered"]);
    let negatives = rows.iter().flat_map(|row| {
        strings(&row["negatives"]).into_iter().map(|text| (row["lang"].as_str().unwrap(), text))
    });
    assert!(negatives.into_iter().all(|(asked, text)| language[text] != asked));

    let random = ["--unfiltered", "--choose", "random", "--range-max", "40", "--seed"];
    let bytes = |out: &str, seed: &'static str| {
        done(dir, &command(model, out, &[&random[..], &[seed]].concat()));
        fs::read(dir.join(out)).unwrap()
    };
    assert_eq!(bytes("one.jsonl", "1"), bytes("again.jsonl", "1"));
    assert_ne!(bytes("one.jsonl", "1"), bytes("two.jsonl", "2"));
}

#[test]
fn a_corpus_gives_negatives_and_several_inputs_give_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let row = |query: &str, passage: &str, lang: &str| {
        json!({"query": query, "passage": passage, "lang": lang, "kept": [1]}).to_string() + "\n"
    };
    fs::write(dir.join("a.jsonl"), row("Cats sleep?", "Cats sleep.", "en")).unwrap();
    fs::write(dir.join("b.jsonl"), row("Der Mond?", "Der Mond: 7", "de")).unwrap();
    fs::write(dir.join("more.txt"), "Cats hunt at night.\n\nThe moon.\nCats sleep.\n").unwrap();
    let model = published("minilm-mean");
    let model = model.to_str().unwrap();
    let mine = ["mine", "--model", model, "--device", "cpu", "--pairs", "a.jsonl", "b.jsonl"];
    let how = ["--corpus", "more.txt", "--unfiltered", "--out", "out"];
    let printed = done(dir, &[&mine[..], &how].concat()).stdout;
    let rows = read_lines(&dir.join("out/a.jsonl"));
    assert_eq!(rows[0]["kept"], json!([1]));
    let negatives: BTreeSet<&str> = strings(&rows[0]["negatives"]).into_iter().collect();
    assert_eq!(negatives, ["Cats hunt at night.", "Der Mond: 7", "The moon."].into());
    assert!(printed.contains("unknown"), "texts without a language: {printed}");
    assert_eq!(read_lines(&dir.join("out/b.jsonl"))[0]["negatives"].as_array().unwrap().len(), 3);

    // With a language the corpus serves its own language only.
    let how =
        ["--corpus", "more.txt", "--corpus-lang", "en", "--languages", "same", "--unfiltered"];
    let ran = done(dir, &[&mine[..], &how, &["--out", "own", "--keep-unmined"]].concat());
    assert_eq!(strings(&read_lines(&dir.join("own/a.jsonl"))[0]["negatives"]).len(), 2);
    assert_eq!(read_lines(&dir.join("own/b.jsonl"))[0].get("negatives"), None);
    assert!(ran.stdout.contains("2 of 2 rows written; 1 without negatives kept"), "{}", ran.stdout);

    // Asked for what is not there, nothing is written, and the table still says why.
    let none = [&mine[..], &["--max-score", "-1", "--out", "none"]].concat();
    let before = listing(dir);
    let ran = isogloss(dir, &none);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("no query got a negative"), "{}", ran.stderr);
    assert!(ran.stdout.contains("scoring too much"), "{}", ran.stdout);
    assert_eq!(listing(dir), before);
}

#[test]
fn what_cannot_be_mined_is_refused_before_the_model_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let row = json!({"query": "q", "passage": "p", "lang": "en"}).to_string();
    fs::write(dir.join("good.jsonl"), &row).unwrap();
    fs::create_dir(dir.join("sub")).unwrap();
    fs::write(dir.join("sub/good.jsonl"), &row).unwrap();
    fs::write(dir.join("bad.jsonl"), format!("{row}\n{{\"query\": \"q\"}}\n")).unwrap();
    fs::write(dir.join("bad.txt"), b"\xff\n").unwrap();
    let good = ["--pairs", "good.jsonl"];
    let cases: [(&[&str], &[&str]); 17] = [
        (&[], &["--pairs", "--lareqa"]),
        (&["--pairs", "bad.jsonl"], &["bad.jsonl:2: missing field `lang`"]),
        (&["--pairs", "none.jsonl"], &["none.jsonl", "No such file"]),
        (&["--parallel", "good.jsonl"], &["good.jsonl:1: missing field `id`"]),
        (&["--pairs", "good.jsonl", "sub/good.jsonl"], &["both be written as `good.jsonl`"]),
        (&["--pairs", "good.jsonl", "--out", "sub"], &["sub: is a folder"]),
        (&["--pairs", "good.jsonl", "--out", "sub/../good.jsonl"], &["good.jsonl: is an input"]),
        (&["--corpus", "bad.txt"], &["bad.txt:1: not UTF-8"]),
        (&["--corpus", "none.txt"], &["none.txt", "No such file"]),
        (&["--negatives", "0"], &["--negatives: must be at least 1"]),
        (&["--range-min", "9", "--range-max", "10"], &["--range-max: 10", "leaves 1 candidates"]),
        (&["--percent", "0"], &["--percent: must be above 0"]),
        (&["--margin", "-1"], &["--margin: must be 0 or more"]),
        (&["--min-score", "0.9", "--max-score", "0.1"], &["--min-score: 0.9 is above"]),
        (&["--languages", "mine"], &["`mine`", "`same`"]),
        (&["--choose", "best"], &["`best`", "`random`"]),
        (&["--unfiltered", "--margin", "0.1"], &["--unfiltered", "--margin"]),
    ];
    for (at, (more, named)) in cases.into_iter().enumerate() {
        let own = more.iter().any(|word| ["--pairs", "--parallel"].contains(word)) || at == 0;
        let base = if own { &[][..] } else { &good };
        let out: &[&str] = if more.contains(&"--out") { &[] } else { &["--out", "out.jsonl"] };
        refused(dir, &[&["mine", "--model", "no-such-model"], base, out, more].concat(), named);
    }
    let mine = ["mine", "--model", "no-such-model", "--out", "out.jsonl"];
    fails(dir, &[&mine[..], &good].concat(), 1, &["there is no folder `no-such-model`"]);
    fs::create_dir(dir.join("empty")).unwrap();
    let mine = ["mine", "--model", "empty", "--out", "out.jsonl"];
    refused(dir, &[&mine[..], &good].concat(), &["empty"]);
}

#[cfg(unix)]
#[test]
fn interrupted_it_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    small_corpus(dir, "data", 12);
    // More than any machine encodes before the signal comes.
    let sentence = "The moon moves around the earth in about one month, and the tide with it. ";
    let texts: String =
        (0..60_000).flat_map(|at| [at.to_string(), format!(" {sentence}{sentence}\n")]).collect();
    fs::write(dir.join("corpus.txt"), texts).unwrap();
    let before = listing(dir);
    let model = published("bert-cls");
    let mine = command(model.to_str().unwrap(), "mined.jsonl", &["--corpus", "corpus.txt"]);
    let mut child =
        program(dir).args(&mine).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(said.by_ref().any(|line| line.starts_with("device: ")));
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let rest: Vec<String> = said.collect();
    assert_eq!(child.wait().unwrap().code(), Some(1), "{rest:?}");
    assert!(rest.iter().any(|line| line.contains("interrupted; nothing was written")), "{rest:?}");
    assert_eq!(listing(dir), before);
}
