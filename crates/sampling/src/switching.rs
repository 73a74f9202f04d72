//! Code-switching: words of a text replaced by their translations (arXiv 2305.05295), so that a
//! model meets words of two languages in one context without any translated text.
//!
//! The sampler knows texts by number only and decides which rows are switched; the text is made
//! here, by whoever tokenises it, from the row's seed alone. So a batch stays small, a resumed run
//! sees the same texts, and rows can be switched in any order or at once.
//!
//! A word is replaced as a whole, found whatever its case and put in the dictionary form that the
//! lexicon has. Phrases are matched before their words; in scripts without spaces the longest word
//! of the lexicon counts. Text and lexicon must agree in Unicode normalisation; none is done here.
//!
//! ```
//! use corpora::lexicon::Lexicon;
//! use isogloss_sampling::{CodeSwitch, Plan, Switcher};
//!
//! # let dir = std::env::temp_dir().join(format!("switching-{}", std::process::id()));
//! # std::fs::create_dir_all(&dir)?;
//! # let path = dir.join("lexicon.tsv");
//! # std::fs::write(&path, "en\tde\ncat\tKatze\ndrink|drinks\ttrinken\n")?;
//! let mut lexicon = Lexicon::new();
//! lexicon.read(&path)?;
//! let code_switch = CodeSwitch { rows: 0.5, words: 1.0, ..CodeSwitch::default() };
//! let switcher = Switcher::new(&lexicon, &Plan { code_switch, ..Plan::default() })?;
//! // For each of `Batch::switches`, with the row's text, its language and the seed of the switch:
//! let switched = switcher.switch("The Cat drinks milk.", "en", 7);
//! assert_eq!(switched.text, "The Katze trinken milk.");
//! # std::fs::remove_dir_all(&dir)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use corpora::lexicon::Lexicon;
use rand_chacha::ChaCha8Rng;

use crate::dictionary::{Dictionary, Table};
use crate::draws::{below, chance, generator, shuffle};
use crate::words::{Class, class, may_part, word_end};
use crate::{Plan, SamplingError};

/// Replaces words by those of a lexicon.
#[derive(Debug, Clone)]
pub struct Switcher {
    dictionary: Dictionary,
    /// Indices of the dictionary's languages.
    targets: Vec<u32>,
    words: f64,
}

/// A text after switching.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switched {
    /// The text.
    pub text: String,
    /// The language of the words put in: `None` if there is none but the text's own.
    pub language: Option<String>,
    /// Words and phrases for which the lexicon has another word in that language.
    pub known: usize,
    /// Those of them that were replaced.
    pub replaced: usize,
}

impl Switcher {
    /// Switches by `plan.code_switch` into the languages it names. Where it names none, into all of
    /// the lexicon that `plan` draws from: a language left out stays zero-shot.
    ///
    /// # Errors
    /// [`SamplingError::UnknownSwitchLanguage`], [`SamplingError::Conflict`] for a language that is
    /// named and left out, [`SamplingError::NoSwitchLanguages`] if none is left, and
    /// [`SamplingError::Probability`].
    pub fn new(lexicon: &Lexicon, plan: &Plan) -> Result<Self, SamplingError> {
        plan.code_switch.check(plan)?;
        let dictionary = Dictionary::new(lexicon);
        let known = dictionary.languages();
        let named = &plan.code_switch.languages;
        let drawn_from = |code: &&String| {
            (plan.languages.is_empty() || plan.languages.contains(code))
                && !plan.excluded_languages.contains(code)
        };
        let chosen: Vec<&String> = if named.is_empty() {
            known.iter().filter(drawn_from).collect()
        } else {
            named.iter().collect()
        };
        let index = |name: &String| {
            dictionary.index(name).ok_or_else(|| SamplingError::UnknownSwitchLanguage {
                name: name.clone(),
                known: known.to_vec(),
            })
        };
        let mut targets = chosen.into_iter().map(index).collect::<Result<Vec<u32>, _>>()?;
        targets.sort_unstable();
        targets.dedup();
        if targets.is_empty() {
            return Err(SamplingError::NoSwitchLanguages { known: known.to_vec() });
        }
        Ok(Self { targets, words: plan.code_switch.words, dictionary })
    }

    /// The languages that words are put in.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.targets.iter().map(|&id| self.dictionary.languages()[id as usize].as_str())
    }

    /// `text`, which is in `language`, with some of its words replaced by those of another language,
    /// which `seed` draws. Two texts of one language and seed are switched into the same language.
    /// A text in a language that the lexicon does not have stays as it is.
    pub fn switch(&self, text: &str, language: &str, seed: u64) -> Switched {
        let mut rng = generator(seed, 0);
        let from = self.dictionary.index(language);
        let mut targets = self.targets.clone();
        shuffle(&mut rng, &mut targets);
        let mut switched =
            Switched { text: text.to_owned(), language: None, known: 0, replaced: 0 };
        let target = targets.into_iter().find(|&target| Some(target) != from);
        let (Some(from), Some(to)) = (from, target) else {
            return switched;
        };
        switched.language = Some(self.dictionary.languages()[to as usize].clone());
        let table = self.dictionary.table(from);
        let mut out = Output::default();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let (length, word) = match class(c) {
                Class::Between => (c.len_utf8(), None),
                Class::Spaced => self.phrase(table, rest, to, &mut rng),
                Class::Unspaced(_) => self.longest(table, rest, to, &mut rng),
            };
            let (unit, after) = rest.split_at(length);
            rest = after;
            let draw = word.is_some() && chance(&mut rng, self.words);
            switched.known += usize::from(word.is_some());
            switched.replaced += usize::from(draw);
            out.push(if draw { word.unwrap_or(unit) } else { unit }, draw);
        }
        switched.text = out.text;
        switched
    }

    /// The longest phrase at the start of `text` that has a translation, else its first word.
    fn phrase(
        &self,
        table: &Table,
        text: &str,
        to: u32,
        rng: &mut ChaCha8Rng,
    ) -> (usize, Option<&str>) {
        let mut ends = vec![word_end(text)];
        while ends.len() < table.most_words {
            let end = ends[ends.len() - 1];
            let Some(next) = next_word(&text[end..]) else { break };
            ends.push(end + next + word_end(&text[end + next..]));
        }
        let found = ends.iter().rev().find_map(|&end| {
            self.translation(table, &text[..end], to, rng).map(|word| (end, Some(word)))
        });
        found.unwrap_or((ends[0], None))
    }

    /// The longest word of an unspaced script at the start of `text` that has a translation, else
    /// its first character with what depends on it.
    fn longest(
        &self,
        table: &Table,
        text: &str,
        to: u32,
        rng: &mut ChaCha8Rng,
    ) -> (usize, Option<&str>) {
        let script = text.chars().next().map(class);
        let mut ends: Vec<usize> = Vec::new();
        for (count, (at, c)) in text.char_indices().enumerate() {
            if Some(class(c)) != script && may_part(text, at)
                || !ends.is_empty() && count >= table.most_chars
            {
                break;
            }
            let end = at + c.len_utf8();
            if may_part(text, end) {
                ends.push(end);
            }
        }
        let found = ends.iter().rev().find_map(|&end| {
            self.translation(table, &text[..end], to, rng).map(|word| (end, Some(word)))
        });
        found.unwrap_or((ends.first().copied().unwrap_or(text.len()), None))
    }

    /// A word of another spelling for `word`; of several concepts any is drawn.
    fn translation(
        &self,
        table: &Table,
        word: &str,
        to: u32,
        rng: &mut ChaCha8Rng,
    ) -> Option<&str> {
        let own = table.fold(word);
        let forms = table.concepts(word).iter().filter_map(|&id| self.dictionary.form(id, to));
        let forms: Vec<&str> = forms.filter(|form| table.fold(form) != own).collect();
        match forms.len() {
            0 => None,
            1 => Some(forms[0]),
            several => Some(forms[below(rng, several as u64) as usize]),
        }
    }
}

/// Where the next word of a phrase begins: after spaces or one hyphen.
fn next_word(text: &str) -> Option<usize> {
    let spaced = text.trim_start();
    let next = if spaced.len() < text.len() { spaced } else { text.strip_prefix('-')? };
    let begins = next.chars().next().is_some_and(|c| class(c) == Class::Spaced);
    begins.then(|| text.len() - next.len())
}

/// Text being put together.
#[derive(Default)]
struct Output {
    text: String,
    replaced: bool,
}

impl Output {
    /// Adds a unit, after a space where a replaced word would run into its neighbour.
    fn push(&mut self, unit: &str, replaced: bool) {
        if let (true, Some(last), Some(first)) =
            (replaced || self.replaced, self.text.chars().next_back(), unit.chars().next())
        {
            let apart = match (class(last), class(first)) {
                (Class::Between, _) | (_, Class::Between) => false,
                (Class::Unspaced(last), Class::Unspaced(first)) => last != first,
                _ => true,
            };
            if apart {
                self.text.push(' ');
            }
        }
        self.text.push_str(unit);
        self.replaced = replaced;
    }
}
