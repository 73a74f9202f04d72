//! The encoder as a whole.

use artifact::{ModelFiles, Weights};
use burn::tensor::{Device, Int, Tensor, TensorData};
use tokens::{TokenBatch, Tokenizer, length_buckets};

use crate::{Body, Config, EncoderError, Role, Table, normalise, pool};

/// Padded tokens of one forward pass at most: with 256 dimensions the word vectors of a pass
/// then take 16 MiB, which any WebGPU adapter binds.
const TOKEN_BUDGET: usize = 16 * 1024;

/// Encodes texts.
#[derive(Clone, Debug)]
pub struct Encoder {
    config: Config,
    tokenizer: Tokenizer,
    table: Table,
    body: Body,
    device: Device,
}

/// An encoder taken apart, for training.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The config.
    pub config: Config,
    /// The tokenizer.
    pub tokenizer: Tokenizer,
    /// The vocabulary table.
    pub table: Table,
    /// The body.
    pub body: Body,
}

impl Encoder {
    /// Reads an encoder from the bytes of its three files.
    pub fn from_bytes(
        config: &[u8],
        tokenizer: &[u8],
        weights: &[u8],
        device: &Device,
    ) -> Result<Self, EncoderError> {
        let config = Config::parse(config)?;
        let tokenizer = Tokenizer::from_bytes(tokenizer)?;
        let weights = Weights::parse(artifact::WEIGHTS, weights)?;
        Self::from_weights(config, tokenizer, &weights, device)
    }

    /// Reads an encoder from verified files.
    pub fn from_files(files: &ModelFiles, device: &Device) -> Result<Self, EncoderError> {
        Self::from_bytes(&files.config, &files.tokenizer, &files.weights, device)
    }

    /// An encoder of these weights.
    pub fn from_weights(
        config: Config,
        tokenizer: Tokenizer,
        weights: &Weights,
        device: &Device,
    ) -> Result<Self, EncoderError> {
        config.check()?;
        if tokenizer.vocabulary() > config.vocab_size {
            return Err(EncoderError::Vocabulary {
                tokenizer: tokenizer.vocabulary(),
                config: config.vocab_size,
            });
        }
        let name = Body::table_name(&config);
        let bare = format!("bert.{name}");
        let name = if weights.contains(&bare) { bare.as_str() } else { name };
        let table = Table::load(weights, name, config.vocab_size, config.hidden_size)?;
        let body = Body::load(&config, weights, device)?;
        Ok(Self { config, tokenizer, table, body, device: device.clone() })
    }

    /// Takes the encoder apart.
    pub fn into_parts(self) -> Parts {
        let Self { config, tokenizer, table, body, .. } = self;
        Parts { config, tokenizer, table, body }
    }

    /// The config.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The tokenizer.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// Dimension of the embeddings.
    pub fn dimension(&self) -> usize {
        self.config.hidden_size
    }

    /// Token ids of each text in its role: prefix, truncation and special tokens applied.
    pub fn tokenise<S: AsRef<str> + Sync>(
        &self,
        texts: &[S],
        role: Role,
    ) -> Result<Vec<Vec<u32>>, EncoderError> {
        let contract = &self.config.isogloss;
        let prefix = contract.prefix(role);
        let length = contract.max_length(role);
        if prefix.is_empty() {
            return Ok(self.tokenizer.encode_all(texts, length, contract.special_tokens)?);
        }
        let texts: Vec<String> = texts.iter().map(|t| format!("{prefix}{}", t.as_ref())).collect();
        Ok(self.tokenizer.encode_all(&texts, length, contract.special_tokens)?)
    }

    /// Unit vectors of a padded batch: `[rows, dimension]` on the device.
    pub fn forward(&self, batch: &TokenBatch) -> Tensor<2> {
        let (rows, width) = (batch.rows(), batch.width);
        let shape = [rows, width, self.table.dimension()];
        let words = TensorData::new(self.table.gather(&batch.ids), shape);
        let words = Tensor::<3>::from_data(words, &self.device);
        let mask =
            Tensor::<2>::from_data(TensorData::new(batch.mask(), [rows, width]), &self.device);
        embed(&self.config, &self.body, words, mask)
    }

    /// Embeds `texts`: `texts.len() * dimension` values, row-major, in the order of the texts.
    ///
    /// Texts are grouped by length, so that little of the work is padding. A text without any
    /// token gives a zero vector.
    pub async fn encode<S: AsRef<str> + Sync>(
        &self,
        texts: &[S],
        role: Role,
    ) -> Result<Vec<f32>, EncoderError> {
        let sequences = self.tokenise(texts, role)?;
        let lengths: Vec<usize> = sequences.iter().map(Vec::len).collect();
        let dimension = self.dimension();
        let mut out = vec![0.0; texts.len() * dimension];
        for bucket in length_buckets(&lengths, TOKEN_BUDGET) {
            let rows: Vec<&[u32]> = bucket.iter().map(|&i| sequences[i].as_slice()).collect();
            let batch = TokenBatch::new(&rows, self.config.pad_token_id);
            let vectors = self.forward(&batch);
            let data = vectors.into_data_async().await;
            let data = data.map_err(|error| EncoderError::Device(format!("{error:?}")))?;
            let values: Vec<f32> =
                data.try_to_vec().map_err(|error| EncoderError::Device(format!("{error:?}")))?;
            for (&index, row) in bucket.iter().zip(values.chunks_exact(dimension)) {
                out[index * dimension..][..dimension].copy_from_slice(row);
            }
        }
        Ok(out)
    }
}

fn embed(config: &Config, body: &Body, words: Tensor<3>, mask: Tensor<2>) -> Tensor<2> {
    let hidden = body.forward(words, mask.clone());
    normalise(pool(config.isogloss.pooling, hidden, mask))
}

/// Word vectors `[rows, width, dimension]` from the distinct rows of a batch.
///
/// `distinct` is `[n, dimension]`; `ids` are `rows * width` positions into it.
fn spread(distinct: Tensor<2>, ids: Vec<i32>, rows: usize, width: usize) -> Tensor<3> {
    let [_, dimension] = distinct.dims();
    let device = distinct.device();
    let count = ids.len();
    let ids = Tensor::<1, Int>::from_data(TensorData::new(ids, [count]), &device);
    distinct.select(0, ids).reshape([rows, width, dimension])
}

impl Parts {
    /// Unit vectors of a batch whose word vectors are `distinct`, the distinct table rows of the
    /// batch, `[n, dimension]`; `positions` has one index into it for each padded token.
    ///
    /// Gradients flow to `distinct` and to the body.
    pub fn forward(
        config: &Config,
        body: &Body,
        distinct: Tensor<2>,
        positions: Vec<i32>,
        batch: &TokenBatch,
    ) -> Tensor<2> {
        let (rows, width) = (batch.rows(), batch.width);
        let device = distinct.device();
        let words = spread(distinct, positions, rows, width);
        let mask = Tensor::<2>::from_data(TensorData::new(batch.mask(), [rows, width]), &device);
        embed(config, body, words, mask)
    }

    /// The weights file of these parts; reads the device.
    pub fn weights(&self) -> Result<Weights, EncoderError> {
        let mut weights = Weights::default();
        self.table.store(&mut weights, Body::table_name(&self.config));
        if let Body::Bert(bert) = &self.body {
            bert.store(&mut weights)?;
        }
        Ok(weights)
    }

    /// The three files of the model, under `name`.
    pub fn files(
        &self,
        name: &str,
        training: Option<artifact::Provenance>,
    ) -> Result<ModelFiles, EncoderError> {
        let weights = self.weights()?.to_bytes()?;
        let tokenizer = self.tokenizer.to_json()?.into_bytes();
        Ok(ModelFiles::new(name, self.config.to_json(), tokenizer, weights, training))
    }
}
