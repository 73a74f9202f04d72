//! The encoder as a whole.

use artifact::{ModelFiles, Weights};
use burn::tensor::{DType, Device, Int, Tensor, TensorData};
use tokens::{TokenBatch, Tokenizer, length_buckets};

use crate::blocks::{Reader, on_host};
use crate::{Architecture, Config, Contract, EncoderError, Inputs, Network, Role, Table};

/// How an encoder works, which changes no embedding but for rounding.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Type of the weights of linear layers: f32, or f16 on a device that computes in it.
    pub dtype: DType,
    /// Padded tokens of one forward pass at most; by default what suits the device.
    pub tokens: Option<usize>,
    /// Attention scores of one forward pass at most; a pass of one text may exceed it.
    pub scores: usize,
}

impl Default for Options {
    fn default() -> Self {
        // With 12 heads the scores of a pass take 64 MiB: any WebGPU adapter binds them.
        Self { dtype: DType::F32, tokens: None, scores: 16 << 20 }
    }
}

/// Padded tokens of a pass on a GPU: with 256 dimensions its word vectors take 16 MiB.
const GPU_TOKENS: usize = 16 * 1024;

/// The same on the CPU, where a pass has a core for itself: what a layer works on stays in its
/// caches.
const CPU_TOKENS: usize = 1024;

/// Encodes texts.
#[derive(Clone, Debug)]
pub struct Encoder {
    config: Config,
    tokenizer: Tokenizer,
    table: Table,
    network: Network,
    device: Device,
    options: Options,
    unused: Vec<String>,
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
    /// What lives on the device.
    pub network: Network,
}

/// Before the names of an encoder's tensors, where the file holds a larger model around it.
const PREFIXES: [&str; 5] = ["bert.", "roberta.", "model.", "encoder.", "0.auto_model."];

impl Encoder {
    /// An encoder of these weights.
    pub fn from_weights(
        config: Config,
        tokenizer: Tokenizer,
        weights: Weights,
        device: &Device,
        options: Options,
    ) -> Result<Self, EncoderError> {
        config.check()?;
        if tokenizer.vocabulary() > config.vocab_size {
            return Err(EncoderError::Vocabulary {
                tokenizer: tokenizer.vocabulary(),
                config: config.vocab_size,
            });
        }
        let (weights, unused) = fitting(&config, weights)?;
        let table = config.table_name();
        let table = Table::load(&weights, table, config.vocab_size, config.hidden_size)?;
        let read = Reader { weights: &weights, device, dtype: options.dtype };
        let network = Network::load(&config, &read)?;
        Ok(Self { config, tokenizer, table, network, device: device.clone(), options, unused })
    }

    /// Names of tensors in the weights that the encoder has no use for.
    pub fn unused(&self) -> &[String] {
        &self.unused
    }

    /// The same encoder with embeddings of length 1, as search by direction wants them.
    #[must_use]
    pub fn with_unit_vectors(mut self) -> Self {
        self.config.end_in_unit_vectors();
        self
    }

    /// The same encoder with another contract between texts and model.
    pub fn with_contract(
        mut self,
        change: impl FnOnce(&mut Contract),
    ) -> Result<Self, EncoderError> {
        change(&mut self.config.isogloss);
        self.config.check()?;
        Ok(self)
    }

    /// Takes the encoder apart.
    pub fn into_parts(self) -> Parts {
        let Self { config, tokenizer, table, network, .. } = self;
        Parts { config, tokenizer, table, network }
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
        self.config.dimension()
    }

    /// How the encoder works.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Token ids of each text in its role: prefix, truncation and special tokens applied.
    pub fn tokenise<S: AsRef<str> + Sync>(
        &self,
        texts: &[S],
        role: Role,
    ) -> Result<Vec<Vec<u32>>, EncoderError> {
        tokenise(&self.config, &self.tokenizer, texts, role)
    }

    /// Token vectors of a padded batch on the device.
    pub fn inputs(&self, batch: &TokenBatch) -> Inputs {
        let shape = [batch.rows(), batch.width, self.table.dimension()];
        let words = TensorData::new(self.table.gather(&batch.ids), shape);
        inputs(&self.config, Tensor::from_data(words, &self.device), batch)
    }

    /// Embeddings of a padded batch: `[rows, dimension]` on the device.
    pub fn forward(&self, batch: &TokenBatch) -> Tensor<2> {
        self.network.forward(&self.config, self.inputs(batch))
    }

    /// Every hidden state of a padded batch, `[rows, width, hidden_size]` each: the embeddings,
    /// then each layer's output, as `transformers` gives them.
    pub fn states(&self, batch: &TokenBatch) -> Vec<Tensor<3>> {
        let mut states = Vec::new();
        let last = self.network.states(self.inputs(batch), |state| states.push(state));
        states.push(last);
        states
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
        let on_host = on_host(&self.device);
        let usual = if on_host { CPU_TOKENS } else { GPU_TOKENS };
        let tokens = self.options.tokens.unwrap_or(usual);
        let heads = self.config.architecture.heads();
        let fits = |rows: usize, width: usize| {
            rows * width <= tokens && rows * heads * width * width <= self.options.scores
        };
        let buckets = length_buckets(&lengths, fits);
        let mut place = |bucket: &[usize], values: &[f32]| {
            for (&index, row) in bucket.iter().zip(values.chunks_exact(dimension)) {
                out[index * dimension..][..dimension].copy_from_slice(row);
            }
        };
        #[cfg(not(target_arch = "wasm32"))]
        if on_host {
            use rayon::prelude::*;
            // The longest first, so that no core is left with one of them at the end.
            let encoded = buckets
                .par_iter()
                .rev()
                .with_max_len(1)
                .map(|bucket| values(self.pass(bucket, &sequences).try_into_data()))
                .collect::<Result<Vec<_>, _>>()?;
            for (bucket, values) in buckets.iter().rev().zip(encoded) {
                place(bucket, &values);
            }
            return Ok(out);
        }
        // One pass is computed while the next one is made ready.
        let mut running: Option<(&[usize], Tensor<2>)> = None;
        for bucket in &buckets {
            let next = self.pass(bucket, &sequences);
            if let Some((bucket, vectors)) = running.replace((bucket, next)) {
                place(bucket, &values(vectors.into_data_async().await)?);
            }
        }
        if let Some((bucket, vectors)) = running {
            place(bucket, &values(vectors.into_data_async().await)?);
        }
        Ok(out)
    }

    /// Embeddings of the texts `bucket`, on the device.
    fn pass(&self, bucket: &[usize], sequences: &[Vec<u32>]) -> Tensor<2> {
        let rows: Vec<&[u32]> = bucket.iter().map(|&i| sequences[i].as_slice()).collect();
        self.forward(&TokenBatch::new(&rows, self.config.pad_token_id))
    }
}

/// Token ids of each text in its role: prefix, truncation and special tokens applied.
pub fn tokenise<S: AsRef<str> + Sync>(
    config: &Config,
    tokenizer: &Tokenizer,
    texts: &[S],
    role: Role,
) -> Result<Vec<Vec<u32>>, EncoderError> {
    let contract = &config.isogloss;
    let prefix = contract.prefix(role);
    let length = contract.max_length(role);
    if prefix.is_empty() {
        return Ok(tokenizer.encode_all(texts, length, contract.special_tokens)?);
    }
    let texts: Vec<String> = texts.iter().map(|t| format!("{prefix}{}", t.as_ref())).collect();
    Ok(tokenizer.encode_all(&texts, length, contract.special_tokens)?)
}

/// What a device gave back, as numbers.
pub(crate) fn values<E: std::fmt::Debug>(
    data: Result<TensorData, E>,
) -> Result<Vec<f32>, EncoderError> {
    let failed = |error: String| EncoderError::Device(error);
    let data = data.map_err(|error| failed(format!("{error:?}")))?;
    data.try_to_vec().map_err(|error| failed(format!("{error:?}")))
}

/// The weights under our names, and those of their names that the encoder has no use for.
///
/// An error names what is missing or of another shape.
pub(crate) fn fitting(
    config: &Config,
    weights: Weights,
) -> Result<(Weights, Vec<String>), EncoderError> {
    let table = config.table_name();
    let prefix = PREFIXES.iter().find(|prefix| weights.contains(&format!("{prefix}{table}")));
    let weights = match prefix {
        Some(prefix) if !weights.contains(table) => weights.without_prefix(prefix),
        _ => weights,
    };
    let weights = weights.renamed(todays_name);
    let unused = weights.fit(&config.tensors())?;
    Ok((weights, unused))
}

/// The name of a tensor where an old file calls scale and shift of a norm as `TensorFlow`'s BERT did.
fn todays_name(name: &str) -> Option<String> {
    let named = |old: &str, new: &str| Some(format!("{}{new}", name.strip_suffix(old)?));
    named(".gamma", ".weight").or_else(|| named(".beta", ".bias"))
}

/// What the network needs besides the word vectors.
fn inputs(config: &Config, words: Tensor<3>, batch: &TokenBatch) -> Inputs {
    let (rows, width) = (batch.rows(), batch.width);
    let mask = TensorData::new(batch.mask(), [rows, width]);
    let mask = Tensor::<2>::from_data(mask, &words.device());
    let lengths = batch.lengths.as_slice().into();
    Inputs { mask, lengths, positions: skipping_positions(config, batch), words }
}

/// XLM-R's positions where a text has the padding token within it: `transformers` counts only the
/// tokens that are not it. None where counting all gives the same.
pub(crate) fn skipping_positions(config: &Config, batch: &TokenBatch) -> Option<Vec<i32>> {
    let pad = config.pad_token_id;
    let within = |row: usize| batch.row(row).contains(&pad);
    if !matches!(config.architecture, Architecture::XlmRoberta(_)) || !(0..batch.rows()).any(within)
    {
        return None;
    }
    let mut positions = Vec::with_capacity(batch.ids.len());
    for row in batch.ids.chunks_exact(batch.width) {
        let mut next = pad as i32;
        for &id in row {
            next += i32::from(id != pad);
            positions.push(if id == pad { pad as i32 } else { next });
        }
    }
    Some(positions)
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
    /// Embeddings of a batch whose word vectors are `distinct`, the distinct table rows of the
    /// batch, `[n, dimension]`; `positions` has one index into it for each padded token.
    ///
    /// Gradients flow to `distinct` and to the network.
    pub fn forward(
        config: &Config,
        network: &Network,
        distinct: Tensor<2>,
        positions: Vec<i32>,
        batch: &TokenBatch,
    ) -> Tensor<2> {
        #[cfg(not(target_arch = "wasm32"))]
        if let Some(embeddings) = network.train(config, &distinct, &positions, batch) {
            return embeddings;
        }
        let words = spread(distinct, positions, batch.rows(), batch.width);
        network.forward(config, inputs(config, words, batch))
    }

    /// The weights file of these parts; reads the device.
    pub fn weights(&self) -> Result<Weights, EncoderError> {
        let mut weights = Weights::default();
        self.table.store(&mut weights, self.config.table_name());
        self.network.store(&self.config, &mut weights)?;
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
