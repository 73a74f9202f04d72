//! The fields of a run file, each of which is also an option of `train`.
//!
//! One list makes the options, their help and their places in the run, so that neither can be
//! forgotten: a test compares it with the fields that a run has.

/// How the words after an option become a value of the run file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text as it stands.
    Text,
    /// A number, `true`, or a word, as a run file has it.
    Value,
    /// Texts, separated by commas or given again.
    List,
    /// On where it is given.
    Switch,
    /// A table as a run file has it in one line: `{ key = 1 }`.
    Table,
}

/// A field of a run file.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Name of the option.
    pub option: &'static str,
    /// Place in the run file.
    pub path: &'static str,
    /// What stands for the value in the help.
    pub value: &'static str,
    /// How it is read.
    pub kind: Kind,
    /// One line of help.
    pub help: &'static str,
}

const fn field(
    option: &'static str,
    path: &'static str,
    value: &'static str,
    kind: Kind,
    help: &'static str,
) -> Field {
    Field { option, path, value, kind, help }
}

use Kind::{List, Switch, Table, Text, Value};

/// Sections of the help with their fields.
#[rustfmt::skip]
pub const SECTIONS: &[(&str, &[Field])] = &[
    ("Run", &[
        field("out", "out", "DIR", Text, "Where to write the model"),
        field("name", "name", "NAME", Text, "Name of the model [default: the folder's]"),
        field("seed", "seed", "N", Value, "Seed of everything that is drawn"),
    ]),
    ("Model", &[
        field("base", "model.base", "MODEL", Text, "Start from this model, a directory or a name on the hub"),
        field("allow-pickle", "model.allow_pickle", "", Switch, "Read weights from a Python pickle (.bin) where there is nothing better"),
        field("tokenizer", "model.fresh.tokenizer", "FILE", Text, "Tokenizer of a fresh model"),
        field("model-config", "model.fresh.config", "TABLE", Table, "config.json's fields of a fresh model, as { hidden_size = 256 }"),
        field("pooling", "model.contract.pooling", "WORD", Value, "How token vectors become one: mean, cls or last [default: the base's]"),
        field("query-prefix", "model.contract.query_prefix", "TEXT", Text, "Stands before each query"),
        field("passage-prefix", "model.contract.passage_prefix", "TEXT", Text, "Stands before each passage"),
        field("max-query-length", "model.contract.max_query_length", "TOKENS", Value, "Tokens of a query at most"),
        field("max-passage-length", "model.contract.max_passage_length", "TOKENS", Value, "Tokens of a passage at most"),
        field("rows", "model.rows", "TYPE", Value, "How the vocabulary table is written: f32, f16 or int8"),
    ]),
    ("Data", &[
        field("pairs", "data.pairs", "FILES", List, "JSON Lines of query, passage, lang"),
        field("parallel", "data.parallel", "FILES", List, "The same with an id that translations share"),
        field("bitext", "data.bitext", "FILES", List, "JSON Lines of text, lang, id"),
        field("lexicon", "data.lexicon", "FILES", List, "Tables of words"),
        field("lareqa", "data.lareqa", "DIRS", List, "Folders in LAReQA's layout"),
        field("dictionaries", "data.dictionaries", "FILES", List, "Tables of words to switch texts with"),
        field("licences", "data.licences", "TABLE", Table, "Licences by file, for the model card"),
    ]),
    ("Batches", &[
        field("composition", "batches.composition", "WORD", Text, "mono, cross, hybrid, hybrid:ALPHA, hybrid:FROM..TO or mixed"),
        field("batch", "batches.batch", "ROWS", Value, "Rows a batch"),
        field("language-sampling", "batches.language_power", "HOW", Value, "uniform, proportional, temperature:T or a power"),
        field("source-sampling", "batches.source_power", "HOW", Value, "The same for sources"),
        field("source-weights", "batches.source_weights", "TABLE", Table, "Weights of sources by name"),
        field("one-source-per-batch", "batches.one_source_per_batch", "", Switch, "All rows of a batch from one source"),
        field("languages", "batches.languages", "CODES", List, "Languages to draw from"),
        field("excluded-languages", "batches.excluded_languages", "CODES", List, "Languages to leave out"),
        field("language-pairs", "batches.pairs", "PAIRS", List, "Pairs to draw cross rows from, as de-en"),
        field("excluded-language-pairs", "batches.excluded_pairs", "PAIRS", List, "Pairs to leave out"),
        field("negatives-per-query", "batches.negatives_per_query", "N", Value, "Hard negatives of each row at most"),
        field("switch-rows", "batches.code_switch.rows", "SHARE", Value, "Share of rows whose words are switched"),
        field("switch-words", "batches.code_switch.words", "SHARE", Value, "Share of their words that are"),
        field("switch-sides", "batches.code_switch.sides", "WORD", Value, "query, passage or both"),
        field("switch-languages", "batches.code_switch.languages", "CODES", List, "Languages of the words put in"),
    ]),
    ("Objective", &[
        field("objective", "objective", "KIND", Table, "contrastive, mimo, lakda ..., or a table { kind = \"...\" }"),
        field("directions", "objective.directions", "LIST", List, "query-to-passage, passage-to-query, query-to-query, passage-to-passage"),
        field("softmax", "objective.softmax", "WORD", Value, "joint or per-direction"),
        field("negatives-of", "objective.negatives", "WORD", Value, "Whose negatives hard negatives are: shared or own"),
        field("temperature", "objective.temperature", "T", Value, "Temperature of the loss"),
        field("learn-temperature", "objective.learn_temperature", "", Switch, "Learn the temperature from there"),
        field("lowest-temperature", "objective.lowest_temperature", "T", Value, "A learned temperature falls no lower"),
        field("margin", "objective.margin", "M", Value, "Margin by which the positive must win"),
        field("hardness", "objective.hardness", "TABLE", Table, "Weigh hard negatives more: { of = \"all\", strength = 9 }"),
        field("teacher", "teacher.model", "MODEL", Text, "A model that is learnt from"),
    ]),
    ("Training", &[
        field("steps", "training.steps", "N", Value, "Optimiser steps"),
        field("learning-rate", "training.learning_rate", "RATE", Value, "Highest learning rate"),
        field("warmup", "training.warmup", "SHARE", Value, "Share of the steps over which the rate rises"),
        field("decay", "training.decay", "WORD", Value, "What the rate does then: linear, cosine or constant"),
        field("weight-decay", "training.weight_decay", "X", Value, "AdamW's weight decay"),
        field("layer-decay", "training.layer_decay", "X", Value, "Share of the rate that a layer keeps of the one above it"),
        field("freeze-layers", "training.freeze_layers", "N", Value, "Lowest layers that are not trained"),
        field("embeddings", "training.embeddings", "HOW", Value, "Vocabulary table: sparse, full or frozen"),
        field("groups", "training.groups", "LIST", Table, "Own rates: [{ names = [\"head.\"], learning_rate = 1e-4 }]"),
        field("clip-norm", "training.clip_norm", "NORM", Value, "Shorten gradients to this norm; 0 for any"),
        field("accumulate", "training.accumulate", "N", Value, "Batches a step"),
        field("token-budget", "training.token_budget", "TOKENS", Value, "Padded tokens encoded at once (GradCache); 0 for the whole batch"),
        field("precision", "training.precision", "TYPE", Value, "f32 or f16"),
        field("loss-scale", "training.loss_scale", "X", Value, "What the loss is multiplied by at first in f16"),
        field("token-dropout", "training.token_dropout", "SHARE", Value, "Share of tokens left out of each text"),
        field("checkpoint-every", "training.checkpoint_every", "STEPS", Value, "Steps between checkpoints, in OUT.checkpoints; 0 for none"),
        field("checkpoints-kept", "training.checkpoints_kept", "N", Value, "Checkpoints kept"),
    ]),
    ("Validation", &[
        field("valid-pairs", "validation.pairs", "FILES", List, "Held-out JSON Lines of query, passage, lang"),
        field("valid-parallel", "validation.parallel", "FILES", List, "The same with an id"),
        field("valid-bitext", "validation.bitext", "FILES", List, "Held-out JSON Lines of text, lang, id"),
        field("valid-lareqa", "validation.lareqa", "DIRS", List, "Folders in LAReQA's layout, of which the test split is read"),
        field("valid-measure", "validation.measure", "NAME", Value, "mAP, nDCG@10 or loss"),
        field("valid-every", "validation.every", "STEPS", Value, "Steps between validations"),
        field("valid-pairs-at-most", "validation.pairs_at_most", "N", Value, "Held-out pairs judged at most; 0 for all"),
        field("patience", "validation.patience", "N", Value, "Validations without a better one that end the run; 0 for any"),
        field("least-gain", "validation.least_gain", "X", Value, "How much better is better"),
        field("keep", "validation.keep", "WORD", Value, "Weights that become the model: best or last"),
    ]),
];

/// All fields.
pub fn all() -> impl Iterator<Item = &'static Field> {
    SECTIONS.iter().flat_map(|(_, fields)| fields.iter())
}
