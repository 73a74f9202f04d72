//! A model with the rows alone that some data uses.
//!
//! `tokens` says which pieces stay and under which ids; here the rows follow them. All other
//! weights are the old ones, so a text whose pieces all stay has the same embedding to the bit.

use tokens::Trimmed;

use crate::{Architecture, EncoderError, Model};

impl Model {
    /// The model with the pieces `wanted`, and those that they or the model rest on; `wanted` are
    /// ids of its tokenizer in any order.
    pub fn trim(
        &self,
        wanted: impl IntoIterator<Item = u32>,
    ) -> Result<(Self, Trimmed), EncoderError> {
        let old = &self.config;
        let pad = old.pad_token_id;
        let pinned = match old.architecture {
            // Its positions are counted from the padding's id, which must stay what it is.
            Architecture::XlmRoberta(_) => 0..=pad,
            _ => pad..=pad,
        };
        let trimmed = tokens::trim(&self.tokenizer, wanted.into_iter().chain(pinned))?;
        if trimmed.before.pieces > old.vocab_size {
            let (tokenizer, config) = (trimmed.before.pieces, old.vocab_size);
            return Err(EncoderError::Vocabulary { tokenizer, config });
        }
        let mut config = old.clone();
        config.vocab_size = trimmed.kept.len();
        // It was asked for, so it is among the kept.
        config.pad_token_id = trimmed.new_id(pad).unwrap_or_default();
        let mut weights = self.weights.clone();
        self.table()?.rows_of(&trimmed.kept).store(&mut weights, config.table_name());
        config.check()?;
        let tokenizer = trimmed.json.clone().into_bytes();
        Ok((Self { config, tokenizer, weights }, trimmed))
    }
}
