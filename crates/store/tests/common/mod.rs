//! Embeddings that the tests write.

use std::collections::BTreeMap;
use std::path::Path;

use isogloss_store::{Batch, Corpus, Origin, Precision, Role, Writer, read};

/// Names of both formats, for tests that hold for either.
pub const NAMES: [&str; 2] = ["vectors.parquet", "vectors.npy"];

pub fn origin(dimension: usize, precision: Precision) -> Origin {
    Origin {
        model: "e5-small".to_owned(),
        model_sha256: "ab".repeat(32),
        role: Role::Passage,
        dimension,
        normalised: true,
        precision,
        corpus: Corpus { name: "corpus.jsonl".to_owned(), bytes: 123 },
        shard: None,
        settings: BTreeMap::from([("max_tokens".to_owned(), "128".to_owned())]),
    }
}

/// Rows `from..to`: ids with what breaks tables, every third language unknown, and numbers that
/// f16 must round.
pub fn rows(from: usize, to: usize, dimension: usize) -> Batch {
    let mut batch = Batch::default();
    for row in from..to {
        batch.ids.push(format!("text\t{row} \"ü\"\n"));
        batch.langs.push((row % 3 > 0).then(|| ["", "de", "zh"][row % 3].to_owned()));
        let number = |column| ((row * dimension + column) as f32 * 0.37).sin() / 3.0;
        batch.vectors.extend((0..dimension).map(number));
    }
    batch
}

pub fn write(path: &Path, origin: Origin, batches: &[Batch]) {
    let mut writer = Writer::create(path, origin).unwrap();
    for Batch { ids, langs, vectors } in batches {
        writer.push(ids, langs, vectors).unwrap();
    }
    writer.finish().unwrap();
}

/// Everything in the file.
pub fn read_whole(path: &Path) -> Batch {
    let mut whole = Batch::default();
    for batch in read(path).unwrap() {
        let Batch { ids, langs, vectors } = batch.unwrap();
        whole.ids.extend(ids);
        whole.langs.extend(langs);
        whole.vectors.extend(vectors);
    }
    whole
}
