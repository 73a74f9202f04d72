//! Models as they are published: `config.json` of `transformers`, with the modules and prompts of
//! sentence-transformers around it.
//!
//! They become our own config, with a contract in it; from there on there is one way to load an
//! encoder. A folder with no `modules.json` is read as sentence-transformers reads it: mean
//! pooling, embeddings of any length. What is not done here is refused, never left out: a model
//! without one of its modules would still give vectors, but not its own.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use artifact::{ArtifactError, Source, Weights};
use burn::tensor::Device;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokens::Tokenizer;

use crate::{
    Activation, Architecture, Config, Contract, Encoder, EncoderError, Head, Options, Pooling,
};

const MODULES: &str = "modules.json";
const SETTINGS: &str = "sentence_bert_config.json";
const PROMPTS: &str = "config_sentence_transformers.json";
const TOKENIZER_SETTINGS: &str = "tokenizer_config.json";

/// Tokens of a text at most where nothing says how many: what static models are published with.
const STATIC_LENGTH: usize = 512;

impl Encoder {
    /// Reads an encoder from a model directory: ours, or one of sentence-transformers or
    /// `transformers`.
    pub fn open(
        dir: &impl Source,
        device: &Device,
        options: Options,
    ) -> Result<Self, EncoderError> {
        let (config, weights) = read(dir)?;
        let tokenizer = Tokenizer::from_bytes(&tokenizer(dir)?)?;
        Self::from_weights(config, tokenizer, weights, device, options)
    }
}

/// What tells our own `config.json` from one that others published.
#[derive(Deserialize)]
struct Ours {
    #[serde(default)]
    isogloss: Option<serde::de::IgnoredAny>,
}

/// The parts of `config.json` that every published encoder has.
#[derive(Deserialize)]
struct Bare {
    #[serde(flatten)]
    architecture: Architecture,
    vocab_size: usize,
    hidden_size: usize,
    #[serde(default)]
    pad_token_id: Option<u32>,
}

#[derive(Deserialize)]
struct Module {
    /// Place in the order in which modules are applied.
    #[serde(default)]
    idx: usize,
    path: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct PoolingConfig {
    #[serde(default)]
    pooling_mode: Option<Mode>,
    #[serde(default = "yes")]
    include_prompt: bool,
    /// Modes as flags, in older files.
    #[serde(flatten)]
    other: BTreeMap<String, serde_json::Value>,
}

fn yes() -> bool {
    true
}

/// One mode, or several whose vectors are concatenated.
#[derive(Deserialize)]
#[serde(untagged)]
enum Mode {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
struct DenseConfig {
    in_features: usize,
    out_features: usize,
    #[serde(default = "yes")]
    bias: bool,
    #[serde(default)]
    activation_function: Option<String>,
}

#[derive(Default, Deserialize)]
struct Settings {
    #[serde(default)]
    max_seq_length: Option<usize>,
    #[serde(default)]
    do_lower_case: bool,
}

#[derive(Default, Deserialize)]
struct Prompts {
    #[serde(default)]
    prompts: BTreeMap<String, String>,
    #[serde(default)]
    default_prompt_name: Option<String>,
}

#[derive(Default, Deserialize)]
struct TokenizerSettings {
    /// A number beyond any integer where there is no limit.
    #[serde(default)]
    model_max_length: Option<f64>,
}

/// What the modules of a model say together.
#[derive(Default)]
struct Modules {
    /// Folder of a table without a transformer.
    static_folder: Option<String>,
    pooling: Pooling,
    without_prompt: bool,
    head: Vec<Head>,
    /// Folder of the weights of each dense layer of the head, by its place there.
    dense: Vec<(usize, String)>,
}

/// What the files in `dir` say; nothing of the weights is compared with the config yet.
pub(crate) fn read(dir: &impl Source) -> Result<(Config, Weights), EncoderError> {
    let modules = modules(dir)?;
    if let Some(folder) = modules.static_folder.clone() {
        return read_static(dir, &folder, modules);
    }
    let bytes = dir.need(artifact::CONFIG)?;
    let ours: Ours = parse(artifact::CONFIG, &bytes)?;
    if ours.isogloss.is_some() {
        return Ok((Config::parse(&bytes)?, dir.weights("")?));
    }
    let bare: Bare = parse(artifact::CONFIG, &bytes)?;
    let pad_token_id = bare.pad_token_id.unwrap_or(0);
    let longest = bare.architecture.longest(pad_token_id).unwrap_or(STATIC_LENGTH);
    let mut weights = dir.weights("")?;
    for (at, folder) in &modules.dense {
        weights.extend(&format!("head.{at}."), dir.weights(folder)?);
    }
    let config = Config {
        architecture: bare.architecture,
        vocab_size: bare.vocab_size,
        hidden_size: bare.hidden_size,
        pad_token_id,
        isogloss: contract(dir, modules, longest, true)?,
    };
    config.check()?;
    Ok((config, weights))
}

/// A table of embeddings: its sizes are those of its one tensor.
fn read_static(
    dir: &impl Source,
    folder: &str,
    modules: Modules,
) -> Result<(Config, Weights), EncoderError> {
    const PUBLISHED: [&str; 2] = ["embedding.weight", "embeddings"];
    let published = dir.weights(folder)?;
    let found = PUBLISHED.iter().find_map(|name| published.get(name));
    let Some((&[vocab_size, hidden_size], table)) = found else {
        return Err(ArtifactError::Missing { name: format!("`{}`", PUBLISHED[0]) }.into());
    };
    let mut config = Config {
        architecture: Architecture::Static,
        vocab_size,
        hidden_size,
        pad_token_id: 0,
        isogloss: contract(dir, modules, usize::MAX, false)?,
    };
    config.isogloss.pooling = Pooling::Mean;
    config.check()?;
    let mut weights = Weights::default();
    weights.insert(config.table_name(), vec![vocab_size, hidden_size], table.clone());
    Ok((config, weights))
}

fn contract(
    dir: &impl Source,
    modules: Modules,
    longest: usize,
    special_tokens: bool,
) -> Result<Contract, EncoderError> {
    let settings: Settings = optional(dir, SETTINGS)?;
    if settings.do_lower_case {
        return unsupported(SETTINGS, "`do_lower_case` is not supported: tokenizers lower case");
    }
    let prompts: Prompts = optional(dir, PROMPTS)?;
    let prompt = |names: &[&str]| {
        let default = prompts.default_prompt_name.as_deref();
        let named = names.iter().copied().chain(default).find_map(|name| prompts.prompts.get(name));
        named.cloned().unwrap_or_default()
    };
    let query_prefix = prompt(&["query"]);
    let passage_prefix = prompt(&["passage", "document", "corpus"]);
    if modules.without_prompt && !(query_prefix.is_empty() && passage_prefix.is_empty()) {
        return unsupported(MODULES, "pooling without the prompt's tokens is not supported");
    }
    let tokenizer: TokenizerSettings = optional(dir, TOKENIZER_SETTINGS)?;
    let model_max = tokenizer.model_max_length.map_or(usize::MAX, |length| length as usize);
    let length = settings.max_seq_length.unwrap_or(model_max).min(longest);
    Ok(Contract {
        pooling: modules.pooling,
        head: modules.head,
        query_prefix,
        passage_prefix,
        max_query_length: length,
        max_passage_length: length,
        special_tokens,
    })
}

fn modules(dir: &impl Source) -> Result<Modules, EncoderError> {
    let mut modules = Modules::default();
    let Some(bytes) = dir.file(MODULES)? else { return Ok(modules) };
    let mut listed: Vec<Module> = parse(MODULES, &bytes)?;
    listed.sort_by_key(|module| module.idx);
    for Module { mut path, kind, .. } in listed {
        // Static models are published with a dot for the folder of the model itself.
        if path == "." {
            path.clear();
        }
        // The list is as untrusted as any file: its folders lie within this one.
        if !Path::new(&path).components().all(|part| matches!(part, Component::Normal(_))) {
            return unsupported(MODULES, format!("`{path}` is not a folder of the model"));
        }
        // The class' name is all that older and newer versions agree on.
        match kind.rsplit('.').next().unwrap_or(&kind) {
            "Transformer" if path.is_empty() => {}
            "StaticEmbedding" => modules.static_folder = Some(path),
            "Pooling" => {
                let file = format!("{path}/config.json");
                let config: PoolingConfig = parse(&file, &dir.need(&file)?)?;
                modules.pooling = pooling(&file, &config)?;
                modules.without_prompt = !config.include_prompt;
            }
            "Dense" => {
                let file = format!("{path}/config.json");
                let config: DenseConfig = parse(&file, &dir.need(&file)?)?;
                modules.dense.push((modules.head.len(), path));
                modules.head.push(Head::Dense {
                    from: config.in_features,
                    to: config.out_features,
                    bias: config.bias,
                    activation: dense_activation(&file, config.activation_function.as_deref())?,
                });
            }
            "Normalize" => modules.head.push(Head::Normalise),
            "Dropout" => {}
            _ => return unsupported(MODULES, format!("the module `{kind}` is not supported")),
        }
    }
    Ok(modules)
}

fn pooling(file: &str, config: &PoolingConfig) -> Result<Pooling, EncoderError> {
    const FLAG: &str = "pooling_mode_";
    let modes: Vec<&str> = match &config.pooling_mode {
        Some(Mode::One(mode)) => vec![mode],
        Some(Mode::Several(modes)) => modes.iter().map(String::as_str).collect(),
        None => {
            let on = |value: &serde_json::Value| value.as_bool() == Some(true);
            let flags = config.other.iter().filter(|(_, value)| on(value));
            flags.filter_map(|(name, _)| name.strip_prefix(FLAG)).collect()
        }
    };
    match modes[..] {
        ["mean" | "mean_tokens"] => Ok(Pooling::Mean),
        ["cls" | "cls_token"] => Ok(Pooling::Cls),
        ["lasttoken"] => Ok(Pooling::Last),
        _ => {
            let found = modes.join(" and ");
            unsupported(
                file,
                format!("pooling by `{found}` is not supported; mean, cls, lasttoken"),
            )
        }
    }
}

fn dense_activation(file: &str, class: Option<&str>) -> Result<Activation, EncoderError> {
    // sentence-transformers' own default.
    let Some(class) = class else { return Ok(Activation::Tanh) };
    Ok(match class.rsplit('.').next().unwrap_or(class) {
        "Tanh" => Activation::Tanh,
        "Identity" => Activation::Identity,
        "ReLU" => Activation::Relu,
        "GELU" => Activation::Gelu,
        "SiLU" => Activation::Silu,
        _ => return unsupported(file, format!("the activation `{class}` is not supported")),
    })
}

/// The text of `tokenizer.json`, wherever it is.
pub(crate) fn tokenizer(dir: &impl Source) -> Result<Vec<u8>, EncoderError> {
    if let Some(bytes) = dir.file(artifact::TOKENIZER)? {
        return Ok(bytes);
    }
    for folder in ["0_StaticEmbedding", "0_Transformer"] {
        if let Some(bytes) = dir.file(&format!("{folder}/{}", artifact::TOKENIZER))? {
            return Ok(bytes);
        }
    }
    Ok(dir.need(artifact::TOKENIZER)?)
}

fn unsupported<T>(file: &str, reason: impl Into<String>) -> Result<T, EncoderError> {
    Err(EncoderError::Unsupported { file: file.to_owned(), reason: reason.into() })
}

fn parse<T: DeserializeOwned>(file: &str, bytes: &[u8]) -> Result<T, EncoderError> {
    Ok(serde_json::from_slice(bytes).map_err(|error| ArtifactError::json(file, &error))?)
}

fn optional<T: DeserializeOwned + Default>(
    dir: &impl Source,
    file: &str,
) -> Result<T, EncoderError> {
    match dir.file(file)? {
        Some(bytes) => parse(file, &bytes),
        None => Ok(T::default()),
    }
}
