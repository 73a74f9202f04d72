//! The table of data sets: benchmarks, and what the training files are made from.
//!
//! A length or hash stands here only where it is known: taken from the published files, or
//! published by others who measured them (BEIR's archives: TensorFlow Datasets). "Layout not
//! verified" marks sets whose files were never read here; what such an address serves may differ.
//! Repositories of code are named by commit where one is known to hold the files.

use crate::HubError;
use crate::datasets::{DataSet, Files};

/// `raw.githubusercontent.com/OWNER/NAME/COMMIT` of LAReQA, which names its folders `xquad-r` and
/// `mlqa-r` at this commit.
const LAREQA: &str = "https://raw.githubusercontent.com/google-research-datasets/lareqa/\
                      354d67d1cd066854cdfbf5ad0e6105528976141d";
const NTREX: &str = "https://raw.githubusercontent.com/MicrosoftTranslator/NTREX/\
                     c9f006f2c132c932b83ccd7aaa6a35930dd9c370/NTREX-128";
const LASER: &str = "https://raw.githubusercontent.com/facebookresearch/LASER/\
                     fec5c7d63daa2bea9d127e8252b10e87278586c0/data/tatoeba/v1";

/// XQuAD-R: language, bytes and SHA-256.
const XQUAD_R: [(&str, u64, &str); 11] = [
    ("ar", 2_234_875, "c52922d3b8ac1ae03ed5ac38647ad59870dca3dda2beefe18ecdc30729acb69d"),
    ("de", 732_156, "16fb0f4bf4916154b585a20c24c66074591c9718a1affe764ff4697572328949"),
    ("el", 2_810_127, "163fd43ee785a30eb534ae2061e9eaa766a7ee4e8ffce5e4b422480c150f64b6"),
    ("en", 628_651, "7b0954f39297c27a31fef610f0883337dd2907fa8699151dc922afdd0fa12ffe"),
    ("es", 746_335, "f8e836b2d91009c4363e04315f7ede363eedbbb49c67dda60de6c4aa782f58de"),
    ("hi", 2_408_404, "ea45ba8ae4513d1533b222bebdc02a90bc319c055d3aeea68584a053d2e92872"),
    ("ru", 2_764_904, "7f4dff853538b9a5fcc28c070b8bb983a5c5d190ac747b8e005a1ada9cab18f1"),
    ("th", 2_618_544, "c3a041864c3a9fb0b4dd91cfdf99cf36b411b3e704c58a303c97bc6dc786cfe4"),
    ("tr", 827_827, "f3e8c13002bbce154a4578f535f7533cb70f3da08840e6b62735935baec7bd94"),
    ("vi", 1_132_303, "e35926bf5cc6fc6ecbdfca49467aabeb454f08d152d7818143a906bd31dde995"),
    ("zh", 959_291, "80c2cde7b9c2fb134c303cbb52f2ba396ead9eb0014aec43993543d2ba9e93ed"),
];
/// BEIR: set, bytes and SHA-256 of its archive.
const BEIR: [(&str, u64, &str); 2] = [
    ("nq", 498_307_926, "2553bf7bfbab47b1436ca00a34bce57320e18e611fd00999a2a3a1b4714be752"),
    ("scifact", 2_816_079, "536e14446a0ba56ed1398ab1055f39fe852686ecad24a6306c80c490fa8e0165"),
];
const MLQA_R: [&str; 7] = ["ar", "de", "en", "es", "hi", "vi", "zh"];
const MIRACL: [&str; 18] = [
    "ar", "bn", "de", "en", "es", "fa", "fi", "fr", "hi", "id", "ja", "ko", "ru", "sw", "te", "th",
    "yo", "zh",
];
/// NTREX's files of the languages of XQuAD-R; English is the source text.
const NTREX_FILES: [&str; 11] = [
    "src.eng",
    "ref.arb",
    "ref.deu",
    "ref.ell",
    "ref.hin",
    "ref.rus",
    "ref.spa",
    "ref.tha",
    "ref.tur",
    "ref.vie",
    "ref.zho-CN",
];
/// The 112 languages that LASER pairs with English.
const TATOEBA: &str = "afr amh ang ara arq arz ast awa aze bel ben ber bos bre bul cat cbk ceb \
    ces cha cmn cor csb cym dan deu dsb dtp ell epo est eus fao fin fra fry gla gle glg gsw heb \
    hin hrv hsb hun hye ido ile ina ind isl ita jav jpn kab kat kaz khm kor kur kzj lat lfn lit \
    lvs mal mar max mhr mkd mon nds nld nno nob nov oci orv pam pes pms pol por ron rus slk slv \
    spa sqi srp swe swg swh tam tat tel tgl tha tuk tur tzl uig ukr urd uzb vie war wuu xho yid \
    yue zsm";

/// All data sets, benchmarks first.
pub fn table() -> Vec<DataSet> {
    let mut sets = benchmarks();
    sets.extend(MIRACL.map(miracl));
    sets.extend(pairs());
    sets.extend(parallel());
    sets.extend(bitext());
    sets
}

/// The data set called `name`.
pub fn find(name: &str) -> Result<DataSet, HubError> {
    let mut sets = table();
    if let Some(found) = sets.iter().position(|set| set.name == name) {
        return Ok(sets.swap_remove(found));
    }
    let known: Vec<String> = sets.into_iter().map(|set| set.name).collect();
    Err(HubError::NoDataSet { name: name.to_owned(), known: known.join(", ") })
}

fn set(name: &str, what: &str, source: &str, licence: &str, files: Vec<Files>) -> DataSet {
    DataSet {
        name: name.to_owned(),
        what: what.to_owned(),
        source: source.to_owned(),
        licence: licence.to_owned(),
        files,
    }
}

fn url(url: &str, path: &str) -> Files {
    Files::Url { url: url.to_owned(), path: path.to_owned(), size: None, sha256: None }
}

fn pinned(url: &str, path: &str, size: u64, sha256: &str) -> Files {
    let (size, sha256) = (Some(size), Some(sha256.to_owned()));
    Files::Url { url: url.to_owned(), path: path.to_owned(), size, sha256 }
}

fn hub(repo: &str, under: &str, endings: &'static [&'static str], into: &str) -> Files {
    Files::Hub {
        repo: repo.to_owned(),
        revision: "main".to_owned(),
        under: under.to_owned(),
        endings,
        into: into.to_owned(),
    }
}

fn benchmarks() -> Vec<DataSet> {
    let xquad = XQUAD_R.map(|(lang, size, sha256)| {
        pinned(&format!("{LAREQA}/xquad-r/{lang}.json"), &format!("{lang}.json"), size, sha256)
    });
    let mlqa =
        MLQA_R.map(|lang| url(&format!("{LAREQA}/mlqa-r/{lang}.json"), &format!("{lang}.json")));
    let tatoeba = TATOEBA.split_whitespace().flat_map(|lang| {
        [lang, "eng"].map(|side| {
            let file = format!("tatoeba.{lang}-eng.{side}");
            url(&format!("{LASER}/{file}"), &file)
        })
    });
    let ntrex = NTREX_FILES.map(|part| {
        let file = format!("newstest2019-{part}.txt");
        url(&format!("{NTREX}/{file}"), &file)
    });
    let mut sets = vec![
        set(
            "xquad-r",
            "Benchmark: answer retrieval, 11 languages, 1,190 questions each",
            "https://github.com/google-research-datasets/lareqa",
            "CC-BY-SA-4.0",
            xquad.into(),
        ),
        set(
            "mlqa-r",
            "Benchmark: answer retrieval, 7 languages",
            "https://github.com/google-research-datasets/lareqa",
            "CC-BY-NC-4.0",
            mlqa.into(),
        ),
    ];
    for (name, size, sha256) in BEIR {
        let home = "https://public.ukp.informatik.tu-darmstadt.de/thakur/BEIR/datasets";
        let licence = if name == "nq" { "CC-BY-SA-3.0" } else { "CC-BY-NC-2.0" };
        let file = format!("{name}.zip");
        sets.push(set(
            &format!("beir-{name}"),
            "Benchmark: English retrieval in BEIR's layout (corpus, queries, qrels), a zip archive",
            "https://github.com/beir-cellar/beir",
            licence,
            vec![pinned(&format!("{home}/{file}"), &file, size, sha256)],
        ));
    }
    sets.push(set(
        "mtop",
        "Benchmark: intents of spoken commands, 6 languages, a zip archive. Layout not verified",
        "https://aclanthology.org/2021.eacl-main.257",
        "CC-BY-SA-4.0",
        vec![url("https://dl.fbaipublicfiles.com/mtop/mtop.zip", "mtop.zip")],
    ));
    let rows: &[&str] = &[".jsonl", ".jsonl.gz", ".parquet"];
    sets.push(set(
        "sts",
        "Benchmark: sentence similarity within and across languages, STS17 and STS22. Layout not \
         verified",
        "https://huggingface.co/mteb",
        "unknown; see the source",
        vec![
            hub("mteb/sts17-crosslingual-sts", "", rows, "sts17/"),
            hub("mteb/sts22-crosslingual-sts", "", rows, "sts22/"),
        ],
    ));
    sets.push(set(
        "tatoeba",
        "Benchmark or training: sentences of 112 languages with their English translations",
        "https://github.com/facebookresearch/LASER/tree/main/data/tatoeba/v1",
        "CC-BY-2.0-FR",
        tatoeba.collect(),
    ));
    sets.push(set(
        "ntrex",
        "Benchmark or training: 1,997 news sentences in 11 languages (NTREX-128)",
        "https://github.com/MicrosoftTranslator/NTREX",
        "CC-BY-SA-4.0",
        ntrex.into(),
    ));
    sets
}

/// MIRACL of one language: topics and judgements from one repository, passages from another.
fn miracl(lang: &str) -> DataSet {
    set(
        &format!("miracl-{lang}"),
        &format!(
            "Benchmark: passage retrieval in Wikipedia, language {lang}. Topics and judgements \
             may ask for a token. Layout not verified"
        ),
        "https://huggingface.co/datasets/miracl/miracl",
        "Apache-2.0",
        vec![
            hub("miracl/miracl", &format!("miracl-v1.0-{lang}/"), &[".tsv"], ""),
            hub("miracl/miracl-corpus", &format!("miracl-corpus-v1.0-{lang}/"), &[".jsonl.gz"], ""),
        ],
    )
}

/// Sources of question and passage pairs.
fn pairs() -> Vec<DataSet> {
    let raw = "https://raw.githubusercontent.com";
    let drcd = |part: &str| {
        let file = format!("DRCD_{part}.json");
        url(&format!("{raw}/DRCKnowledgeTeam/DRCD/master/{file}"), &file)
    };
    let iapp = |part: &str| {
        let file = format!("{part}.jsonl");
        let home = "iapp-technology/iapp-wiki-qa-dataset/main/squad_format/data";
        url(&format!("{raw}/{home}/{file}"), &file)
    };
    let cmrc = |part: &str, commit: &str| {
        let file = format!("cmrc2018_{part}.json");
        url(&format!("{raw}/ymcui/cmrc2018/{commit}/data/{file}"), &file)
    };
    vec![
        set(
            "tydiqa-goldp",
            "Training: questions and passages, 9 languages (TyDi QA, gold passage)",
            "https://github.com/google-research-datasets/tydiqa",
            "Apache-2.0",
            ["tydiqa-goldp-v1.1-train.json", "tydiqa-goldp-v1.1-dev.json"]
                .map(|file| {
                    url(&format!("https://storage.googleapis.com/tydiqa/v1.1/{file}"), file)
                })
                .into(),
        ),
        set(
            "arcd",
            "Training: questions and passages, Arabic",
            "https://github.com/husseinmozannar/SOQAL",
            "MIT",
            vec![url(
                &format!(
                    "{raw}/husseinmozannar/SOQAL/fb76f88b7630141504da09e50759dee2e7cf6c5c/data/\
                     arcd.json"
                ),
                "arcd.json",
            )],
        ),
        set(
            "drcd",
            "Training: questions and passages, traditional Chinese (dev and test)",
            "https://github.com/DRCKnowledgeTeam/DRCD",
            "CC-BY-SA-3.0",
            vec![drcd("dev"), drcd("test")],
        ),
        set(
            "cmrc2018",
            "Training: questions and passages, simplified Chinese (dev and trial)",
            "https://github.com/ymcui/cmrc2018",
            "CC-BY-SA-4.0",
            vec![
                cmrc("dev", "7680ab3a7a1e3ac0d53ad13f7a4d6a3adff1da6a"),
                cmrc("trial", "812b0714f916b66973d8f33eab55452cbe57294a"),
            ],
        ),
        set(
            "iapp-wiki-qa",
            "Training: questions and passages, Thai. Layout not verified",
            "https://github.com/iapp-technology/iapp-wiki-qa-dataset",
            "MIT",
            vec![iapp("train"), iapp("valid"), iapp("test")],
        ),
        archive(
            "medquad",
            "Training: medical questions and answers, English",
            "abachaa/MedQuAD",
            "master",
            "CC-BY-4.0",
        ),
    ]
}

/// Technical guides with translations: headings and sections.
fn parallel() -> Vec<DataSet> {
    let what = "Training: technical guides with translations, headings and sections";
    vec![
        archive("azd-for-beginners", what, "microsoft/AZD-for-beginners", "main", "MIT"),
        archive("edgeai-for-beginners", what, "microsoft/edgeai-for-beginners", "main", "MIT"),
        archive("security-101", what, "microsoft/Security-101", "main", "CC0-1.0"),
        archive("opensource-guide", what, "github/opensource.guide", "main", "CC-BY-4.0"),
    ]
}

/// Sources of sentences and words that mean the same.
fn bitext() -> Vec<DataSet> {
    vec![
        set(
            "tico-19",
            "Training: sentences about COVID-19, English and 35 languages, a zip archive. Layout \
             not verified",
            "https://tico-19.github.io",
            "CC0-1.0",
            vec![url("https://tico-19.github.io/data/tico19-testset.zip", "tico19-testset.zip")],
        ),
        set(
            "omw",
            "Training: words by meaning (Open Multilingual Wordnet 1.4), a tar.xz archive. Layout \
             not verified",
            "https://github.com/omwn/omw-data",
            "one per wordnet, all open; see the archive",
            vec![url(
                "https://github.com/omwn/omw-data/releases/download/v1.4/omw-1.4.tar.xz",
                "omw-1.4.tar.xz",
            )],
        ),
        archive(
            "cldr-json",
            "Training: names of emoji, territories, languages and scripts",
            "unicode-org/cldr-json",
            "main",
            "Unicode-3.0",
        ),
        set(
            "gnome-user-docs",
            "Training: help pages with translations, a tar.gz archive. Layout not verified",
            "https://gitlab.gnome.org/GNOME/gnome-user-docs",
            "CC-BY-SA-3.0",
            vec![url(
                "https://gitlab.gnome.org/GNOME/gnome-user-docs/-/archive/main/\
                 gnome-user-docs-main.tar.gz",
                "gnome-user-docs-main.tar.gz",
            )],
        ),
    ]
}

/// A branch of a code repository as a zip archive.
fn archive(name: &str, what: &str, repo: &str, branch: &str, licence: &str) -> DataSet {
    let home = format!("https://github.com/{repo}");
    let file = format!("{branch}.zip");
    set(
        name,
        &format!("{what}; a zip archive. Layout not verified"),
        &home,
        licence,
        vec![url(&format!("{home}/archive/refs/heads/{file}"), &file)],
    )
}
