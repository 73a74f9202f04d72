//! Scores a run: `measure QRELS RUN MEASURE…`; JSON on stdout, seconds on stderr.
//!
//! What `bench/measure.py` times.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use isogloss_runs::{Over, Qrels, Run, Scores, Strictness, score};

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
    let (qrels, _) = Qrels::read(qrels, Strictness::Strict)?;
    let (run, _) = Run::read(run, Strictness::Strict)?;
    let read = start.elapsed();
    let start = Instant::now();
    let scores = score(&run, &qrels, &measures, Over::Both);
    let seconds = (read.as_secs_f64(), start.elapsed().as_secs_f64());
    eprintln!("read {:.3} s, score {:.3} s", seconds.0, seconds.1);
    Ok(scores)
}
