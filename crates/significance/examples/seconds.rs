//! How long a comparison takes at the size of XQuAD-R: 1,190 questions in 11 languages.

use std::time::Instant;

use isogloss_significance::{Better, Options, SignificanceError, Subject, System, compare};

fn main() -> Result<(), SignificanceError> {
    let (mut first, mut second) = (System::new("first"), System::new("second"));
    for group in ["ar", "de", "el", "en", "es", "hi", "ru", "th", "tr", "vi", "zh"] {
        for query in 0..1190_u32 {
            let value = f64::from(query * 7919 % 1000) / 1000.0;
            let change = (f64::from(query * 104_729 % 997) - 480.0) / 5000.0;
            first.add(group, &query.to_string(), value)?;
            second.add(group, &query.to_string(), value + change)?;
        }
    }
    let subject = Subject { measure: "AP".to_owned(), better: Better::Higher, digits: 4 };
    let start = Instant::now();
    let report = compare(&first, &second, subject, &Options::default())?;
    let seconds = start.elapsed().as_secs_f64();
    println!("{}\n{}\n{seconds:.3} s", report.table(), report.summary());
    Ok(())
}
