//! `config.json`.
//!
//! The top level holds Hugging Face's own fields, so that other tools recognise the model; what
//! they have no field for, the tokenisation contract, lies under `isogloss`.

use artifact::ArtifactError;
use serde::{Deserialize, Serialize};

use crate::architecture::{Layout, bad};
use crate::{Activation, Architecture, EncoderError};

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
    /// The last real token's vector.
    Last,
}

/// What is done to the pooled vector, in order; modules of sentence-transformers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Head {
    /// `activation(x W + b)`.
    Dense {
        /// Dimension before.
        from: usize,
        /// Dimension after.
        to: usize,
        /// Whether there is a `b`.
        bias: bool,
        /// The function after it.
        activation: Activation,
    },
    /// To length 1.
    Normalise,
}

/// The head of a contract that names none: vectors are compared by direction.
fn normalise() -> Vec<Head> {
    vec![Head::Normalise]
}

/// How texts are tokenised and pooled: part of the model, since other choices give other vectors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// How token vectors become one.
    pub pooling: Pooling,
    /// What is done to that one.
    #[serde(default = "normalise")]
    pub head: Vec<Head>,
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

/// `config.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// `model_type` and the sizes of its body.
    #[serde(flatten)]
    pub architecture: Architecture,
    /// Rows of the vocabulary table.
    pub vocab_size: usize,
    /// Dimension of token vectors.
    pub hidden_size: usize,
    /// Id that fills padded rows.
    #[serde(default, deserialize_with = "or_zero")]
    pub pad_token_id: u32,
    /// The tokenisation contract.
    pub isogloss: Contract,
}

impl Config {
    /// Reads and checks a `config.json` with a contract in it.
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

    /// Dimension of embeddings.
    pub fn dimension(&self) -> usize {
        let dense = self.isogloss.head.iter().rev().find_map(|layer| match layer {
            Head::Dense { to, .. } => Some(*to),
            Head::Normalise => None,
        });
        dense.unwrap_or(self.hidden_size)
    }

    /// Whether an embedding is the direction of the mean of table rows, nothing more.
    pub fn is_mean_of_rows(&self) -> bool {
        self.architecture == Architecture::Static
            && self.isogloss.pooling == Pooling::Mean
            && self.isogloss.head == [Head::Normalise]
    }

    /// Has embeddings end in length 1, as search by direction wants them.
    pub fn end_in_unit_vectors(&mut self) {
        if self.isogloss.head.last() != Some(&Head::Normalise) {
            self.isogloss.head.push(Head::Normalise);
        }
    }

    /// Name and shape of every tensor that the encoder reads.
    pub fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        self.layout().0.into_iter().map(|slot| (slot.name, slot.shape)).collect()
    }

    pub(crate) fn layout(&self) -> Layout {
        let mut layout = Layout::default();
        layout.matrix(self.table_name(), [self.vocab_size, self.hidden_size]);
        crate::Network::layout(self, &mut layout);
        layout
    }

    /// Name of the vocabulary table in the weights file.
    pub fn table_name(&self) -> &'static str {
        match self.architecture {
            Architecture::Static => "embeddings.weight",
            Architecture::Bert(_) | Architecture::XlmRoberta(_) => {
                "embeddings.word_embeddings.weight"
            }
            Architecture::ModernBert(_) => "embeddings.tok_embeddings.weight",
        }
    }

    /// Checks that the sizes make an encoder.
    pub fn check(&self) -> Result<(), EncoderError> {
        if self.vocab_size == 0 {
            return bad("vocab_size", "must be at least 1");
        }
        if self.hidden_size == 0 {
            return bad("hidden_size", "must be at least 1");
        }
        if self.pad_token_id as usize >= self.vocab_size {
            return bad("pad_token_id", format!("is not below vocab_size {}", self.vocab_size));
        }
        self.architecture.check(self.hidden_size)?;
        let longest = self.architecture.longest(self.pad_token_id);
        for (field, length) in [
            ("isogloss.max_query_length", self.isogloss.max_query_length),
            ("isogloss.max_passage_length", self.isogloss.max_passage_length),
        ] {
            if length == 0 {
                return bad(field, "must be at least 1");
            }
            if let Some(most) = longest
                && length > most
            {
                let reason =
                    format!("{length} is over the {most} that max_position_embeddings allows");
                return bad(field, reason);
            }
        }
        let mut dimension = self.hidden_size;
        for layer in &self.isogloss.head {
            if let Head::Dense { from, to, .. } = layer {
                if *from != dimension || *to == 0 {
                    let reason =
                        format!("a dense layer takes {from} values where {dimension} come");
                    return bad("isogloss.head", reason);
                }
                dimension = *to;
            }
        }
        Ok(())
    }
}

/// Some published configs say `null` where they mean nothing.
fn or_zero<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    Ok(Option::<u32>::deserialize(deserializer)?.unwrap_or(0))
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
