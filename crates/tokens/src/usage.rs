//! Which pieces a corpus uses.
//!
//! Counts alone are kept, so a corpus of any size needs the memory of its vocabulary.

use rayon::prelude::*;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::{Model, ModelWrapper, OffsetReferential, OffsetType, PreTokenizer};

use crate::{TokenError, Tokenizer};

/// How often each piece was used.
///
/// Texts must be given as the encoder reads them, with their prefixes (`query: `). They are counted
/// whole: where a model reads the first tokens alone, a few pieces too many are kept.
///
/// A word that `WordPiece` gives up as unknown is counted too: the pieces that were found before
/// the gap. Without them the search would take shorter pieces, might step over the gap and
/// succeed, and the text would be read otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    counts: Vec<u64>,
    texts: u64,
}

/// Texts whose ids are in memory at one time.
const CHUNK: usize = 1024;

impl Usage {
    /// No use of any piece of `tokenizer` yet.
    pub fn new(tokenizer: &Tokenizer) -> Self {
        Self { counts: vec![0; tokenizer.vocabulary()], texts: 0 }
    }

    /// Counts all `texts`, on all cores.
    pub fn of<S: AsRef<str> + Sync>(
        tokenizer: &Tokenizer,
        texts: impl IntoIterator<Item = S>,
    ) -> Result<Self, TokenError> {
        let mut usage = Self::new(tokenizer);
        let mut texts = texts.into_iter();
        loop {
            let chunk: Vec<S> = texts.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                return Ok(usage);
            }
            usage.add(tokenizer, &chunk)?;
        }
    }

    /// Counts `texts`, a part of a corpus. `tokenizer` is the one of [`Usage::new`].
    pub fn add<S: AsRef<str> + Sync>(
        &mut self,
        tokenizer: &Tokenizer,
        texts: &[S],
    ) -> Result<(), TokenError> {
        for texts in texts.chunks(CHUNK) {
            let used: Vec<Vec<u32>> = texts
                .par_iter()
                .map(|text| used_by(tokenizer, text.as_ref()))
                .collect::<Result<_, _>>()?;
            for id in used.into_iter().flatten() {
                self.counts[id as usize] += 1;
            }
            self.texts += texts.len() as u64;
        }
        Ok(())
    }

    /// Texts counted.
    pub fn texts(&self) -> u64 {
        self.texts
    }

    /// How often the piece `id` was used.
    pub fn count(&self, id: u32) -> u64 {
        self.counts.get(id as usize).copied().unwrap_or(0)
    }

    /// Ids of all pieces used, ascending.
    pub fn ids(&self) -> Vec<u32> {
        (0..).zip(&self.counts).filter(|&(_, &count)| count > 0).map(|(id, _)| id).collect()
    }
}

/// Ids that reading `text` takes.
fn used_by(tokenizer: &Tokenizer, text: &str) -> Result<Vec<u32>, TokenError> {
    let mut ids = tokenizer.encode(text, usize::MAX, false)?;
    if let ModelWrapper::WordPiece(model) = tokenizer.inner().get_model()
        && let Some(unknown) = model.token_to_id(&model.unk_token)
        && ids.contains(&unknown)
    {
        given_up(tokenizer, model, text, &mut ids)?;
    }
    Ok(ids)
}

/// Adds the pieces that `model` finds in the words of `text` before it gives them up.
fn given_up(
    tokenizer: &Tokenizer,
    model: &WordPiece,
    text: &str,
    ids: &mut Vec<u32>,
) -> Result<(), TokenError> {
    let inner = tokenizer.inner();
    let mut words =
        inner.get_added_vocabulary().extract_and_normalize(inner.get_normalizer(), text);
    if let Some(pre_tokenizer) = inner.get_pre_tokenizer() {
        pre_tokenizer.pre_tokenize(&mut words).map_err(|error| TokenError::encode(text, &error))?;
    }
    for (word, _, added) in words.get_splits(OffsetReferential::Normalized, OffsetType::None) {
        if added.is_none() && word.chars().count() <= model.max_input_chars_per_word {
            ids.extend(longest_first(model, word));
        }
    }
    Ok(())
}

/// The longest pieces of `word` from its start, up to a place where none fits.
fn longest_first(model: &WordPiece, word: &str) -> Vec<u32> {
    let mut ids = Vec::new();
    let mut start = 0;
    while start < word.len() {
        let mark = if start > 0 { model.continuing_subword_prefix.as_str() } else { "" };
        let ends = word[start..].char_indices().rev().map(|(at, c)| start + at + c.len_utf8());
        let found = ends.into_iter().find_map(|end| {
            Some((end, model.token_to_id(&format!("{mark}{}", &word[start..end]))?))
        });
        let Some((end, id)) = found else { break };
        ids.push(id);
        start = end;
    }
    ids
}
