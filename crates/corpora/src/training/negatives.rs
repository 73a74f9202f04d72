//! Hard negatives: passages that look like an answer to an entry's query and are none. Most
//! training sets have none and some have several for each of forty million rows, so they lie in two
//! flat lists beside the entries instead of in each.

/// Passages that do not answer an entry's query, by entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Negatives {
    /// Where the texts of each entry end; entries beyond have none.
    ends: Vec<u32>,
    texts: Vec<u32>,
}

impl Negatives {
    /// The negatives of the entry at `entry` in [`TrainingSet::entries`], as indices of
    /// [`TrainingSet::texts`], in the order in which they were read, each once.
    ///
    /// [`TrainingSet::entries`]: super::TrainingSet::entries
    /// [`TrainingSet::texts`]: super::TrainingSet::texts
    pub fn of(&self, entry: u32) -> &[u32] {
        let entry = entry as usize;
        let Some(&end) = self.ends.get(entry) else {
            return &[];
        };
        let start = entry.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.texts[start as usize..end as usize]
    }

    /// True when no entry has any.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Number of negatives of all entries together.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// All with the entry they belong to, by entry.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32)> {
        (0..self.ends.len() as u32)
            .flat_map(|entry| self.of(entry).iter().map(move |&text| (entry, text)))
    }
}

/// From (entry, text) in any order; a text given twice for an entry counts once.
impl FromIterator<(u32, u32)> for Negatives {
    fn from_iter<T: IntoIterator<Item = (u32, u32)>>(pairs: T) -> Self {
        let mut pairs: Vec<(u32, u32)> = pairs.into_iter().collect();
        pairs.sort_by_key(|&(entry, _)| entry);
        let mut negatives = Self::default();
        for of_entry in pairs.chunk_by(|a, b| a.0 == b.0) {
            let end = negatives.texts.len();
            negatives.ends.resize(of_entry[0].0 as usize, end as u32);
            for &(_, text) in of_entry {
                if !negatives.texts[end..].contains(&text) {
                    negatives.texts.push(text);
                }
            }
            negatives.ends.push(negatives.texts.len() as u32);
        }
        negatives
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_entry_has_its_own_in_the_order_given() {
        let pairs = [(4, 7), (1, 9), (4, 3), (1, 9), (4, 7)];
        let negatives: Negatives = pairs.into_iter().collect();
        assert_eq!(negatives.of(1), [9]);
        assert_eq!(negatives.of(4), [7, 3]);
        assert!([0, 2, 3, 5, 100].iter().all(|&entry| negatives.of(entry).is_empty()));
        assert_eq!(negatives.iter().collect::<Vec<_>>(), [(1, 9), (4, 7), (4, 3)]);
        assert_eq!((negatives.len(), negatives.is_empty()), (3, false));
        assert!(Negatives::default().is_empty());
    }
}
