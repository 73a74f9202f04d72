//! `--to sentence-transformers`: a folder that `SentenceTransformer(path)` loads.
//!
//! The layout is the one that its oldest versions write, which all versions read: modules by their
//! old type names, pooling as flags, a static table in a folder of its own. What it cannot express
//! is refused, but for one thing: it has one maximum length, so the larger of the two is taken and
//! that is said.

use std::collections::BTreeMap;
use std::path::Path;

use artifact::{CONFIG, For, Kind, SCALE, Stored, TOKENIZER, WEIGHTS, Weights};
use device::Choice;
use encoder::{Activation, Architecture, Config, Head, Pooling};
use serde_json::{Value, json};
use tokens::Tokenizer;

use super::{Model, pieces};
use crate::failure::Failure;
use crate::options::{Export, WeightsName};
use crate::{cards, outputs};

/// Files by their path in the folder.
type Files = BTreeMap<String, Vec<u8>>;

/// Folder of a static table: with none, older versions take it for a transformer.
const STATIC: &str = "0_StaticEmbedding";

/// Writes the folder.
pub fn run(options: &Export) -> Result<(), Failure> {
    let out = options.out.as_deref().ok_or_else(|| {
        Failure::Input("--to sentence-transformers needs --out DIR, a new folder".to_owned())
    })?;
    for (option, given) in [
        ("--corpus", options.corpus.is_some()),
        ("--data", options.data.is_some()),
        ("--rows", options.rows.is_some()),
    ] {
        if given {
            return Err(Failure::Input(format!("{option} belongs to --to web")));
        }
    }
    let kind = match options.weights {
        None | Some(WeightsName::F32) => Kind::F32,
        Some(WeightsName::F16) => Kind::F16,
        Some(WeightsName::Int8) => {
            let text = "--weights int8: sentence-transformers takes f32 or f16".to_owned();
            return Err(Failure::Input(text));
        }
    };
    outputs::new_folder(out)?;
    // Nothing is computed, so the weights stay where they are.
    let model = Model::open(options, &device::open(Choice::Cpu)?.device)?;
    let (config, tokenizer, weights) = model.parts()?;
    say_lengths(&config);
    let mut files = files(&config, &tokenizer, &weights, kind)?;
    let mut manifest = model.manifest;
    // Rows are widened again.
    manifest.compression = None;
    let (base, own) = (model.base.as_deref(), model.card.as_deref());
    let card = cards::card(&manifest, &config, For::SentenceTransformers, base, own);
    files.insert(artifact::CARD.to_owned(), card.into_bytes());
    artifact::stage_directory(out, |staging| write(&files, staging))?;
    let bytes: usize = files.values().map(Vec::len).sum();
    eprintln!("{}: {} files, {:.1} MB", out.display(), files.len(), bytes as f64 / 1e6);
    Ok(())
}

fn write(files: &Files, staging: &Path) -> Result<(), Failure> {
    for (name, bytes) in files {
        let path = staging.join(name);
        outputs::make_parent(&path)?;
        std::fs::write(&path, bytes).map_err(Failure::path(&path))?;
    }
    Ok(())
}

fn length(config: &Config) -> usize {
    config.isogloss.max_query_length.max(config.isogloss.max_passage_length)
}

fn say_lengths(config: &Config) {
    let (query, passage) = (config.isogloss.max_query_length, config.isogloss.max_passage_length);
    if query != passage {
        let length = length(config);
        eprintln!(
            "note: queries are cut at {query} tokens here and passages at {passage}; \
             sentence-transformers has one length, which will be {length}"
        );
    }
}

/// Every file but the card.
fn files(
    config: &Config,
    tokenizer: &Tokenizer,
    weights: &Weights,
    kind: Kind,
) -> Result<Files, Failure> {
    let contract = &config.isogloss;
    let length = length(config);
    let mut files = Files::new();
    let mut modules = vec![];
    if config.architecture == Architecture::Static {
        if contract.pooling != Pooling::Mean || contract.special_tokens {
            return unsupported(
                "a static model that adds special tokens or does not take the mean",
            );
        }
        if kind == Kind::F16 && contract.head.contains(&Head::Normalise) {
            // Its epsilon is zero in f16, and a text without tokens becomes 0 / 0.
            return unsupported("a static model in f16 whose embeddings are normalised");
        }
        modules.push((STATIC.to_owned(), "StaticEmbedding"));
        let table = [(config.table_name(), "embedding.weight")];
        files.insert(format!("{STATIC}/{WEIGHTS}"), tensors(weights, &table, kind)?);
        // The module sets no length: the tokenizer has to cut.
        let json = tokenizer.to_json_cut(length).map_err(Failure::input)?;
        files.insert(format!("{STATIC}/{TOKENIZER}"), json.into_bytes());
    } else {
        modules.push((String::new(), "Transformer"));
        modules.push(("1_Pooling".to_owned(), "Pooling"));
        files.insert(format!("1_Pooling/{CONFIG}"), text(&pooling(config))?);
        let body =
            weights.names().filter(|name| !name.starts_with("head.") && !name.ends_with(SCALE));
        let body: Vec<(&str, &str)> = body.map(|name| (name, name)).collect();
        files.insert(WEIGHTS.to_owned(), tensors(weights, &body, kind)?);
        let plain = (!contract.special_tokens).then(|| tokenizer.without_special_tokens());
        let json = plain.as_ref().unwrap_or(tokenizer).to_json().map_err(Failure::input)?;
        let named = pieces::Named::of(&json, config)?;
        files.insert(CONFIG.to_owned(), text(&pieces::config(config, &named, kind))?);
        files.insert("tokenizer_config.json".to_owned(), text(&named.settings(length))?);
        files.insert("special_tokens_map.json".to_owned(), text(&named.map())?);
        files.insert(TOKENIZER.to_owned(), json.into_bytes());
    }
    for (at, layer) in contract.head.iter().enumerate() {
        let next = modules.len();
        let Head::Dense { from, to, bias, activation } = layer else {
            modules.push((format!("{next}_Normalize"), "Normalize"));
            continue;
        };
        let folder = format!("{next}_Dense");
        let settings = json!({"in_features": from, "out_features": to, "bias": bias,
            "activation_function": class(*activation)?});
        files.insert(format!("{folder}/{CONFIG}"), text(&settings)?);
        let (weight, shift) =
            (format!("head.{at}.linear.weight"), format!("head.{at}.linear.bias"));
        let mut names = vec![(weight.as_str(), "linear.weight")];
        names.extend(bias.then_some((shift.as_str(), "linear.bias")));
        files.insert(format!("{folder}/{WEIGHTS}"), tensors(weights, &names, kind)?);
        modules.push((folder, "Dense"));
    }
    let listed = modules.iter().enumerate().map(|(at, (path, class))| {
        json!({"idx": at, "name": at.to_string(), "path": path,
            "type": format!("sentence_transformers.models.{class}")})
    });
    files.insert("modules.json".to_owned(), text(&listed.collect())?);
    let settings = json!({"max_seq_length": length, "do_lower_case": false});
    files.insert("sentence_bert_config.json".to_owned(), text(&settings)?);
    // `encode_document` takes `document` before `passage`, so both are there.
    let (query, passage) = (&contract.query_prefix, &contract.passage_prefix);
    let prompts = json!({"query": query, "document": passage, "passage": passage});
    let settings = json!({"prompts": prompts, "default_prompt_name": null,
        "similarity_fn_name": "cosine"});
    files.insert("config_sentence_transformers.json".to_owned(), text(&settings)?);
    Ok(files)
}

fn pooling(config: &Config) -> Value {
    let is = |pooling| config.isogloss.pooling == pooling;
    json!({
        "word_embedding_dimension": config.hidden_size,
        "pooling_mode_cls_token": is(Pooling::Cls),
        "pooling_mode_mean_tokens": is(Pooling::Mean),
        "pooling_mode_max_tokens": false,
        "pooling_mode_mean_sqrt_len_tokens": false,
        "pooling_mode_weightedmean_tokens": false,
        "pooling_mode_lasttoken": is(Pooling::Last),
        "include_prompt": true,
    })
}

/// The class of an activation, which is constructed without arguments.
fn class(activation: Activation) -> Result<&'static str, Failure> {
    Ok(match activation {
        Activation::Gelu => "torch.nn.modules.activation.GELU",
        Activation::Relu => "torch.nn.modules.activation.ReLU",
        Activation::Silu => "torch.nn.modules.activation.SiLU",
        Activation::Tanh => "torch.nn.modules.activation.Tanh",
        Activation::Identity => "torch.nn.modules.linear.Identity",
        Activation::GeluTanh => return unsupported("a dense layer with `gelu_pytorch_tanh`"),
    })
}

fn unsupported<T>(what: &str) -> Result<T, Failure> {
    Err(Failure::Input(format!("sentence-transformers cannot express {what}")))
}

/// A weights file of the tensors `names`, each under its second name; int8 is widened.
fn tensors(weights: &Weights, names: &[(&str, &str)], kind: Kind) -> Result<Vec<u8>, Failure> {
    let mut out = Weights::default();
    for &(name, written) in names {
        let shape = weights.get(name).map(|(shape, _)| shape).unwrap_or_default();
        let values = weights.f32(name, shape)?;
        let stored = match kind {
            Kind::F16 => Stored::from_f32_as_f16(&values),
            _ => Stored::from_f32(&values),
        };
        out.insert(written, shape.to_vec(), stored);
    }
    super::finite(&out)?;
    Ok(out.to_bytes()?)
}

fn text(value: &Value) -> Result<Vec<u8>, Failure> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(Failure::input)?;
    bytes.push(b'\n');
    Ok(bytes)
}
