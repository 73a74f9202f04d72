//! `config.json`.
//!
//! The top level holds Hugging Face's own fields, so that other tools recognise the model; what
//! they have no field for, the tokenisation contract, lies under `isogloss`.

use artifact::ArtifactError;
use serde::{Deserialize, Serialize};

use crate::EncoderError;

/// On which side of the search a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// What is searched for.
    Query,
    /// What is searched in.
    Passage,
}

/// How token vectors become one vector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pooling {
    /// Mean over real tokens.
    #[default]
    Mean,
    /// The first token's vector.
    Cls,
}

/// How texts are tokenised and pooled: part of the model, since other choices give other vectors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// How token vectors become one.
    pub pooling: Pooling,
    /// Put before every query.
    #[serde(default)]
    pub query_prefix: String,
    /// Put before every passage.
    #[serde(default)]
    pub passage_prefix: String,
    /// Tokens of a query at most, special tokens included.
    pub max_query_length: usize,
    /// Tokens of a passage at most, special tokens included.
    pub max_passage_length: usize,
    /// Whether the tokenizer adds its special tokens.
    #[serde(default)]
    pub special_tokens: bool,
}

impl Contract {
    /// The prefix of a role.
    pub fn prefix(&self, role: Role) -> &str {
        match role {
            Role::Query => &self.query_prefix,
            Role::Passage => &self.passage_prefix,
        }
    }

    /// The maximum length of a role, in tokens.
    pub fn max_length(&self, role: Role) -> usize {
        match role {
            Role::Query => self.max_query_length,
            Role::Passage => self.max_passage_length,
        }
    }
}

/// Sizes of a transformer encoder, with Hugging Face's names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BertConfig {
    /// Transformer layers.
    pub num_hidden_layers: usize,
    /// Heads of each attention.
    pub num_attention_heads: usize,
    /// Width of the feed-forward layer.
    pub intermediate_size: usize,
    /// Longest input, in tokens.
    pub max_position_embeddings: usize,
    /// Rows of the token-type table.
    #[serde(default = "two")]
    pub type_vocab_size: usize,
    /// Epsilon of every layer norm.
    #[serde(default = "bert_epsilon")]
    pub layer_norm_eps: f64,
    /// Dropout after embeddings and sub-layers, in training.
    #[serde(default)]
    pub hidden_dropout_prob: f64,
    /// Activation of the feed-forward layer; only `gelu` is known.
    #[serde(default = "gelu")]
    pub hidden_act: String,
}

fn two() -> usize {
    2
}
fn bert_epsilon() -> f64 {
    1e-12
}
fn gelu() -> String {
    "gelu".to_owned()
}

/// The body of an encoder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "model_type")]
pub enum Architecture {
    /// Token vectors are pooled as they are.
    #[serde(rename = "isogloss-static")]
    Static,
    /// A transformer encoder.
    #[serde(rename = "bert")]
    Bert(BertConfig),
}

/// `config.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// `model_type` and the sizes of its body.
    #[serde(flatten)]
    pub architecture: Architecture,
    /// Rows of the vocabulary table.
    pub vocab_size: usize,
    /// Dimension of token vectors and embeddings.
    pub hidden_size: usize,
    /// Id that fills padded rows.
    #[serde(default)]
    pub pad_token_id: u32,
    /// The tokenisation contract.
    pub isogloss: Contract,
}

impl Config {
    /// Reads and checks `config.json`.
    pub fn parse(bytes: &[u8]) -> Result<Self, EncoderError> {
        let config: Self = serde_json::from_slice(bytes)
            .map_err(|error| ArtifactError::json(artifact::CONFIG, &error))?;
        config.check()?;
        Ok(config)
    }

    /// The text of `config.json`.
    pub fn to_json(&self) -> Vec<u8> {
        // Serialising these types cannot fail: no map has keys other than strings.
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// Checks that the sizes make an encoder.
    pub fn check(&self) -> Result<(), EncoderError> {
        let bad = |field, reason: String| Err(EncoderError::Config { field, reason });
        if self.vocab_size == 0 {
            return bad("vocab_size", "must be at least 1".to_owned());
        }
        if self.hidden_size == 0 {
            return bad("hidden_size", "must be at least 1".to_owned());
        }
        if self.pad_token_id as usize >= self.vocab_size {
            return bad("pad_token_id", format!("is not below vocab_size {}", self.vocab_size));
        }
        for (field, length) in [
            ("isogloss.max_query_length", self.isogloss.max_query_length),
            ("isogloss.max_passage_length", self.isogloss.max_passage_length),
        ] {
            if length == 0 {
                return bad(field, "must be at least 1".to_owned());
            }
            if let Architecture::Bert(bert) = &self.architecture
                && length > bert.max_position_embeddings
            {
                let most = bert.max_position_embeddings;
                return bad(field, format!("{length} is over max_position_embeddings {most}"));
            }
        }
        if let Architecture::Bert(bert) = &self.architecture {
            let heads = bert.num_attention_heads;
            if heads == 0 || !self.hidden_size.is_multiple_of(heads) {
                let size = self.hidden_size;
                return bad("num_attention_heads", format!("{heads} does not divide {size}"));
            }
            if bert.type_vocab_size == 0 {
                return bad("type_vocab_size", "must be at least 1".to_owned());
            }
            if bert.hidden_act != "gelu" {
                let found = &bert.hidden_act;
                return bad("hidden_act", format!("`{found}` is not known; only `gelu` is"));
            }
            if !(0.0..1.0).contains(&bert.hidden_dropout_prob) {
                return bad("hidden_dropout_prob", "is not within 0 and 1".to_owned());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const BERT: &str = r#"{"model_type": "bert", "vocab_size": 100, "hidden_size": 32,
        "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64,
        "max_position_embeddings": 48, "architectures": ["BertModel"],
        "isogloss": {"pooling": "cls", "max_query_length": 32, "max_passage_length": 48}}"#;

    #[test]
    fn a_published_config_with_a_contract_reads_and_survives() {
        let config = Config::parse(BERT.as_bytes()).unwrap();
        assert!(matches!(&config.architecture, Architecture::Bert(b) if b.layer_norm_eps < 2e-12));
        assert_eq!(Config::parse(&config.to_json()).unwrap(), config);
    }

    #[test]
    fn sizes_that_disagree_name_their_field() {
        for (from, to, field) in [
            ("\"num_attention_heads\": 4", "\"num_attention_heads\": 5", "num_attention_heads"),
            ("\"max_passage_length\": 48", "\"max_passage_length\": 49", "max_passage_length"),
            ("\"vocab_size\": 100", "\"vocab_size\": 0", "vocab_size"),
        ] {
            let error = Config::parse(BERT.replace(from, to).as_bytes()).unwrap_err().to_string();
            assert!(error.contains(field), "{error}");
        }
    }

    #[test]
    fn an_unknown_architecture_is_named() {
        let text = BERT.replace("\"bert\"", "\"mamba\"");
        let error = Config::parse(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("mamba"), "{error}");
    }
}
