//! A lexicon as training data: its words are texts that mean the same.

use std::path::Path;

use super::Builder;
use crate::CorpusError;
use crate::lexicon::Lexicon;

const SOURCE: &str = "lexicon";

/// Adds every alternative of every concept to `builder`, one group a line.
pub(super) fn read(path: &Path, builder: &mut Builder) -> Result<(), CorpusError> {
    let mut lexicon = Lexicon::new();
    lexicon.read(path)?;
    let source = builder.sources.index(SOURCE);
    for concept in lexicon.concepts() {
        let group = builder.new_group();
        for (language, words) in &concept.words {
            for word in words {
                builder.add(group, source, &lexicon.languages()[*language as usize], word, word);
            }
        }
    }
    Ok(())
}
