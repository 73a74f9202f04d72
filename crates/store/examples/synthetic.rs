//! Writes made-up embeddings, to try a format with other tools or to watch the writer's memory:
//!
//! ```text
//! cargo run --release -p isogloss-store --example synthetic -- vectors.parquet 1000000 384 f16
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use isogloss_store::{Corpus, Origin, Precision, Role, Writer};

const BATCH: usize = 256;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, rows, dimension, precision] = arguments.as_slice() else {
        return Err("usage: synthetic PATH ROWS DIMENSION f16|f32".into());
    };
    let (rows, dimension) = (rows.parse::<usize>()?, dimension.parse::<usize>()?);
    let precision: Precision = serde_json::from_value(precision.as_str().into())?;
    let origin = Origin {
        model: "synthetic".to_owned(),
        model_sha256: "0".repeat(64),
        role: Role::Passage,
        dimension,
        normalised: true,
        precision,
        corpus: Corpus { name: "none".to_owned(), bytes: 0 },
        shard: None,
        settings: BTreeMap::new(),
    };
    let mut writer = Writer::create(Path::new(path), origin)?;
    for first in (0..rows).step_by(BATCH) {
        let batch = first..rows.min(first + BATCH);
        let ids: Vec<String> = batch.clone().map(|row| format!("text {row}")).collect();
        let langs: Vec<_> =
            batch.clone().map(|row| (row % 2 == 0).then(|| "en".to_owned())).collect();
        let vectors: Vec<f32> = batch.flat_map(|row| vector(row, dimension)).collect();
        writer.push(&ids, &langs, &vectors)?;
    }
    println!("{} texts", writer.finish()?.texts);
    Ok(())
}

/// A vector of length 1 that depends on its row alone.
fn vector(row: usize, dimension: usize) -> Vec<f32> {
    let numbers: Vec<f32> = (0..dimension).map(|at| ((row + at * at) as f32 * 0.1).sin()).collect();
    let length =
        numbers.iter().map(|number| number * number).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    numbers.iter().map(|number| number / length).collect()
}
