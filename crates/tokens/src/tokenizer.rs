//! A loaded tokenizer.

use std::str::FromStr;

use tokenizers::{PostProcessor, TruncationDirection, TruncationParams};

use crate::TokenError;

/// Any Hugging Face tokenizer, with its own padding and truncation switched off.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    unknown: Option<u32>,
}

impl Tokenizer {
    /// Reads the text of a `tokenizer.json`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TokenError> {
        let text =
            std::str::from_utf8(bytes).map_err(|error| TokenError::Malformed(error.to_string()))?;
        let inner = tokenizers::Tokenizer::from_str(text)
            .map_err(|error| TokenError::Malformed(error.to_string()))?;
        Ok(Self::new(inner))
    }

    pub(crate) fn new(mut inner: tokenizers::Tokenizer) -> Self {
        inner.with_padding(None);
        // Removing truncation cannot fail; only setting it checks its parameters.
        let _ = inner.with_truncation(None);
        let unknown = ["<unk>", "[UNK]"].iter().find_map(|name| inner.token_to_id(name));
        Self { inner, unknown }
    }

    /// The library's tokenizer.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn inner(&self) -> &tokenizers::Tokenizer {
        &self.inner
    }

    /// Pieces in the vocabulary, added ones included.
    pub fn vocabulary(&self) -> usize {
        // Ids may have gaps, so the largest id decides how many rows a table needs.
        self.inner.get_vocab(true).values().max().map_or(0, |&id| id as usize + 1)
    }

    /// The id of the unknown piece, if the tokenizer has one.
    pub fn unknown(&self) -> Option<u32> {
        self.unknown
    }

    /// The id of a piece.
    pub fn id(&self, piece: &str) -> Option<u32> {
        self.inner.token_to_id(piece)
    }

    /// The ids of `text`, at most `max_length` of them, special tokens included where `special`.
    ///
    /// Truncation cuts the text's own ids on the right and keeps the special tokens.
    pub fn encode(
        &self,
        text: &str,
        max_length: usize,
        special: bool,
    ) -> Result<Vec<u32>, TokenError> {
        let failed = |error: tokenizers::Error| TokenError::encode(text, &error);
        let mut encoding = self.inner.encode_fast(text, false).map_err(failed)?;
        if !special {
            let mut ids = encoding.get_ids().to_vec();
            ids.truncate(max_length);
            return Ok(ids);
        }
        let added = self.inner.get_post_processor().map_or(0, |p| p.added_tokens(false));
        encoding.truncate(max_length.saturating_sub(added), 0, TruncationDirection::Right);
        let encoding = self.inner.post_process(encoding, None, true).map_err(failed)?;
        Ok(encoding.get_ids().to_vec())
    }

    /// [`Tokenizer::encode`] of many texts, on all cores natively.
    pub fn encode_all<S: AsRef<str> + Sync>(
        &self,
        texts: &[S],
        max_length: usize,
        special: bool,
    ) -> Result<Vec<Vec<u32>>, TokenError> {
        #[cfg(not(target_arch = "wasm32"))]
        {
            use rayon::prelude::*;
            texts.par_iter().map(|text| self.encode(text.as_ref(), max_length, special)).collect()
        }
        #[cfg(target_arch = "wasm32")]
        texts.iter().map(|text| self.encode(text.as_ref(), max_length, special)).collect()
    }

    /// The same tokenizer without what adds special tokens, for programs that always add them.
    #[must_use]
    pub fn without_special_tokens(&self) -> Self {
        let mut plain = self.clone();
        plain.inner.with_post_processor(None::<tokenizers::PostProcessorWrapper>);
        plain
    }

    /// The text of a `tokenizer.json` that itself cuts texts to `max_length` ids, for programs
    /// that set no length of their own.
    pub fn to_json_cut(&self, max_length: usize) -> Result<String, TokenError> {
        let malformed = |error: tokenizers::Error| TokenError::Malformed(error.to_string());
        let mut inner = self.inner.clone();
        let cut = TruncationParams { max_length, ..TruncationParams::default() };
        inner.with_truncation(Some(cut)).map_err(malformed)?;
        inner.to_string(false).map_err(malformed)
    }

    /// The text of a `tokenizer.json`.
    pub fn to_json(&self) -> Result<String, TokenError> {
        self.inner.to_string(false).map_err(|error| TokenError::Malformed(error.to_string()))
    }
}
