//! The values of one system.

use std::collections::BTreeMap;

use crate::{SignificanceError, Spread};

/// The value of one measure for every query that a system answered, by group: a language, or a
/// pair of languages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct System {
    name: String,
    groups: BTreeMap<String, BTreeMap<String, f64>>,
}

impl System {
    /// A system without values; its name stands in tables and errors.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), groups: BTreeMap::new() }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of its groups.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.groups.keys().map(String::as_str)
    }

    /// Its groups, each with its values by query.
    pub(crate) fn groups(&self) -> &BTreeMap<String, BTreeMap<String, f64>> {
        &self.groups
    }

    /// Adds the value of a query. Queries of different groups with one name are taken for
    /// translations of one question.
    pub fn add(&mut self, group: &str, query: &str, value: f64) -> Result<(), SignificanceError> {
        let place = |system: &str| (system.to_owned(), group.to_owned(), query.to_owned());
        if !value.is_finite() {
            let (system, group, query) = place(&self.name);
            return Err(SignificanceError::Value { system, group, query });
        }
        let values = self.groups.entry(group.to_owned()).or_default();
        if values.insert(query.to_owned(), value).is_some() {
            let (system, group, query) = place(&self.name);
            return Err(SignificanceError::Duplicate { system, group, query });
        }
        Ok(())
    }

    /// Several seeds as one system: the mean over seeds of each query.
    ///
    /// Averaging first takes the noise of single seeds out of the differences; a comparison then
    /// says whether a difference holds for other queries, with these seeds. What other seeds would
    /// give is the matter of [`System::spread_of`]. An error unless all have the same queries.
    pub fn mean_of(name: &str, seeds: &[Self]) -> Result<Self, SignificanceError> {
        let keys = |seed: &Self| -> Vec<(String, String)> {
            let pairs = seed.groups.iter().flat_map(|(group, values)| {
                values.keys().map(|query| (group.clone(), query.clone()))
            });
            pairs.collect()
        };
        let wanted = seeds.first().map(keys).unwrap_or_default();
        if wanted.is_empty() || seeds.iter().any(|seed| keys(seed) != wanted) {
            let lengths = seeds.iter().map(|seed| keys(seed).len()).collect();
            return Err(SignificanceError::Seeds { lengths });
        }
        let mut mean = Self::new(name);
        for (group, query) in wanted {
            let sum: f64 = seeds.iter().map(|seed| seed.groups[&group][&query]).sum();
            mean.add(&group, &query, sum / seeds.len() as f64)?;
        }
        Ok(mean)
    }

    /// Mean and deviation over seeds of the mean over queries of one group; `None` when a seed
    /// does not have the group, or there is no seed.
    pub fn spread_of(seeds: &[Self], group: &str) -> Option<Spread> {
        let mean = |seed: &Self| {
            let values: Vec<f64> = seed.groups.get(group)?.values().copied().collect();
            Spread::of(&values).map(|spread| spread.mean)
        };
        Spread::of(&seeds.iter().map(mean).collect::<Option<Vec<_>>>()?)
    }
}
