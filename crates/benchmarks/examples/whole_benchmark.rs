//! How long a benchmark in LAReQA's layout takes with embeddings given: `whole_benchmark DIR [DIMENSION]`.
//!
//! Vectors are random, of unit length; what they say makes no difference to the time.

use std::path::Path;
use std::time::Instant;

use burn::tensor::Device;
use corpora::Split;
use evaluation::CandidateText;
use isogloss_benchmarks::System;
use isogloss_benchmarks::lareqa::{Embedded, Task, probe, score};
use retrieval::{Vectors, map_rows};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let dir = arguments.next().ok_or("usage: whole_benchmark DIR [DIMENSION]")?;
    let dimension = arguments.next().map_or(Ok(768), |text| text.parse())?;
    let benchmark = corpora::lareqa::read_dir(Path::new(&dir), None, Split::All)?;
    let mut seed = 0;
    let mut random = |rows: usize| -> Result<Vectors, retrieval::RetrievalError> {
        seed += 1;
        let values = map_rows(rows, |row| unit(seed * 1_000_003 + row as u64, dimension));
        Vectors::new(dimension, values.concat())
    };
    let mut embedded = Embedded { candidates: Vec::new(), questions: Vec::new() };
    for set in &benchmark.languages {
        embedded.candidates.push(random(set.candidates.len())?);
        embedded.questions.push(random(set.questions.len())?);
    }
    let began = Instant::now();
    let probed = probe(&embedded.candidates)?;
    let probing = began.elapsed().as_secs_f64();
    let text = CandidateText::Sentence;
    let task = Task { name: "whole", text, system: System::Dense, depth: None };
    let found = pollster::block_on(score(&benchmark, Some(embedded), task, &Device::flex()))?;
    let whole = began.elapsed().as_secs_f64();
    println!(
        "{} questions, {} candidates, {dimension} dimensions, {} threads: {whole:.2} s, of which \
         {probing:.2} s for the probe; rank distance {:.0}, language told {:.2}",
        found.report.counts.questions,
        found.report.counts.candidates,
        std::thread::available_parallelism()?,
        found.report.mean.rank_distance.unwrap_or_default(),
        probed.map_or(0.0, |probe| probe.accuracy),
    );
    Ok(())
}

/// A vector of unit length, of numbers that only `seed` decides.
fn unit(seed: u64, dimension: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    };
    let mut values: Vec<f32> = (0..dimension).map(|_| next()).collect();
    let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
    for value in &mut values {
        *value /= length;
    }
    values
}
