//! Prints mAP of BM25 on a benchmark in LAReQA's layout: each language alone, and all as one pool.
//!
//! `cargo run --release -p isogloss-lexical --example baselines -- data/xquad-r [+context]`

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use corpora::retrieval::{Document, Form, Query, Retrieval, pool};
use corpora::{Split, lareqa};
use isogloss_lexical::{Index, Parameters};
use measures::average_precision;
use rayon::prelude::*;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let dir = arguments.next().ok_or("expected a folder")?;
    let form = match arguments.next().as_deref() {
        Some("+context") => Form::SentenceContext,
        _ => Form::Sentence,
    };
    let benchmark = lareqa::read_dir(Path::new(&dir), None, Split::All)?;
    let started = Instant::now();
    let mut sum = 0.0;
    for set in &benchmark.languages {
        let alone = lareqa::Benchmark::new(vec![set.clone()])?;
        let (map, _) = mean_average_precision(&pool(&alone, &set.language, form))?;
        println!("{}\t{map:.4}", set.language);
        sum += map;
    }
    println!(
        "mean of {}\t{:.4}",
        benchmark.languages.len(),
        sum / benchmark.languages.len() as f64
    );
    let (map, index) = mean_average_precision(&pool(&benchmark, "all", form))?;
    println!("one pool of {}\t{map:.4}", index.len());
    println!("{} in {:.1} s", form.as_str(), started.elapsed().as_secs_f64());
    Ok(())
}

/// The mean over all queries, and the index of the pool.
fn mean_average_precision(benchmark: &Retrieval) -> Result<(f64, Index), Box<dyn Error>> {
    let ids: Vec<&str> = benchmark.documents.iter().map(|one| one.id.as_str()).collect();
    let texts: Vec<String> = benchmark.documents.iter().map(Document::full_text).collect();
    let index = Index::new(&ids, &texts, Parameters::default())?;
    let precision = |(number, query): (usize, &Query)| {
        let relevant: Vec<u32> = benchmark.relevant(number).map(|(it, _)| it as u32).collect();
        let ranks = index.order().ranks(&index.scores(&query.text), &relevant);
        average_precision(&ranks, relevant.len())
    };
    let sum: f64 = benchmark.queries.par_iter().enumerate().map(precision).sum();
    Ok((sum / benchmark.queries.len() as f64, index))
}
