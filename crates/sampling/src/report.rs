//! A tally as plain text, for a terminal or a log: one aligned table for kinds, languages, pairs and
//! sources. A hundred pairs of languages would push the rest off the screen: `{:#}` lists them all.

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
            if shares.len() > SHOWN && !f.alternate() {
                summary(f, shares)?;
                continue;
            }
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

/// Names of a section that are listed; of more, unless the alternate form is asked for, only how far
/// they are from their plan.
const SHOWN: usize = 40;

fn summary(f: &mut fmt::Formatter<'_>, shares: &BTreeMap<String, Share>) -> fmt::Result {
    let apart = |share: &Share| (share.drawn - share.planned).abs();
    let farthest = shares.iter().max_by(|a, b| apart(a.1).total_cmp(&apart(b.1)));
    let Some((name, Share { planned, drawn, .. })) = farthest else { return Ok(()) };
    let (planned, drawn, count) = (100.0 * planned, 100.0 * drawn, shares.len());
    writeln!(f, "  {count}, of which {name} is farthest from its plan: {planned:.2}%, {drawn:.2}%")
}
