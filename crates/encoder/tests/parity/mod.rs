//! How far an encoder is from the numbers that Python's libraries gave for the same model.
//!
//! The same code runs natively and in the browser; see `fixtures/README.md` for the numbers.

use artifact::{Source, Weights};
use burn::tensor::{Device, Tensor};
// Each test names the crate in its own way.
use super::{Encoder, Options, Role};
use serde::Deserialize;
use tokens::TokenBatch;

/// `golden.json`.
#[derive(Deserialize)]
struct Golden {
    texts: Vec<String>,
    input_ids: Vec<Vec<u32>>,
    lengths: Vec<usize>,
    #[serde(default)]
    batch: Vec<usize>,
    #[serde(default)]
    longest: Option<usize>,
    #[serde(default)]
    prompts: std::collections::BTreeMap<String, String>,
}

/// Largest absolute differences.
#[derive(Clone, Copy, Debug, Default)]
pub struct Differences {
    /// Of any value of any hidden state of a real token.
    pub states: f32,
    /// Of any value of any embedding.
    pub embeddings: f32,
    /// Hidden states that were compared.
    pub compared: usize,
}

/// Compares the model in `source` with its golden numbers; panics where ids differ.
pub async fn compare(source: &impl Source, device: &Device) -> Differences {
    let golden: Golden =
        serde_json::from_slice(&source.need("golden.json").expect("golden.json")).expect("golden");
    let numbers = source.need("golden.safetensors").expect("golden.safetensors");
    let numbers = Weights::parse("golden.safetensors", numbers).expect("golden numbers");
    let encoder = Encoder::open(source, device, Options::default()).expect("the model opens");
    let mut differences = Differences::default();

    if golden.prompts.is_empty() {
        let ids = encoder.tokenise(&golden.texts, Role::Query).expect("tokens");
        for (at, ids) in ids.iter().enumerate() {
            let expected = &golden.input_ids[at][..golden.lengths[at]];
            assert_eq!(ids, expected, "`{}`", golden.texts[at]);
        }
    }
    let mut batches = vec![("batch", golden.batch.clone())];
    batches.extend(golden.longest.map(|at| ("longest", vec![at])));
    for (name, rows) in batches {
        let has = |layer: usize| numbers.contains(&format!("{name}.hidden.{layer}"));
        if rows.is_empty() || !has(0) {
            continue;
        }
        let sequences: Vec<&[u32]> =
            rows.iter().map(|&at| &golden.input_ids[at][..golden.lengths[at]]).collect();
        let batch = TokenBatch::new(&sequences, encoder.config().pad_token_id);
        let states = encoder.states(&batch);
        assert!(has(states.len() - 1) && !has(states.len()), "as many states as layers and one");
        for (layer, state) in states.into_iter().enumerate() {
            let shape = state.dims();
            let expected = numbers.f32(&format!("{name}.hidden.{layer}"), &shape).expect("state");
            let got = read(state).await;
            for (row, &length) in batch.lengths.iter().enumerate() {
                let real = row * shape[1] * shape[2]..(row * shape[1] + length) * shape[2];
                let apart = difference(&got[real.clone()], &expected[real]);
                differences.states = differences.states.max(apart);
            }
            differences.compared += 1;
        }
    }
    let shape = [golden.texts.len(), encoder.dimension()];
    let mut roles = vec![];
    if golden.prompts.values().all(String::is_empty) {
        roles.push(("embeddings", Role::Query));
    } else {
        roles.extend([("embeddings.query", Role::Query), ("embeddings.passage", Role::Passage)]);
    }
    for (name, role) in roles {
        let expected = numbers.f32(name, &shape).expect("embeddings");
        let got = encoder.encode(&golden.texts, role).await.expect("encodes");
        differences.embeddings = differences.embeddings.max(difference(&got, &expected));
    }
    differences
}

async fn read(tensor: Tensor<3>) -> Vec<f32> {
    tensor.into_data_async().await.expect("the device answers").try_to_vec().expect("f32")
}

fn difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    // NaN must not pass: it is larger than any tolerance.
    a.iter()
        .zip(b)
        .map(|(x, y)| (x - y).abs())
        .fold(0.0, |m, d| if d > m || d.is_nan() { d } else { m })
}
