//! Why a plan cannot be carried out. All of it is found when the sampler is built, so that a run
//! fails before its first step and not hours later.

use std::fmt;

use crate::{names, pairs};

/// A plan, or a training set, from which no batches can be drawn.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SamplingError {
    /// The name of a composition is none of the four.
    #[error(
        "unknown batch composition `{name}`: expected mono, cross, hybrid, hybrid:ALPHA, hybrid:FROM..TO, \
         hybrid:FROM..TO:cosine or mixed"
    )]
    UnknownComposition {
        /// The name as given.
        name: String,
    },
    /// The share of mono batches is not a probability.
    #[error("alpha is {value}, but the share of mono batches lies in 0..=1")]
    Alpha {
        /// The value as given; may be NaN.
        value: f64,
    },
    /// A text is no alpha.
    #[error("alpha `{text}` is not of the form 0.5, 0.8..0.2 or 0.8..0.2:cosine")]
    AlphaText {
        /// The text as given.
        text: String,
    },
    /// Alpha moves over the run, whose length is not known.
    #[error(
        "alpha of {composition} moves over the run, but the plan does not say how many steps the run has"
    )]
    NoSteps {
        /// The composition asked for.
        composition: String,
    },
    /// One row has no in-batch negatives.
    #[error("a batch of {value} has no in-batch negatives: at least 2 rows are needed")]
    Batch {
        /// The number of rows asked for.
        value: usize,
    },
    /// A text says nothing about how languages or sources are weighed.
    #[error(
        "`{text}` is not one of uniform, proportional, temperature:T (T above 0) or a number, 0 or more"
    )]
    PowerText {
        /// The text as given.
        text: String,
    },
    /// A probability is out of range.
    #[error("{field} is {value}, but a probability lies in 0..=1")]
    Probability {
        /// The field of the plan.
        field: &'static str,
        /// The value as given; may be NaN.
        value: f64,
    },
    /// A power or a weight is negative, infinite or NaN.
    #[error("{field} is {value}, but must be a finite number, 0 or more")]
    Number {
        /// The field of the plan, with the source for a weight.
        field: String,
        /// The value as given.
        value: f64,
    },
    /// A weight was given to a source that the training set does not have.
    #[error("unknown source `{name}` in the source weights{}; the training set has: {}", suggest(name, known), known.join(", "))]
    UnknownSource {
        /// The name as given.
        name: String,
        /// The sources of the training set.
        known: Vec<String>,
    },
    /// The plan names a language that the training set does not have.
    #[error("unknown language `{name}`{}; the training set has: {}", suggest(name, known), known.join(", "))]
    UnknownLanguage {
        /// The name as given.
        name: String,
        /// The languages of the training set.
        known: Vec<String>,
    },
    /// The plan names a pair that is not of two languages of the training set.
    #[error(
        "unknown pair of languages `{name}` in `{field}`{}: expected QUERY-PASSAGE of the training set's: {}",
        pairs::suggestion(name, known), known.join(", ")
    )]
    UnknownPair {
        /// The pair as given.
        name: String,
        /// `pairs` or `excluded_pairs`.
        field: &'static str,
        /// The languages of the training set.
        known: Vec<String>,
    },
    /// Two options contradict one another, or one has no effect beside another.
    #[error("conflicting options: {problem}")]
    Conflict {
        /// Which, and how.
        problem: String,
    },
    /// The plan asks for a pair of languages in which nothing is translated.
    #[error("pair `{pair}` has no data: no group in use has different texts in both languages")]
    NoPairData {
        /// The pair.
        pair: String,
    },
    /// The plan leaves out every pair of languages that has data.
    #[error(
        "no pair of languages is left for {composition} batches: `excluded_pairs` takes out all that have data"
    )]
    NoPairs {
        /// The composition asked for.
        composition: String,
    },
    /// Hard negatives were asked for, but no row in play has any.
    #[error(
        "negatives_per_query is {asked}, but no row of the languages and sources in use has `negatives`"
    )]
    NoNegatives {
        /// Negatives asked for.
        asked: usize,
    },
    /// Words are to be replaced by those of a language that the lexicon does not have.
    #[error("unknown language `{name}` in code_switch.languages{}; the lexicon has: {}", suggest(name, known), known.join(", "))]
    UnknownSwitchLanguage {
        /// The name as given.
        name: String,
        /// The languages of the lexicon.
        known: Vec<String>,
    },
    /// The plan draws from none of the lexicon's languages and names none to switch into.
    #[error(
        "no language to switch words into: the plan draws from none of the lexicon's, {}; name some in \
         code_switch.languages",
        known.join(", ")
    )]
    NoSwitchLanguages {
        /// The languages of the lexicon.
        known: Vec<String>,
    },
    /// The plan asks for a language from which this composition can draw nothing.
    #[error("language `{language}` has no data for {composition} batches in the sources in use")]
    NoData {
        /// The language.
        language: String,
        /// The composition asked for.
        composition: String,
    },
    /// Every source has the weight 0, or the languages leave none with data.
    #[error(
        "no training data is left: every source has the weight 0 or no text in the languages in use"
    )]
    Empty,
    /// Same-language pairs were asked for, but there are none.
    #[error(
        "no same-language pair of query and passage for {composition} batches (bitext serves cross batches only: \
         within one language its query and passage are the same text)"
    )]
    NoMono {
        /// The composition asked for.
        composition: String,
    },
    /// Cross batches were asked for, but nothing is translated.
    #[error("no group with different texts in two languages, which {composition} batches need")]
    NoCross {
        /// The composition asked for.
        composition: String,
    },
    /// A batch cannot be filled without false negatives.
    #[error(
        "{scope}: a batch of {batch} needs as many rows that share no query and no passage, but only {distinct} \
         can be had: lower the batch, or leave out the language or source"
    )]
    TooFew {
        /// What the batch would be drawn from.
        scope: Scope,
        /// Rows that fit into one batch.
        distinct: usize,
        /// Rows asked for.
        batch: usize,
    },
    /// The training set contradicts itself.
    #[error("entry {entry} of the training set: {field} is {value}, but there are {len}")]
    Index {
        /// Position in `TrainingSet::entries`.
        entry: usize,
        /// The field out of range.
        field: &'static str,
        /// Its value.
        value: u32,
        /// The number of languages, sources or texts.
        len: usize,
    },
}

fn suggest(name: &str, known: &[String]) -> String {
    names::suggestion(name, known.iter().map(String::as_str))
}

/// What a batch is drawn from: a kind of batch, and where it is restricted, one source and one
/// language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// `mono`, `cross` or `mixed`.
    pub kind: &'static str,
    /// The source, when a batch comes from one source.
    pub source: Option<String>,
    /// The language, when a batch is in one language.
    pub language: Option<String>,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} batches", self.kind)?;
        if let Some(language) = &self.language {
            write!(f, " in language `{language}`")?;
        }
        if let Some(source) = &self.source {
            write!(f, " from source `{source}`")?;
        }
        Ok(())
    }
}
