//! Which texts mean the same as an answer to a query, as far as the data tells.
//!
//! A hard negative that is right after all teaches the opposite of the truth, and in parallel data
//! the nearest "wrong" passages are the translations of the right one. So none of these is a
//! negative of a query:
//!
//! - the query itself and its translations;
//! - the passages of every row that asks the same, in any language: rows that share a query or its
//!   translation, and so on from group to group;
//! - the passages of every group that holds one of those passages, and so on from group to group;
//! - what stands for one of all these elsewhere, one step far: beside it in bitext, or in a group
//!   that holds it. Not further: words have several meanings, and a chain of them would join
//!   unrelated texts.
//!
//! These are the relations by which the sampler keeps false negatives out of a batch, so what is
//! mined is not refused there for the row's own sake.

use std::collections::BTreeSet;

use corpora::training::{Entry, TrainingSet};

use crate::lists::Lists;

const NONE: u32 = u32::MAX;

/// Whether an entry is bitext, or a word of a lexicon: one text, for which its translations stand.
pub(crate) fn is_bitext(entry: &Entry) -> bool {
    entry.query == entry.passage
}

/// The relations between the texts of a set.
pub(crate) struct Meanings {
    /// Clusters of groups that share a query, by text, and the groups' passage clusters, by query
    /// cluster.
    queries: Clusters,
    passages: Clusters,
    passage_clusters: Lists,
    /// Texts of each query cluster and of each passage cluster.
    asked: Lists,
    answers: Lists,
    /// Groups of bitext by text, and their texts.
    bitext_groups: Lists,
    bitext_texts: Lists,
}

impl Meanings {
    pub(crate) fn new(set: &TrainingSet) -> Self {
        let texts = set.texts.len();
        let groups = set.entries.iter().map(|entry| entry.group as usize + 1).max().unwrap_or(0);
        let mut queries = Clusters::new(groups, texts);
        let mut passages = Clusters::new(groups, texts);
        for entry in set.entries.iter().filter(|entry| !is_bitext(entry)) {
            queries.join(entry.group, entry.query);
            passages.join(entry.group, entry.passage);
        }
        let (mut asked, mut answers, mut between) = (Vec::new(), Vec::new(), Vec::new());
        let mut bitext = Vec::new();
        for entry in &set.entries {
            if is_bitext(entry) {
                bitext.push((entry.query, entry.group));
                // In a group with pairs, as where a heading is all there is of a section.
                answers.push((passages.root(entry.group), entry.query));
                continue;
            }
            let (query, passage) = (queries.root(entry.group), passages.root(entry.group));
            asked.push((query, entry.query));
            answers.push((passage, entry.passage));
            between.push((query, passage));
        }
        let turned = bitext.iter().map(|&(text, group)| (group, text)).collect();
        Self {
            queries,
            passages,
            passage_clusters: Lists::of_pairs(between, groups),
            asked: Lists::of_pairs(asked, groups),
            answers: Lists::of_pairs(answers, groups),
            bitext_groups: Lists::of_pairs(bitext, texts),
            bitext_texts: Lists::of_pairs(turned, groups),
        }
    }

    /// The texts that are no negatives of query `text`, itself among them.
    pub(crate) fn same(&self, text: u32) -> BTreeSet<u32> {
        let mut same = BTreeSet::from([text]);
        if let Some(cluster) = self.queries.of_text(text) {
            same.extend(self.asked.get(cluster));
            for &cluster in self.passage_clusters.get(cluster) {
                same.extend(self.answers.get(cluster as usize));
            }
        }
        self.add_beside(text, &mut same);
        let first: Vec<u32> = same.iter().copied().collect();
        for text in first {
            self.add_beside(text, &mut same);
            if let Some(cluster) = self.passages.of_text(text) {
                same.extend(self.answers.get(cluster));
            }
            if let Some(cluster) = self.queries.of_text(text) {
                same.extend(self.asked.get(cluster));
            }
        }
        same
    }

    /// Translations of a text of bitext, itself among them.
    pub(crate) fn beside(&self, text: u32) -> impl Iterator<Item = u32> {
        let groups = self.bitext_groups.get(text as usize).iter();
        groups.flat_map(|&group| self.bitext_texts.get(group as usize)).copied()
    }

    fn add_beside(&self, text: u32, to: &mut BTreeSet<u32>) {
        to.extend(self.beside(text));
    }
}

/// Groups joined by the texts they contain (union-find).
struct Clusters {
    parent: Vec<u32>,
    /// A group that contains the text.
    group_of_text: Vec<u32>,
}

impl Clusters {
    fn new(groups: usize, texts: usize) -> Self {
        Self { parent: (0..groups as u32).collect(), group_of_text: vec![NONE; texts] }
    }

    fn join(&mut self, group: u32, text: u32) {
        let first = self.group_of_text[text as usize];
        if first == NONE {
            self.group_of_text[text as usize] = group;
            return;
        }
        let (a, b) = (self.root(first), self.root(group));
        self.parent[a.max(b) as usize] = a.min(b);
    }

    /// The first group of a group's cluster.
    fn root(&mut self, mut group: u32) -> u32 {
        while self.parent[group as usize] != group {
            let above = self.parent[group as usize];
            self.parent[group as usize] = self.parent[above as usize];
            group = above;
        }
        group
    }

    /// The cluster of the groups that contain `text`.
    fn of_text(&self, text: u32) -> Option<usize> {
        let mut group = self.group_of_text[text as usize];
        if group == NONE {
            return None;
        }
        while self.parent[group as usize] != group {
            group = self.parent[group as usize];
        }
        Some(group as usize)
    }
}
