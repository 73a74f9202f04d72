//! Options of `mine`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use corpora::texts::TextFormat;
use device::Choice;
use mining::{Languages, Settings, Strategy};

use crate::models::Named;

/// Options of `mine`.
#[derive(Args)]
#[command(group(ArgGroup::new("rows").required(true).multiple(true)
    .args(["pairs", "parallel", "bitext", "lareqa"])))]
#[command(after_help = "Examples:
  isogloss mine --model runs/mine --pairs pairs.jsonl.gz --out pairs-hard.jsonl.gz
  isogloss mine --model intfloat/multilingual-e5-small --parallel guides.jsonl --negatives 7 \\
      --margin 0.05 --languages same --out guides-hard.jsonl
  isogloss mine --model runs/mine --pairs pairs.jsonl --parallel guides.jsonl --corpus wiki.jsonl \\
      --range-min 10 --range-max 100 --choose random --seed 1 --out hard

Candidates are the passages of all rows, with the negatives that they have, and the texts of
--corpus. No candidate becomes a negative that answers the query anywhere in the data, nor a
translation of one. What is written are the rows as they were, with `negatives` in place of any they
had: read pairs as `pairs`, everything else as `parallel`.

In this order: the nearest --range-max candidates are considered; those that score too much or too
little are dropped; the first --range-min of the rest are left out; --negatives are taken")]
pub struct Mine {
    /// What scores
    #[command(flatten)]
    pub model: Named,
    /// Files of `query`, `passage`, `lang`
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub pairs: Vec<PathBuf>,
    /// The same with an `id` that translations share
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub parallel: Vec<PathBuf>,
    /// Files of `text`, `lang` and an `id` that translations share
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub bitext: Vec<PathBuf>,
    /// Folders in LAReQA's layout: their training articles
    #[arg(long, value_name = "DIR", num_args = 1..)]
    pub lareqa: Vec<PathBuf>,
    /// Further candidates: files of texts, as `encode` reads them
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub corpus: Vec<PathBuf>,
    /// jsonl, tsv or txt [default: as the file's name and first line say]
    #[arg(long, value_name = "FORMAT", requires = "corpus")]
    pub corpus_format: Option<TextFormat>,
    /// Language of texts of the corpus that name none
    #[arg(long, value_name = "CODE", requires = "corpus")]
    pub corpus_lang: Option<String>,
    /// The mined file; for several inputs a new folder, with a file for each
    #[arg(long, value_name = "PATH")]
    pub out: PathBuf,
    /// Negatives of a query at most
    #[arg(long, value_name = "N", default_value_t = 3, alias = "num-negatives")]
    pub negatives: usize,
    /// Leave out so many of the nearest candidates that passed
    #[arg(long, value_name = "RANK", default_value_t = 0)]
    pub range_min: usize,
    /// Consider so many of the nearest candidates [default: 10 times the negatives, or as many as
    /// those where nothing is filtered or drawn, and --range-min]
    #[arg(long, value_name = "RANK")]
    pub range_max: Option<usize>,
    /// No negative scores more
    #[arg(long, value_name = "SCORE", allow_negative_numbers = true)]
    pub max_score: Option<f64>,
    /// No negative scores less
    #[arg(long, value_name = "SCORE", allow_negative_numbers = true)]
    pub min_score: Option<f64>,
    /// A negative scores less than the positive by this at least
    #[arg(long, value_name = "SCORE", allow_negative_numbers = true, alias = "absolute-margin")]
    pub margin: Option<f64>,
    /// A negative has at most so many per cent of the positive's score [default: 95 without
    /// --margin, --max-score or --unfiltered]
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true)]
    pub percent: Option<f64>,
    /// Take candidates whatever they score
    #[arg(long, conflicts_with_all = ["percent", "margin", "max_score"])]
    pub unfiltered: bool,
    /// Languages of negatives, as seen from the query: same, other or any
    #[arg(long, default_value_t = Languages::Any)]
    pub languages: Languages,
    /// Which of the candidates that are left: top or random
    #[arg(long, default_value_t = Strategy::Top, alias = "sampling-strategy")]
    pub choose: Strategy,
    /// Seed of random choices
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Also write rows for which there is no negative
    #[arg(long)]
    pub keep_unmined: bool,
    /// Also write `scores`: the positive's, then each negative's
    #[arg(long)]
    pub scores: bool,
    /// Padded tokens of a forward pass at most [default: what suits the device]
    #[arg(long, value_name = "TOKENS")]
    pub token_budget: Option<usize>,
    /// auto, wgpu, vulkan, metal or cpu
    #[arg(long, default_value_t = Choice::Auto)]
    pub device: Choice,
}

impl Mine {
    /// What is mined.
    pub fn settings(&self) -> Settings {
        let filtered = self.margin.is_some() || self.max_score.is_some() || self.unfiltered;
        let usual = Settings::default().percent.filter(|_| !filtered);
        Settings {
            negatives: self.negatives,
            range_min: self.range_min,
            range_max: self.range_max,
            max_score: self.max_score,
            min_score: self.min_score,
            margin: self.margin,
            percent: self.percent.or(usual),
            languages: self.languages,
            choice: self.choose,
            seed: self.seed,
        }
    }
}
