//! Lexicons: words of one concept in many languages.

use std::path::Path;

use super::Builder;
use crate::CorpusError;
use crate::lines::Lines;

const SOURCE: &str = "lexicon";

/// Adds every alternative of every concept to `builder`, one group a line.
pub(super) fn read(path: &Path, builder: &mut Builder) -> Result<(), CorpusError> {
    let mut lines = Lines::open(path)?;
    let file = lines.file().to_owned();
    let empty = |problem| CorpusError::Empty { place: file.clone(), problem };
    let Some((_, header)) = lines.next_line()? else {
        return Err(empty("no header"));
    };
    let languages = languages(&file, header)?;
    let source = builder.sources.index(SOURCE);
    let mut concepts = false;
    while let Some((line, row)) = lines.next_line()? {
        concepts = true;
        let got = row.split('\t').count();
        if got != languages.len() {
            return Err(CorpusError::Columns { file, line, expected: languages.len(), got });
        }
        let group = builder.new_group();
        for (language, cell) in languages.iter().zip(row.split('\t')) {
            let mut words: Vec<&str> = Vec::new();
            for word in cell.split('|').map(str::trim) {
                if !word.is_empty() && !words.contains(&word) {
                    words.push(word);
                    builder.add(group, source, language, word, word);
                }
            }
        }
    }
    if concepts { Ok(()) } else { Err(empty("no concepts below the header")) }
}

fn languages(file: &str, header: &str) -> Result<Vec<String>, CorpusError> {
    let mut languages: Vec<String> = Vec::new();
    for code in header.split('\t').map(str::trim) {
        let problem = if code.is_empty() {
            "a column has no name".to_owned()
        } else if languages.iter().any(|language| language == code) {
            format!("`{code}` occurs twice")
        } else {
            languages.push(code.to_owned());
            continue;
        };
        return Err(CorpusError::Header { file: file.to_owned(), problem });
    }
    Ok(languages)
}
