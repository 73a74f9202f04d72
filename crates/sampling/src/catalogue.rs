//! The entries in play, sorted so that those which may be paired lie together. Pairs of languages
//! are not stored: an eleven-way group stands for 110 ordered pairs, so a cross row is made when
//! it is drawn.

use corpora::training::{Entry, TrainingSet};
use rand_chacha::ChaCha8Rng;

use crate::SamplingError;
use crate::clusters::is_bitext;
use crate::draws::below;
use crate::pairs::Pairs;

/// One query and one passage: text ids, and indices of the training set's lists.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub group: u32,
    pub source: u32,
    pub query: u32,
    pub passage: u32,
    pub query_language: u32,
    pub passage_language: u32,
    /// Position in the training set of the entry that has the query.
    pub query_entry: u32,
    /// Position of the entry that has the passage.
    pub passage_entry: u32,
    pub bitext: bool,
}

/// The entries of one group from one source, all bitext or none: any query of it may be paired
/// with any passage of it in another language.
#[derive(Debug, Clone, Copy)]
struct Unit {
    group: u32,
    source: u32,
    start: u32,
    end: u32,
    bitext: bool,
}

#[derive(Debug, Clone, Copy)]
struct Side {
    /// Position in the training set.
    entry: u32,
    language: u32,
    query: u32,
    passage: u32,
    unit: u32,
}

/// Entries in play by source, group and language.
#[derive(Debug, Clone)]
pub struct Catalogue {
    sides: Vec<Side>,
    units: Vec<Unit>,
    pairs: Pairs,
}

impl Catalogue {
    /// Those of `entries` for which `in_play` holds, joined across languages in `pairs`.
    pub fn new(entries: &[Entry], pairs: Pairs, in_play: impl Fn(&Entry) -> bool) -> Self {
        let mut entries: Vec<(u32, &Entry)> =
            (0..).zip(entries).filter(|(_, entry)| in_play(entry)).collect();
        entries.sort_by_key(|(_, e)| (e.source, e.group, is_bitext(e), e.language));
        let mut sides = Vec::with_capacity(entries.len());
        let mut units: Vec<Unit> = Vec::new();
        for (position, entry) in entries {
            let (group, source, bitext) = (entry.group, entry.source, is_bitext(entry));
            let end = sides.len() as u32 + 1;
            match units.last_mut() {
                Some(unit) if (unit.group, unit.source, unit.bitext) == (group, source, bitext) => {
                    unit.end = end;
                }
                _ => units.push(Unit { group, source, start: end - 1, end, bitext }),
            }
            sides.push(Side {
                entry: position,
                language: entry.language,
                query: entry.query,
                passage: entry.passage,
                unit: units.len() as u32 - 1,
            });
        }
        Self { sides, units, pairs }
    }

    /// Ids of the units, with their source, by source.
    pub fn units(&self) -> impl Iterator<Item = (u32, u32)> {
        (0..).zip(&self.units).map(|(id, unit)| (id, unit.source))
    }

    /// The languages of a unit's entries with the entries' ids.
    pub fn entries(&self, unit: u32) -> impl Iterator<Item = (u32, u32)> {
        let unit = self.units[unit as usize];
        (unit.start..unit.end).map(|id| (self.sides[id as usize].language, id))
    }

    /// Positions in the training set of all entries in play.
    pub fn positions(&self) -> impl Iterator<Item = u32> {
        self.sides.iter().map(|side| side.entry)
    }

    /// Whether a unit's entries serve cross batches only.
    pub fn is_bitext(&self, unit: u32) -> bool {
        self.units[unit as usize].bitext
    }

    /// The ordered pairs of languages in play in which a unit has a query and a passage that differ.
    /// Equal texts, such as a name spelt alike in both languages, have nothing to teach.
    pub fn pairs(&self, unit: u32) -> Vec<(u32, u32)> {
        let Unit { start, end, .. } = self.units[unit as usize];
        let sides = &self.sides[start as usize..end as usize];
        let mut pairs = Vec::new();
        for query in sides {
            for passage in sides {
                let pair = (query.language, passage.language);
                if pair.0 != pair.1 && query.query != passage.passage && self.pairs.contains(pair) {
                    pairs.push(pair);
                }
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    /// The row of one entry, in its language.
    pub fn mono_row(&self, entry: u32) -> Row {
        let side = self.sides[entry as usize];
        self.row(side.unit, &side, &side)
    }

    /// A row of a unit across an ordered pair of languages that [`Self::pairs`] lists; of
    /// alternatives in a language any is drawn.
    pub fn cross_row(
        &self,
        unit: u32,
        (query, passage): (u32, u32),
        rng: &mut ChaCha8Rng,
    ) -> Option<Row> {
        let (queries, passages) = (self.in_language(unit, query), self.in_language(unit, passage));
        let choices = queries.len() * passages.len();
        let first = if choices > 1 { below(rng, choices as u64) as usize } else { 0 };
        (first..choices).chain(0..first).find_map(|choice| {
            let query = &queries[choice / passages.len()];
            let passage = &passages[choice % passages.len()];
            (query.query != passage.passage).then(|| self.row(unit, query, passage))
        })
    }

    fn in_language(&self, unit: u32, language: u32) -> &[Side] {
        let Unit { start, end, .. } = self.units[unit as usize];
        let sides = &self.sides[start as usize..end as usize];
        let from = sides.partition_point(|side| side.language < language);
        let to = sides.partition_point(|side| side.language <= language);
        &sides[from..to]
    }

    fn row(&self, unit: u32, query: &Side, passage: &Side) -> Row {
        let Unit { group, source, bitext, .. } = self.units[unit as usize];
        Row {
            group,
            source,
            query: query.query,
            passage: passage.passage,
            query_language: query.language,
            passage_language: passage.language,
            query_entry: query.entry,
            passage_entry: passage.entry,
            bitext,
        }
    }
}

/// Refuses entries that point outside the lists of the set, and returns the number of groups.
pub fn check_indices(set: &TrainingSet) -> Result<u32, SamplingError> {
    let mut groups = 0;
    for (position, entry) in set.entries.iter().enumerate() {
        let fields = [
            ("language", entry.language, set.languages.len()),
            ("source", entry.source, set.sources.len()),
            ("query", entry.query, set.texts.len()),
            ("passage", entry.passage, set.texts.len()),
        ];
        for (field, value, len) in fields {
            if value as usize >= len {
                return Err(SamplingError::Index { entry: position, field, value, len });
            }
        }
        groups = groups.max(entry.group + 1);
    }
    for (entry, text) in set.negatives.iter() {
        for (field, value, len) in [
            ("the number of an entry with negatives", entry, set.entries.len()),
            ("negative", text, set.texts.len()),
        ] {
            if value as usize >= len {
                return Err(SamplingError::Index { entry: entry as usize, field, value, len });
            }
        }
    }
    Ok(groups)
}
