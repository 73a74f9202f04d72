//! Where rows come from: a shelf for each source, on it a queue for each language and for each
//! ordered pair of languages, with the weights to draw among them.
//!
//! Order of draws: the source, then the language (of a cross row: of the query, then of the
//! passage among its partners). Only a mono batch from many sources draws its language first, so
//! that languages are uniform over batches whatever sources they have.

use rand_chacha::ChaCha8Rng;

use crate::catalogue::Catalogue;
use crate::draws::{integers, pick};
use crate::queues::Queue;

/// A queue in one language, or of one partner language.
#[derive(Debug, Clone)]
pub struct Lane {
    pub language: u32,
    weight: u64,
    pub queue: u32,
    /// Nothing of the queue fits into the current batch any more.
    closed: bool,
}

/// The passage languages of one query language.
#[derive(Debug, Clone)]
struct Fan {
    language: u32,
    weight: u64,
    lanes: Vec<Lane>,
    open: usize,
}

/// One source.
#[derive(Debug, Clone)]
pub struct Shelf {
    pub source: u32,
    weight: u64,
    pub mono: Vec<Lane>,
    mono_open: usize,
    cross: Vec<Fan>,
    cross_open: usize,
}

/// The kind of a row or a batch, with the language of a mono one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Draw {
    Mono(u32),
    Cross,
    Mixed,
}

/// A queue by its place.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    shelf: usize,
    fan: Option<usize>,
    lane: usize,
    pub queue: u32,
    pub languages: (u32, u32),
}

/// What a queue holds, and the probability that a row is drawn from it.
#[derive(Debug, Clone, Copy)]
pub struct Label {
    pub source: u32,
    pub languages: (u32, u32),
    /// Given a mono, a cross, a mixed batch.
    pub planned: [f64; 3],
}

/// All shelves.
#[derive(Debug, Clone)]
pub struct Shelves {
    shelves: Vec<Shelf>,
    /// Languages with same-language pairs, with their weights.
    mono_languages: Vec<(u32, u64)>,
}

impl Shelves {
    /// Shelves over the units of `catalogue`, and their queues. `sources` has the weight of each
    /// source by its index; a language weighs (entries)^`power`.
    pub fn new(
        catalogue: &Catalogue,
        sources: &[f64],
        languages: usize,
        power: f64,
    ) -> (Self, Vec<Queue>) {
        let weights = integers(sources);
        let mut units = vec![Vec::new(); sources.len()];
        for (unit, source) in catalogue.units() {
            units[source as usize].push(unit);
        }
        let mut queues = Vec::new();
        let mut shelves = Vec::new();
        let mut totals = vec![0; languages];
        for (source, units) in units.iter().enumerate().filter(|(_, units)| !units.is_empty()) {
            let stock = Stock::new(catalogue, units, languages);
            let mut add = |items: Vec<u32>| {
                queues.push(Queue::new(items, queues.len() as u32 + 1));
                queues.len() as u32 - 1
            };
            for (total, items) in totals.iter_mut().zip(&stock.mono) {
                *total += items.len();
            }
            let mono_sizes: Vec<usize> = stock.mono.iter().map(Vec::len).collect();
            let mono = lanes(stock.mono, &powers(&mono_sizes, power), &mut add);
            let cross_weights = powers(&stock.cross_entries, power);
            let cross = (0..)
                .zip(stock.cross)
                .map(|(language, partners)| Fan {
                    language,
                    weight: cross_weights[language as usize],
                    lanes: lanes(partners, &cross_weights, &mut add),
                    open: 0,
                })
                .filter(|fan| !fan.lanes.is_empty())
                .collect();
            let weight = weights[source];
            let source = source as u32;
            shelves.push(Shelf { source, weight, mono, mono_open: 0, cross, cross_open: 0 });
        }
        let mono_languages =
            (0..).zip(powers(&totals, power)).filter(|&(_, weight)| weight > 0).collect();
        let mut shelves = Self { shelves, mono_languages };
        shelves.open();
        (shelves, queues)
    }

    /// Opens every queue, for a new batch.
    pub fn open(&mut self) {
        for shelf in &mut self.shelves {
            for fan in &mut shelf.cross {
                fan.lanes.iter_mut().for_each(|lane| lane.closed = false);
                fan.open = fan.lanes.len();
            }
            shelf.mono.iter_mut().for_each(|lane| lane.closed = false);
            shelf.mono_open = shelf.mono.len();
            shelf.cross_open = shelf.cross.len();
        }
    }

    /// Closes a queue of which nothing more fits into the batch.
    pub fn close(&mut self, place: Place) {
        let shelf = &mut self.shelves[place.shelf];
        if let Some(fan) = place.fan {
            let fan = &mut shelf.cross[fan];
            fan.lanes[place.lane].closed = true;
            fan.open -= 1;
            if fan.open == 0 {
                shelf.cross_open -= 1;
            }
        } else {
            shelf.mono[place.lane].closed = true;
            shelf.mono_open -= 1;
        }
    }

    /// Draws the shelf of a batch that comes from one source.
    pub fn pick_shelf(&self, rng: &mut ChaCha8Rng, cross: bool) -> Option<usize> {
        let open = |shelf: &Shelf| if cross { shelf.cross_open } else { shelf.mono_open };
        pick(rng, indexed(&self.shelves, |shelf| if open(shelf) > 0 { shelf.weight } else { 0 }))
    }

    /// Draws the language of a mono batch, within one shelf or over all.
    pub fn pick_language(&self, rng: &mut ChaCha8Rng, shelf: Option<usize>) -> Option<u32> {
        if let Some(shelf) = shelf {
            let lanes = &self.shelves[shelf].mono;
            pick(rng, indexed(lanes, |lane| lane.weight)).map(|lane| lanes[lane].language)
        } else {
            let languages = &self.mono_languages;
            pick(rng, indexed(languages, |&(_, weight)| weight)).map(|i| languages[i].0)
        }
    }

    /// Draws the queue of the next row, within one shelf or over all; `None` when all are closed.
    pub fn pick_queue(
        &self,
        rng: &mut ChaCha8Rng,
        draw: Draw,
        shelf: Option<usize>,
    ) -> Option<Place> {
        let open = |lane: &Lane| if lane.closed { 0 } else { lane.weight };
        if let Draw::Mono(language) = draw {
            let find = |shelf: &Shelf| {
                shelf.mono.iter().position(|lane| lane.language == language && !lane.closed)
            };
            let shelf = match shelf {
                Some(shelf) => shelf,
                None => pick(
                    rng,
                    indexed(&self.shelves, |s| if find(s).is_some() { s.weight } else { 0 }),
                )?,
            };
            return Some(self.place(shelf, None, find(&self.shelves[shelf])?));
        }
        let shelf_index = match shelf {
            Some(shelf) => shelf,
            None => self.pick_shelf(rng, draw == Draw::Cross)?,
        };
        let shelf = &self.shelves[shelf_index];
        if draw == Draw::Mixed {
            let lane = pick(rng, indexed(&shelf.mono, open))?;
            return Some(self.place(shelf_index, None, lane));
        }
        let fan =
            pick(rng, indexed(&shelf.cross, |fan| if fan.open > 0 { fan.weight } else { 0 }))?;
        let lane = pick(rng, indexed(&shelf.cross[fan].lanes, open))?;
        Some(self.place(shelf_index, Some(fan), lane))
    }

    fn place(&self, shelf: usize, fan: Option<usize>, lane: usize) -> Place {
        let on = &self.shelves[shelf];
        let (queue, languages) = if let Some(fan) = fan {
            let fan = &on.cross[fan];
            (fan.lanes[lane].queue, (fan.language, fan.lanes[lane].language))
        } else {
            (on.mono[lane].queue, (on.mono[lane].language, on.mono[lane].language))
        };
        Place { shelf, fan, lane, queue, languages }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Shelf> {
        self.shelves.iter()
    }

    /// What each queue holds, by queue.
    pub fn labels(&self, one_source: bool) -> Vec<Label> {
        let share = |weight: u64, total: u64| weight as f64 / total.max(1) as f64;
        let sum = |has: &dyn Fn(&Shelf) -> bool| -> u64 {
            self.shelves.iter().filter(|shelf| has(shelf)).map(|shelf| shelf.weight).sum()
        };
        let mono_total = sum(&|shelf| !shelf.mono.is_empty());
        let cross_total = sum(&|shelf| !shelf.cross.is_empty());
        let language_total: u64 = self.mono_languages.iter().map(|&(_, weight)| weight).sum();
        let mut labels = Vec::new();
        for shelf in &self.shelves {
            let source = shelf.source;
            let total: u64 = shelf.mono.iter().map(|lane| lane.weight).sum();
            for lane in &shelf.mono {
                let within = share(shelf.weight, mono_total) * share(lane.weight, total);
                let mono = if one_source {
                    within
                } else {
                    let language = |&&(language, _): &&(u32, u64)| language == lane.language;
                    let weight = self.mono_languages.iter().find(language).map_or(0, |l| l.1);
                    let sharing = sum(&|shelf| {
                        shelf.mono.iter().any(|other| other.language == lane.language)
                    });
                    share(weight, language_total) * share(shelf.weight, sharing)
                };
                let languages = (lane.language, lane.language);
                labels.push(Label { source, languages, planned: [mono, 0.0, within] });
            }
            let total: u64 = shelf.cross.iter().map(|fan| fan.weight).sum();
            for fan in &shelf.cross {
                let within = share(shelf.weight, cross_total) * share(fan.weight, total);
                let total: u64 = fan.lanes.iter().map(|lane| lane.weight).sum();
                for lane in &fan.lanes {
                    let cross = within * share(lane.weight, total);
                    let languages = (fan.language, lane.language);
                    labels.push(Label { source, languages, planned: [0.0, cross, 0.0] });
                }
            }
        }
        labels
    }
}

impl Shelf {
    pub fn has_cross(&self) -> bool {
        !self.cross.is_empty()
    }
}

/// The items of one source before they are queued.
struct Stock {
    /// Entries by language.
    mono: Vec<Vec<u32>>,
    /// Units by query language and passage language.
    cross: Vec<Vec<Vec<u32>>>,
    /// Entries of units that have a partner, by language.
    cross_entries: Vec<usize>,
}

impl Stock {
    fn new(catalogue: &Catalogue, units: &[u32], languages: usize) -> Self {
        let mut stock = Self {
            mono: vec![Vec::new(); languages],
            cross: vec![vec![Vec::new(); languages]; languages],
            cross_entries: vec![0; languages],
        };
        for &unit in units {
            if !catalogue.is_bitext(unit) {
                for (language, entry) in catalogue.entries(unit) {
                    stock.mono[language as usize].push(entry);
                }
            }
            let pairs = catalogue.pairs(unit);
            for &(query, passage) in &pairs {
                stock.cross[query as usize][passage as usize].push(unit);
            }
            for (language, _) in catalogue.entries(unit) {
                if pairs.iter().any(|&(query, passage)| query == language || passage == language) {
                    stock.cross_entries[language as usize] += 1;
                }
            }
        }
        stock
    }
}

/// A lane for each language with items.
fn lanes(
    items: Vec<Vec<u32>>,
    weights: &[u64],
    add: &mut impl FnMut(Vec<u32>) -> u32,
) -> Vec<Lane> {
    (0..)
        .zip(items)
        .filter(|(_, items)| !items.is_empty())
        .map(|(language, items)| Lane {
            language,
            weight: weights[language as usize],
            queue: add(items),
            closed: false,
        })
        .collect()
}

/// Weights size^power; 0 for nothing, also at power 0.
fn powers(sizes: &[usize], power: f64) -> Vec<u64> {
    let weigh = |&size: &usize| if size == 0 { 0.0 } else { (size as f64).powf(power) };
    integers(&sizes.iter().map(weigh).collect::<Vec<_>>())
}

fn indexed<T>(
    items: &[T],
    weight: impl Fn(&T) -> u64 + Clone,
) -> impl Iterator<Item = (usize, u64)> + Clone {
    items.iter().enumerate().map(move |(position, item)| (position, weight(item)))
}
