//! From the sampler's numbers to the tokens of a batch.
//!
//! Texts are tokenised once, in each role that they play; only those that are code-switched are
//! tokenised again when they are drawn. What a step draws besides its rows (token dropout, the
//! language of a translated query) comes from the step's own generator, so that a resumed run
//! draws the same.

use std::collections::HashMap;

use corpora::training::{Entry, TrainingSet};
use encoder::{Config, Encoder, Role, tokenise};
use rand::RngCore;
use rand_chacha::ChaCha8Rng;
use sampling::{Batch, Plan, Side, Switcher};
use tokens::Tokenizer;

use crate::TrainingError;
use crate::rows::{Lesson, TokenRows};

/// The texts of a training set, ready to be put into batches.
pub(crate) struct Texts {
    config: Config,
    tokenizer: Tokenizer,
    /// Tokens by text; empty where a text does not play the role.
    queries: Vec<Vec<u32>>,
    passages: Vec<Vec<u32>>,
    /// Tokens that the tokenizer does not know, and all.
    pub unknown: (u64, u64),
    /// Share of tokens left out.
    pub dropout: f64,
    pub switcher: Option<Switcher>,
    /// Whether the objective fails without hard negatives.
    pub needs_negatives: bool,
    /// Queries of each group with their languages, where queries are wanted in two.
    translations: Option<HashMap<u32, Vec<(u32, u32)>>>,
    pub teacher: Option<Encoder>,
}

impl Texts {
    /// Tokenises the texts of `set`.
    pub fn new(
        set: &TrainingSet,
        config: &Config,
        tokenizer: &Tokenizer,
    ) -> Result<Self, TrainingError> {
        let unknown_id = tokenizer.unknown();
        let mut unknown = (0, 0);
        let mut role = |role: Role, mut ids: Vec<u32>| {
            ids.sort_unstable();
            ids.dedup();
            let texts: Vec<&str> = ids.iter().map(|&id| set.texts[id as usize].as_str()).collect();
            let mut all = vec![Vec::new(); set.texts.len()];
            for (id, tokens) in ids.iter().zip(tokenise(config, tokenizer, &texts, role)?) {
                unknown.0 += tokens.iter().filter(|&&t| Some(t) == unknown_id).count() as u64;
                unknown.1 += tokens.len() as u64;
                all[*id as usize] = tokens;
            }
            Ok::<_, TrainingError>(all)
        };
        let queries = role(Role::Query, set.entries.iter().map(|entry| entry.query).collect())?;
        let passages = set.entries.iter().map(|entry| entry.passage);
        let negatives = set.negatives.iter().map(|(_, text)| text);
        let passages = role(Role::Passage, passages.chain(negatives).collect())?;
        Ok(Self {
            config: config.clone(),
            tokenizer: tokenizer.clone(),
            queries,
            passages,
            unknown,
            dropout: 0.0,
            switcher: None,
            needs_negatives: false,
            translations: None,
            teacher: None,
        })
    }

    /// Has each row carry its query in another language of those that `plan` draws from: one that
    /// it leaves out stays zero-shot.
    ///
    /// # Errors
    ///
    /// [`TrainingError::Setting`] where there is a query in one language only.
    pub fn translate(&mut self, set: &TrainingSet, plan: &Plan) -> Result<(), TrainingError> {
        let drawn_from = |entry: &&Entry| {
            let name = &set.languages[entry.language as usize];
            (plan.languages.is_empty() || plan.languages.contains(name))
                && !plan.excluded_languages.contains(name)
        };
        let mut groups: HashMap<u32, Vec<(u32, u32)>> = HashMap::new();
        for &Entry { group, language, query, .. } in set.entries.iter().filter(drawn_from) {
            groups.entry(group).or_default().push((language, query));
        }
        let alone = |entry: &&Entry| groups[&entry.group].iter().all(|q| q.0 == entry.language);
        if let Some(entry) = set.entries.iter().filter(drawn_from).find(alone) {
            let text = &set.texts[entry.query as usize];
            return Err(TrainingError::Setting {
                field: "objective",
                reason: format!(
                    "it compares queries in two languages, and `{text}` is there in one only"
                ),
            });
        }
        self.translations = Some(groups);
        Ok(())
    }

    /// The tokens of `batch`.
    pub fn rows(
        &self,
        set: &TrainingSet,
        batch: &Batch,
        rng: &mut ChaCha8Rng,
    ) -> Result<TokenRows, TrainingError> {
        let mut thinned = |ids: &[u32], tokens: &[Vec<u32>]| -> Vec<Vec<u32>> {
            ids.iter().map(|&id| thin(&tokens[id as usize], self.dropout, rng)).collect()
        };
        let mut rows = TokenRows::new(
            thinned(&batch.queries, &self.queries),
            thinned(&batch.passages, &self.passages),
        );
        if self.needs_negatives || batch.negatives.iter().any(|own| !own.is_empty()) {
            rows.negatives =
                batch.negatives.iter().map(|own| thinned(own, &self.passages)).collect();
        }
        if let Some(groups) = &self.translations {
            let ids = translated(batch, groups, rng);
            let query = |&id: &u32| thin(&self.queries[id as usize], self.dropout, rng);
            rows.translations = Some(ids.iter().map(query).collect());
        }
        let switched = self.switch(set, batch, &mut rows, rng)?;
        if let Some(teacher) = &self.teacher {
            let n = rows.negatives_per_row();
            rows.teacher = Some(lesson(teacher, set, batch, n, &switched)?);
        }
        Ok(rows)
    }

    /// Puts code-switched texts in the place of their originals; returns them by row and side.
    fn switch(
        &self,
        set: &TrainingSet,
        batch: &Batch,
        rows: &mut TokenRows,
        rng: &mut ChaCha8Rng,
    ) -> Result<HashMap<(usize, Side), String>, TrainingError> {
        let mut switched = HashMap::new();
        let Some(switcher) = &self.switcher else { return Ok(switched) };
        for switch in &batch.switches {
            let row = switch.row as usize;
            let (id, language, role, tokens) = match switch.side {
                Side::Query => {
                    let language = batch.query_languages[row];
                    (batch.queries[row], language, Role::Query, &mut rows.queries[row])
                }
                Side::Passage => {
                    let language = batch.passage_languages[row];
                    (batch.passages[row], language, Role::Passage, &mut rows.passages[row])
                }
            };
            let language = &set.languages[language as usize];
            let text = switcher.switch(&set.texts[id as usize], language, switch.seed).text;
            let mut again = tokenise(&self.config, &self.tokenizer, &[text.as_str()], role)?;
            if let Some(again) = again.pop() {
                *tokens = thin(&again, self.dropout, rng);
            }
            switched.insert((row, switch.side), text);
        }
        Ok(switched)
    }
}

/// Leaves out a share of the tokens, but never all of them.
fn thin(tokens: &[u32], share: f64, rng: &mut ChaCha8Rng) -> Vec<u32> {
    if share == 0.0 || tokens.len() < 2 {
        return tokens.to_vec();
    }
    let limit = (share * f64::from(u32::MAX)) as u32;
    let kept: Vec<u32> = tokens.iter().copied().filter(|_| rng.next_u32() >= limit).collect();
    if kept.is_empty() { tokens.to_vec() } else { kept }
}

/// For each row, its query in a language other than the row's, drawn from those there are.
fn translated(
    batch: &Batch,
    groups: &HashMap<u32, Vec<(u32, u32)>>,
    rng: &mut ChaCha8Rng,
) -> Vec<u32> {
    let pick = |row: usize, rng: &mut ChaCha8Rng| {
        let own = batch.query_languages[row];
        let others: Vec<u32> = groups[&batch.groups[row]]
            .iter()
            .filter(|(language, _)| *language != own)
            .map(|&(_, query)| query)
            .collect();
        let drawn = (u64::from(rng.next_u32()) * others.len() as u64) >> 32;
        others.get(drawn as usize).copied().unwrap_or(batch.queries[row])
    };
    (0..batch.len()).map(|row| pick(row, rng)).collect()
}

/// What `teacher` makes of the texts of a batch with `n` hard negatives a row, as the student sees
/// them.
fn lesson(
    teacher: &Encoder,
    set: &TrainingSet,
    batch: &Batch,
    n: usize,
    switched: &HashMap<(usize, Side), String>,
) -> Result<Lesson, TrainingError> {
    let texts = |ids: &[u32], side: Side| -> Vec<&str> {
        let text = |(row, &id): (usize, &u32)| {
            let own = set.texts[id as usize].as_str();
            switched.get(&(row, side)).map_or(own, String::as_str)
        };
        ids.iter().enumerate().map(text).collect()
    };
    let encode = |texts: &[&str], role| pollster::block_on(teacher.encode(texts, role));
    let queries = encode(&texts(&batch.queries, Side::Query), Role::Query)?;
    let passages = encode(&texts(&batch.passages, Side::Passage), Role::Passage)?;
    let dimension = teacher.dimension();
    let mut scores = Vec::new();
    if n > 0 {
        let own = batch.negatives.iter().flatten().map(|&id| set.texts[id as usize].as_str());
        let negatives = encode(&own.collect::<Vec<_>>(), Role::Passage)?;
        let mut negatives = negatives.chunks_exact(dimension);
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let pairs = queries.chunks_exact(dimension).zip(passages.chunks_exact(dimension));
        for ((query, passage), own) in pairs.zip(&batch.negatives) {
            scores.push(dot(query, passage));
            for at in 0..n {
                let negative = if at < own.len() { negatives.next() } else { None };
                // What a row does not have is masked in the loss, whatever its score.
                scores.push(negative.map_or(0.0, |negative| dot(query, negative)));
            }
        }
    }
    Ok(Lesson { dimension, queries, passages, scores })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
