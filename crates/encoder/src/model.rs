//! A model on the host: what its files say, in the types they say it in.
//!
//! Nothing is widened, so what is written again has the bits that were read, and no device is
//! needed to make another model of it.

use artifact::{ModelFiles, Provenance, SCALE, Source, Weights};

use crate::{Config, EncoderError, Table};

/// Config, tokenizer and weights of one model.
#[derive(Clone, Debug)]
pub struct Model {
    /// The config, with a contract in it.
    pub config: Config,
    /// The text of `tokenizer.json`.
    pub tokenizer: Vec<u8>,
    /// The tensors that the config asks for, under our names, and no others.
    pub weights: Weights,
}

impl Model {
    /// Reads a model directory: ours, or one of sentence-transformers or `transformers`.
    pub fn read(dir: &impl Source) -> Result<Self, EncoderError> {
        let (config, weights) = crate::published::read(dir)?;
        let tokenizer = crate::published::tokenizer(dir)?;
        let (mut weights, unused) = crate::encoder::fitting(&config, weights)?;
        weights.retain(|name| !unused.iter().any(|other| other == name));
        Ok(Self { config, tokenizer, weights })
    }

    /// The vocabulary table.
    pub fn table(&self) -> Result<Table, EncoderError> {
        let Config { vocab_size, hidden_size, .. } = self.config;
        Ok(Table::load(&self.weights, self.config.table_name(), vocab_size, hidden_size)?)
    }

    /// Bytes of the table, with the scales of int8 rows.
    pub fn table_bytes(&self) -> u64 {
        let table = self.config.table_name();
        let of_table = |name: &str| name.strip_suffix(SCALE).unwrap_or(name) == table;
        let tensors = self.weights.iter().filter(|(name, _, _)| of_table(name));
        tensors.map(|(_, _, values)| values.bytes().len() as u64).sum()
    }

    /// Bytes of tokenizer and tensors: the model but for a few kilobytes of description.
    pub fn bytes(&self) -> u64 {
        self.tokenizer.len() as u64 + self.weights.bytes()
    }

    /// The files of the model, under `name`.
    pub fn files(
        &self,
        name: &str,
        training: Option<Provenance>,
    ) -> Result<ModelFiles, EncoderError> {
        let weights = self.weights.to_bytes()?;
        let tokenizer = self.tokenizer.clone();
        Ok(ModelFiles::new(name, self.config.to_json(), tokenizer, weights, training))
    }
}
