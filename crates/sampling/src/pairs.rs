//! Which ordered pairs of languages cross batches draw from. A pair is written as in the tally,
//! query language first: `de-en`. Language codes may hold a `-` themselves, so a pair is cut where
//! both parts are languages of the training set.

use crate::{Plan, SamplingError};

/// The ordered pairs of languages in play.
#[derive(Debug, Clone)]
pub struct Pairs {
    languages: usize,
    /// By query language, then passage language.
    used: Vec<bool>,
    chosen: Vec<(u32, u32)>,
}

impl Pairs {
    /// The pairs that `plan` leaves of all those of the languages `known`, of which `in_play` are
    /// drawn from.
    pub fn new(plan: &Plan, known: &[String], in_play: &[bool]) -> Result<Self, SamplingError> {
        let all = |names: &[String], field: &'static str| -> Result<Vec<(u32, u32)>, _> {
            names.iter().map(|name| parse(name, field, known)).collect()
        };
        let chosen = all(&plan.pairs, "pairs")?;
        let excluded = all(&plan.excluded_pairs, "excluded_pairs")?;
        for (&(query, passage), name) in chosen.iter().zip(&plan.pairs) {
            if let Some(&language) = [query, passage].iter().find(|&&l| !in_play[l as usize]) {
                let language = &known[language as usize];
                let problem =
                    format!("`pairs` has `{name}`, but the language `{language}` is left out");
                return Err(SamplingError::Conflict { problem });
            }
            if excluded.contains(&(query, passage)) {
                let problem = format!("`{name}` stands in `pairs` and in `excluded_pairs`");
                return Err(SamplingError::Conflict { problem });
            }
        }
        let languages = known.len();
        let at = |(query, passage): (u32, u32)| query as usize * languages + passage as usize;
        let mut used = vec![chosen.is_empty(); languages * languages];
        for (pairs, use_them) in [(&chosen, true), (&excluded, false)] {
            for &pair in pairs {
                used[at(pair)] = use_them;
            }
        }
        Ok(Self { languages, used, chosen })
    }

    /// Whether a query and a passage in these languages may form a row.
    pub fn contains(&self, (query, passage): (u32, u32)) -> bool {
        self.used[query as usize * self.languages + passage as usize]
    }

    /// Those that the plan names, and that must come up.
    pub fn chosen(&self) -> &[(u32, u32)] {
        &self.chosen
    }
}

fn parse(name: &str, field: &'static str, known: &[String]) -> Result<(u32, u32), SamplingError> {
    let find = |part: &str| known.iter().position(|language| language == part);
    let cuts = name.match_indices('-').map(|(at, _)| (&name[..at], &name[at + 1..]));
    let mut pairs = cuts.filter_map(|(query, passage)| Some((find(query)?, find(passage)?)));
    let Some((query, passage)) = pairs.next() else {
        let known = known.to_vec();
        return Err(SamplingError::UnknownPair { name: name.to_owned(), field, known });
    };
    if pairs.next().is_some() {
        let problem =
            format!("`{name}` in `{field}` can be cut into two languages in several ways");
        return Err(SamplingError::Conflict { problem });
    }
    if query == passage {
        let problem = format!(
            "`{name}` in `{field}` names one language twice, but pairs are those of cross batches"
        );
        return Err(SamplingError::Conflict { problem });
    }
    Ok((query as u32, passage as u32))
}

/// What the message on an unknown pair suggests.
pub fn suggestion(name: &str, known: &[String]) -> String {
    let pairs: Vec<String> = known
        .iter()
        .flat_map(|query| known.iter().map(move |passage| (query, passage)))
        .filter(|(query, passage)| query != passage)
        .map(|(query, passage)| format!("{query}-{passage}"))
        .collect();
    crate::names::suggestion(name, pairs.iter().map(String::as_str))
}
