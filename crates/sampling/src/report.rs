//! A tally as plain text, for a terminal or a log: one aligned table for kinds, languages, pairs and
//! sources.

use std::collections::BTreeMap;
use std::fmt;

use crate::{Share, Tally};

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { batches, short_batches, rows, .. } = self;
        writeln!(f, "{batches} batches ({short_batches} short), {rows} rows")?;
        let switched = self.switched.map(|share| ("rows".to_owned(), share));
        let switched: BTreeMap<String, Share> = switched.into_iter().collect();
        let sections = [
            ("batches", &self.kinds),
            ("languages of texts", &self.languages),
            ("pairs, query-passage", &self.pairs),
            ("sources", &self.sources),
            ("code-switched", &switched),
        ];
        let filled = || sections.iter().filter(|(_, shares)| !shares.is_empty());
        let name_width = filled()
            .flat_map(|(title, shares)| {
                let names = shares.keys().map(|name| name.chars().count() + INDENT);
                names.chain([title.chars().count()])
            })
            .max()
            .unwrap_or_default();
        let counts = || filled().flat_map(|(_, shares)| shares.values().map(|share| share.count));
        let count_width = counts().max().unwrap_or_default().to_string().len().max("count".len());
        for (title, shares) in filled() {
            let [planned, drawn, count] = ["planned", "drawn", "count"];
            writeln!(f, "{title:name_width$}  {planned:>8}  {drawn:>8}  {count:>count_width$}")?;
            for (name, Share { planned, drawn, count }) in *shares {
                let width = name_width - INDENT;
                let (planned, drawn) = (100.0 * planned, 100.0 * drawn);
                writeln!(
                    f,
                    "  {name:width$}  {planned:>7.2}%  {drawn:>7.2}%  {count:>count_width$}"
                )?;
            }
        }
        if let Some(negatives) = &self.negatives {
            writeln!(
                f,
                "hard negatives: {} drawn of {} asked; {} passed over, as they answer a query of their batch",
                negatives.drawn, negatives.asked, negatives.dropped
            )?;
        }
        Ok(())
    }
}

const INDENT: usize = 2;
