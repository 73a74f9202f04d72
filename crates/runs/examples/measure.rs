//! Scores a run: `measure QRELS RUN MEASURE…`; JSON on stdout, seconds on stderr.
//!
//! What `bench/measure.py` times.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use isogloss_runs::{Over, Scores, Strictness, measure_files};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [qrels, run, measures @ ..] = arguments.as_slice() else {
        eprintln!("usage: measure QRELS RUN MEASURE…");
        return ExitCode::from(2);
    };
    match scored(Path::new(qrels), Path::new(run), measures) {
        Ok(scores) => {
            println!("{}", serde_json::json!(scores));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn scored(
    qrels: &Path,
    run: &Path,
    measures: &[String],
) -> Result<Scores, Box<dyn std::error::Error>> {
    let measures = measures.iter().map(|measure| measure.parse()).collect::<Result<Vec<_>, _>>()?;
    let start = Instant::now();
    let measured = measure_files(qrels, run, &measures, Over::Both, Strictness::Strict, None)?;
    eprintln!("{:.3} s", start.elapsed().as_secs_f64());
    Ok(measured.scores)
}
