//! Compares any model with the numbers that Python's libraries give for it.
//!
//! ```text
//! python crates/encoder/tests/fixtures/golden.py MODEL GOLDEN
//! cargo run --release -p isogloss-encoder --example parity -- MODEL GOLDEN [cpu|wgpu]
//! ```
//!
//! prints the largest differences of any hidden state and of any embedding.

use std::path::Path;
use std::process::ExitCode;

use artifact::{ArtifactError, Directory, Source, Weights};
use device::Choice;
use isogloss_encoder::{Encoder, Options, Role};

#[path = "../tests/parity/mod.rs"]
mod parity;

/// A model with golden numbers from another folder.
struct Pair {
    model: Directory,
    golden: Directory,
}

impl Source for Pair {
    fn place(&self) -> String {
        self.model.place()
    }

    fn file(&self, name: &str) -> Result<Option<Vec<u8>>, ArtifactError> {
        if name.starts_with("golden.") { self.golden.file(name) } else { self.model.file(name) }
    }

    fn weights(&self, folder: &str) -> Result<Weights, ArtifactError> {
        self.model.weights(folder)
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, golden, rest @ ..] = arguments.as_slice() else {
        eprintln!("usage: parity MODEL GOLDEN [cpu|wgpu]");
        return ExitCode::from(2);
    };
    let found = (|| {
        let choice: Choice = rest.first().map_or("cpu", String::as_str).parse()?;
        let opened = device::open(choice)?;
        let open = |path: &str| Directory::open(Path::new(path), false);
        let pair = Pair { model: open(model)?, golden: open(golden)? };
        let found = pollster::block_on(parity::compare(&pair, &opened.device));
        Ok::<_, Box<dyn std::error::Error>>((opened.name, found))
    })();
    match found {
        Ok((device, found)) => {
            println!("{model} on {device}");
            println!("hidden states ({}): {:e}", found.compared, found.states);
            println!("embeddings: {:e}", found.embeddings);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
