//! The texts of a batch, as tokens.

use std::ops::Range;

/// What a batch consists of; row `i` of each list belongs to query `i`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TokenRows {
    /// Tokens of the queries.
    pub queries: Vec<Vec<u32>>,
    /// Tokens of their passages.
    pub passages: Vec<Vec<u32>>,
    /// Tokens of each row's hard negatives; rows may have different numbers of them.
    pub negatives: Vec<Vec<Vec<u32>>>,
    /// Tokens of the queries in another language.
    pub translations: Option<Vec<Vec<u32>>>,
    /// What a teacher makes of the same texts.
    pub teacher: Option<Lesson>,
}

/// A teacher's embeddings of the texts of a batch, row-major.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lesson {
    /// Values of an embedding.
    pub dimension: usize,
    /// Of the queries.
    pub queries: Vec<f32>,
    /// Of the passages.
    pub passages: Vec<f32>,
    /// Scores of each query with its passage and then with its hard negatives,
    /// `[rows, 1 + negatives_per_row]`; empty without hard negatives.
    pub scores: Vec<f32>,
}

impl TokenRows {
    /// Pairs without anything else.
    pub fn new(queries: Vec<Vec<u32>>, passages: Vec<Vec<u32>>) -> Self {
        Self { queries, passages, ..Self::default() }
    }

    /// Rows of the batch.
    pub fn len(&self) -> usize {
        self.queries.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.queries.is_empty()
    }

    /// Hard negatives of a row at most; one, which is absent, where there are rows for them but no
    /// row has any: a loss that needs them is then 0, not an error.
    pub fn negatives_per_row(&self) -> usize {
        self.negatives.iter().map(Vec::len).max().map_or(0, |most| most.max(1))
    }

    /// All texts in one list, and where each side lies in it.
    ///
    /// A row with fewer hard negatives than others has fillers, the first token of its passage:
    /// they are masked in the loss and cost little.
    pub(crate) fn flat(&self) -> Flat<'_> {
        let n = self.negatives_per_row();
        let mut texts: Vec<&[u32]> = Vec::new();
        texts.extend(self.queries.iter().map(Vec::as_slice));
        let passages = texts.len()..texts.len() + self.passages.len();
        texts.extend(self.passages.iter().map(Vec::as_slice));
        let start = texts.len();
        let mut absent = Vec::new();
        if n > 0 {
            for (row, passage) in self.passages.iter().enumerate() {
                let own: &[Vec<u32>] = self.negatives.get(row).map_or(&[], Vec::as_slice);
                for at in 0..n {
                    let filler = &passage[..passage.len().min(1)];
                    texts.push(own.get(at).map_or(filler, Vec::as_slice));
                    absent.push(at >= own.len());
                }
            }
        }
        let negatives = start..texts.len();
        let start = texts.len();
        if let Some(translations) = &self.translations {
            texts.extend(translations.iter().map(Vec::as_slice));
        }
        let translations = start..texts.len();
        Flat { queries: 0..self.len(), passages, negatives, translations, absent, texts }
    }
}

/// All texts of a batch.
pub(crate) struct Flat<'a> {
    pub texts: Vec<&'a [u32]>,
    pub queries: Range<usize>,
    pub passages: Range<usize>,
    pub negatives: Range<usize>,
    pub translations: Range<usize>,
    /// For each hard negative, whether it is a filler.
    pub absent: Vec<bool>,
}

impl Flat<'_> {
    /// The sides that have any text, in order.
    pub fn sides(&self) -> impl Iterator<Item = Range<usize>> {
        let sides = [&self.queries, &self.passages, &self.negatives, &self.translations];
        sides.into_iter().filter(|side| !side.is_empty()).cloned().collect::<Vec<_>>().into_iter()
    }
}
