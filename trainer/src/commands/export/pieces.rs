//! What `transformers` wants to know of a tokenizer and a body: its own config, and the tokenizer's
//! special tokens by their roles.
//!
//! The tokenizer is declared a `PreTrainedTokenizerFast`, which takes `tokenizer.json` as it is;
//! classes of an architecture rebuild theirs from the vocabulary and lose its normaliser. Only
//! tokens that `tokenizer.json` itself marks as special get a role: any other would be cut out of
//! texts once it had one.

use std::collections::BTreeMap;

use artifact::Kind;
use encoder::{Architecture, Config, LayerType};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::failure::Failure;

/// Roles, each with the names that published tokenizers give it.
const ROLES: [(&str, &[&str]); 7] = [
    ("pad_token", &["[PAD]", "<pad>", "<|pad|>", "<|padding|>"]),
    ("unk_token", &["[UNK]", "<unk>", "<|unk|>"]),
    ("cls_token", &["[CLS]", "<s>", "<bos>"]),
    ("sep_token", &["[SEP]", "</s>", "<eos>"]),
    ("bos_token", &["<s>", "<bos>"]),
    ("eos_token", &["</s>", "<eos>"]),
    ("mask_token", &["[MASK]", "<mask>"]),
];

#[derive(Deserialize)]
struct Json {
    #[serde(default)]
    added_tokens: Vec<Added>,
}

#[derive(Deserialize)]
struct Added {
    id: u32,
    content: String,
    #[serde(default)]
    special: bool,
    /// How it is found in texts.
    #[serde(flatten)]
    how: BTreeMap<String, Value>,
}

/// The special tokens of a tokenizer by role.
pub struct Named {
    added: Vec<Added>,
    /// Token and id by role.
    roles: Vec<(&'static str, String, u32)>,
}

impl Named {
    /// The special tokens of the `tokenizer.json` whose text is `json`.
    pub fn of(json: &str, config: &Config) -> Result<Self, Failure> {
        let Json { added_tokens: added } = serde_json::from_str(json).map_err(Failure::input)?;
        let special =
            |name: &str| added.iter().find(|token| token.special && token.content == name);
        let padding = added.iter().find(|t| t.special && t.id == config.pad_token_id);
        let roles = ROLES.iter().filter_map(|&(role, names)| {
            let named = names.iter().find_map(|name| special(name));
            // Padding is known by its id, whatever it is called.
            let token = if role == "pad_token" { padding.or(named) } else { named };
            token.map(|token| (role, token.content.clone(), token.id))
        });
        let roles: Vec<_> = roles.collect();
        let pad = roles.iter().find(|(role, _, _)| *role == "pad_token").map(|(_, _, id)| *id);
        // XLM-R's positions skip the padding of its config; for others a mask hides any padding.
        let counted = matches!(config.architecture, Architecture::XlmRoberta(_));
        match pad {
            Some(id) if !counted || id == config.pad_token_id => Ok(Self { added, roles }),
            _ => Err(Failure::Input(format!(
                "tokenizer.json: no special token pads (config.json says `pad_token_id` {}), and \
                 transformers does not batch texts without one",
                config.pad_token_id
            ))),
        }
    }

    fn id(&self, role: &str) -> Option<u32> {
        self.roles.iter().find(|(known, _, _)| *known == role).map(|(_, _, id)| *id)
    }

    /// `special_tokens_map.json`.
    pub fn map(&self) -> Value {
        let roles = self.roles.iter().map(|(role, token, _)| ((*role).to_owned(), json!(token)));
        Value::Object(roles.collect())
    }

    /// `tokenizer_config.json` for texts of at most `length` tokens.
    pub fn settings(&self, length: usize) -> Value {
        let added = self.added.iter().map(|token| {
            let mut how: Map<String, Value> = token.how.clone().into_iter().collect();
            how.insert("content".to_owned(), json!(token.content));
            how.insert("special".to_owned(), json!(token.special));
            (token.id.to_string(), Value::Object(how))
        });
        let mut settings = json!({
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": length,
            // Token types would be those of a first text, which is what bodies assume anyway.
            "model_input_names": ["input_ids", "attention_mask"],
            "padding_side": "right",
            "truncation_side": "right",
            "clean_up_tokenization_spaces": false,
            "added_tokens_decoder": Value::Object(added.collect()),
        });
        if let (Some(fields), Value::Object(map)) = (settings.as_object_mut(), self.map()) {
            fields.extend(map);
        }
        settings
    }
}

/// `config.json` of the body, with weights stored as `kind`.
pub fn config(config: &Config, named: &Named, kind: Kind) -> Value {
    let mut value = serde_json::to_value(config).unwrap_or_default();
    let Some(fields) = value.as_object_mut() else { return value };
    fields.remove("isogloss");
    let class = match &config.architecture {
        Architecture::Static => "",
        Architecture::Bert(_) => "BertModel",
        Architecture::XlmRoberta(_) => "XLMRobertaModel",
        Architecture::ModernBert(sizes) => {
            // Each form goes with its own versions, so both say the same.
            let layers = 0..sizes.num_hidden_layers;
            let types: Vec<LayerType> = layers.map(|layer| sizes.layer_type(layer)).collect();
            if let Some(every) = period(&types) {
                fields.insert("global_attn_every_n_layers".to_owned(), json!(every));
            }
            fields.insert("layer_types".to_owned(), json!(types));
            let rope = |kind| json!({"rope_type": "default", "rope_theta": sizes.theta(kind)});
            let (full, sliding) = (rope(LayerType::Full), rope(LayerType::Sliding));
            fields.insert("global_rope_theta".to_owned(), full["rope_theta"].clone());
            fields.insert("local_rope_theta".to_owned(), sliding["rope_theta"].clone());
            let rope = json!({"full_attention": full, "sliding_attention": sliding});
            fields.insert("rope_parameters".to_owned(), rope);
            "ModernBertModel"
        }
    };
    fields.insert("architectures".to_owned(), json!([class]));
    // Older versions read the first, newer ones the second.
    let dtype = if kind == Kind::F16 { "float16" } else { "float32" };
    fields.insert("torch_dtype".to_owned(), json!(dtype));
    fields.insert("dtype".to_owned(), json!(dtype));
    fields.insert("pad_token_id".to_owned(), json!(named.id("pad_token")));
    for role in ["cls_token", "sep_token", "bos_token", "eos_token"] {
        // ModernBERT's defaults are ids of a vocabulary that this may not be.
        fields.insert(format!("{role}_id"), json!(named.id(role)));
    }
    value
}

/// Every so manyth layer sees every token, if layers alternate so.
fn period(types: &[LayerType]) -> Option<usize> {
    (1..=types.len()).find(|&every| {
        let full = |layer: usize| layer.is_multiple_of(every);
        types.iter().enumerate().all(|(layer, kind)| (*kind == LayerType::Full) == full(layer))
    })
}
