//! Which rows may not meet in a batch, as keys: two rows that share a key would be false
//! negatives of each other.
//!
//! **Pairs of query and passage.** Groups that contain the same passage, in any language, form one
//! passage cluster, and so on from group to group (union-find); the same for queries. A row holds
//! the keys of its group's two clusters, so a batch has neither one passage twice nor its
//! translation, even if the translation belongs to another query's group.
//!
//! **Bitext** is not joined from group to group: its texts may be single words, and a word of
//! several meanings would chain unrelated ones together (in a lexicon of 4,000 concepts in eleven
//! languages the chain takes in nine of ten concepts, of which a batch could then hold one). A row
//! of bitext holds a key for each text of its group, and one for each group that lists its query
//! or its passage. So two rows never meet if their groups have a text in common, nor if any group
//! lists a text of the one beside a text of the other, as it would if one translates the other.
//! A text that is also a passage or query of a pair holds that cluster's key as well.

use corpora::training::Entry;

const NONE: u32 = u32::MAX;

/// True for a text that stands in several languages, but is no query with a passage.
pub fn is_bitext(entry: &Entry) -> bool {
    entry.query == entry.passage
}

/// The keys of every group and text; a key is a number below [`Keys::count`].
#[derive(Debug, Clone)]
pub struct Keys {
    of_group: Lists,
    of_text: Lists,
    of_negative: Lists,
    count: usize,
}

impl Keys {
    /// Keys of `groups` groups over `texts` texts; all of `entries` counts, also of languages and
    /// sources that are not drawn from, as they may tell that two others mean the same. `negatives`
    /// are the texts that [`Keys::of_negative`] will be asked for.
    pub fn new(
        entries: &[Entry],
        groups: u32,
        texts: u32,
        negatives: impl IntoIterator<Item = u32>,
    ) -> Self {
        let mut passages = Clusters::new(groups, texts);
        let mut queries = Clusters::new(groups, texts);
        for entry in entries.iter().filter(|entry| !is_bitext(entry)) {
            passages.join(entry.group, entry.passage);
            queries.join(entry.group, entry.query);
        }
        let (query_base, text_base) = (groups, 2 * groups);
        let group_base = text_base + texts;
        let mut of_group = Vec::new();
        let mut of_text = Vec::new();
        for entry in entries {
            let group = entry.group;
            if is_bitext(entry) {
                let text = entry.query;
                of_group.push((group, text_base + text));
                of_text.push((text, group_base + group));
                of_group.extend(passages.of_text(text).map(|cluster| (group, cluster)));
                of_group.extend(queries.of_text(text).map(|cluster| (group, query_base + cluster)));
            } else {
                of_group.push((group, passages.of_group(group)));
                of_group.push((group, query_base + queries.of_group(group)));
            }
        }
        let of_text = Lists::new(of_text, texts);
        let mut negatives: Vec<u32> = negatives.into_iter().collect();
        negatives.sort_unstable();
        negatives.dedup();
        let mut of_negative = Vec::new();
        for text in negatives {
            of_negative.push((text, text_base + text));
            of_negative.extend(of_text.get(text).iter().map(|&key| (text, key)));
            of_negative.extend(passages.of_text(text).map(|cluster| (text, cluster)));
            of_negative.extend(queries.of_text(text).map(|cluster| (text, query_base + cluster)));
        }
        let negative_texts = if of_negative.is_empty() { 0 } else { texts };
        Self {
            of_group: Lists::new(of_group, groups),
            of_text,
            of_negative: Lists::new(of_negative, negative_texts),
            count: (group_base + groups) as usize,
        }
    }

    /// Number of keys.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The keys of a negative: a batch that has taken one holds a text that means the same.
    pub fn of_negative(&self, text: u32) -> &[u32] {
        self.of_negative.get(text)
    }

    /// The keys of a row: its group, query and passage.
    pub fn of_row(&self, group: u32, query: u32, passage: u32, bitext: bool) -> [&[u32]; 3] {
        let group = self.of_group.get(group);
        if bitext {
            [group, self.of_text.get(query), self.of_text.get(passage)]
        } else {
            [group, &[], &[]]
        }
    }
}

/// The keys taken by the rows of a batch. Emptied in constant time by counting on.
#[derive(Debug, Clone)]
pub struct Taken {
    batch_of_key: Vec<u32>,
    batch: u32,
}

impl Taken {
    pub fn new(keys: usize) -> Self {
        Self { batch_of_key: vec![0; keys], batch: 1 }
    }

    pub fn clear(&mut self) {
        if self.batch == u32::MAX {
            self.batch_of_key.fill(0);
            self.batch = 0;
        }
        self.batch += 1;
    }

    /// Whether none of the keys is taken.
    pub fn is_free(&self, keys: &[u32]) -> bool {
        keys.iter().all(|&key| self.batch_of_key[key as usize] != self.batch)
    }

    /// Takes all keys of a row, unless one of them is taken.
    pub fn take(&mut self, row: [&[u32]; 3]) -> bool {
        if !row.iter().all(|keys| self.is_free(keys)) {
            return false;
        }
        for &key in row.iter().copied().flatten() {
            self.batch_of_key[key as usize] = self.batch;
        }
        true
    }
}

/// Groups joined by the texts they contain.
struct Clusters {
    parent: Vec<u32>,
    /// A group that contains the text.
    group_of_text: Vec<u32>,
}

impl Clusters {
    fn new(groups: u32, texts: u32) -> Self {
        Self { parent: (0..groups).collect(), group_of_text: vec![NONE; texts as usize] }
    }

    fn join(&mut self, group: u32, text: u32) {
        let first = &mut self.group_of_text[text as usize];
        if *first == NONE {
            *first = group;
            return;
        }
        let first = *first;
        let (a, b) = (self.of_group(first), self.of_group(group));
        self.parent[a.max(b) as usize] = a.min(b);
    }

    fn of_group(&mut self, mut group: u32) -> u32 {
        while self.parent[group as usize] != group {
            let above = self.parent[group as usize];
            self.parent[group as usize] = self.parent[above as usize];
            group = above;
        }
        group
    }

    fn of_text(&mut self, text: u32) -> Option<u32> {
        match self.group_of_text[text as usize] {
            NONE => None,
            group => Some(self.of_group(group)),
        }
    }
}

/// A list of numbers for each number below a bound, in two flat arrays.
#[derive(Debug, Clone)]
struct Lists {
    starts: Vec<u32>,
    values: Vec<u32>,
}

impl Lists {
    fn new(mut pairs: Vec<(u32, u32)>, bound: u32) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let mut starts = vec![0; bound as usize + 1];
        for &(index, _) in &pairs {
            starts[index as usize + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        Self { starts, values: pairs.into_iter().map(|(_, value)| value).collect() }
    }

    fn get(&self, index: u32) -> &[u32] {
        let index = index as usize;
        &self.values[self.starts[index] as usize..self.starts[index + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(group: u32, language: u32, query: u32, passage: u32) -> Entry {
        Entry { group, source: 0, language, query, passage }
    }

    /// Whether the rows fit into one batch, by group, query and passage.
    fn together(keys: &Keys, rows: &[(u32, u32, u32)], bitext: bool) -> bool {
        let mut taken = Taken::new(keys.count());
        rows.iter()
            .all(|&(group, query, passage)| taken.take(keys.of_row(group, query, passage, bitext)))
    }

    #[test]
    fn groups_that_share_a_passage_in_any_language_exclude_each_other_along_the_chain() {
        // Group 1 shares a German passage with 0 and an English one with 2; 3 shares nothing.
        let entries = [
            pair(0, 0, 0, 10),
            pair(0, 1, 1, 11),
            pair(1, 1, 2, 11),
            pair(1, 0, 3, 12),
            pair(2, 0, 4, 12),
            pair(3, 0, 5, 13),
        ];
        let keys = Keys::new(&entries, 4, 20, []);
        assert!(!together(&keys, &[(0, 0, 10), (1, 3, 12)], false));
        assert!(!together(&keys, &[(0, 0, 10), (2, 4, 12)], false));
        assert!(together(&keys, &[(0, 0, 10), (3, 5, 13)], false));
    }

    #[test]
    fn groups_that_share_a_query_exclude_each_other() {
        let entries = [pair(0, 0, 0, 10), pair(1, 0, 0, 11), pair(2, 0, 1, 12)];
        let keys = Keys::new(&entries, 3, 20, []);
        assert!(!together(&keys, &[(0, 0, 10), (1, 0, 11)], false));
        assert!(together(&keys, &[(0, 0, 10), (2, 1, 12)], false));
    }

    #[test]
    fn bitext_excludes_neighbours_but_not_along_the_chain() {
        // bank-Bank, bank-Ufer, bereg-Ufer, ruka-Ruka.
        let word = |group, language, text| pair(group, language, text, text);
        let entries = [
            word(0, 0, 0),
            word(0, 1, 1),
            word(1, 0, 0),
            word(1, 1, 2),
            word(2, 2, 3),
            word(2, 1, 2),
            word(2, 3, 6),
            word(3, 0, 4),
            word(3, 1, 5),
        ];
        let keys = Keys::new(&entries, 4, 7, []);
        assert!(!together(&keys, &[(0, 1, 0), (1, 2, 0)], true), "they share `bank`");
        assert!(!together(&keys, &[(0, 0, 1), (2, 3, 2)], true), "Ufer translates the query bank");
        assert!(together(&keys, &[(0, 0, 1), (2, 3, 6)], true), "no group lists two of the four");
        assert!(together(&keys, &[(0, 0, 1), (3, 4, 5)], true));
    }

    #[test]
    fn a_passage_that_is_also_bitext_is_not_drawn_twice() {
        let entries = [pair(0, 0, 0, 10), pair(1, 0, 10, 10), pair(1, 1, 11, 11)];
        let keys = Keys::new(&entries, 2, 12, []);
        let mut taken = Taken::new(keys.count());
        assert!(taken.take(keys.of_row(0, 0, 10, false)));
        assert!(!taken.take(keys.of_row(1, 11, 10, true)));
        taken.clear();
        assert!(taken.take(keys.of_row(1, 11, 10, true)));
    }
}
