//! Text to words, in whatever language it is written.
//!
//! Words end where ICU's segmenter says, which follows Unicode's rules (UAX #29) for scripts with
//! spaces and has dictionaries for Chinese and Japanese and trained models for Thai, Lao, Khmer and
//! Burmese. One tokenizer serves all languages, because a mixed pool has documents in all of them
//! and a question may hold words of another. Nothing is stemmed and no word is left out for being
//! frequent: both need to know the language, and BM25 weighs frequent words down itself.
//!
//! After the cut, each word is lower-cased as Unicode says; Arabic and Devanagari letters that are
//! written in several ways become one, by the rules of Lucene's `ArabicNormalizer` and
//! `HindiNormalizer`; and what holds no letter and no digit is dropped. Chinese is
//! cut by the dictionary alone, without bigrams.

use icu_segmenter::options::WordBreakInvariantOptions;
use icu_segmenter::{WordSegmenter, WordSegmenterBorrowed};

/// Cuts text into words.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    segmenter: WordSegmenterBorrowed<'static>,
}

impl Default for Words {
    fn default() -> Self {
        Self::new()
    }
}

impl Words {
    /// For all languages.
    pub fn new() -> Self {
        Self { segmenter: WordSegmenter::new_auto(WordBreakInvariantOptions::default()) }
    }

    /// The words of `text` in their order, with repeats.
    pub fn of(&self, text: &str) -> Vec<String> {
        let mut words = Vec::new();
        let mut start = 0;
        for end in self.segmenter.segment_str(text) {
            let piece = &text[start..end];
            start = end;
            if piece.chars().any(char::is_alphanumeric) {
                let word = normal(piece);
                if !word.is_empty() {
                    words.push(word);
                }
            }
        }
        words
    }
}

/// Lower-cased, with one form for each letter.
fn normal(word: &str) -> String {
    let word = word.to_lowercase();
    if word.is_ascii() {
        return word;
    }
    // Devanagari writes a nasal before a consonant as the letter or as a dot above.
    word.replace("\u{928}\u{94d}", "\u{902}").chars().filter_map(letter).collect()
}

/// The form of a letter that stands for all of its forms; `None` for signs that are left out.
fn letter(letter: char) -> Option<char> {
    Some(match letter {
        // Left out: Arabic stretching and vowel signs; Devanagari's dot below and the sign that
        // ends a vowel; joiners.
        '\u{640}' | '\u{64b}'..='\u{652}' | '\u{93c}' | '\u{94d}' | '\u{200c}' | '\u{200d}' => {
            return None;
        }
        // Arabic: alef with madda or hamza, dotless yeh, teh marbuta.
        '\u{622}' | '\u{623}' | '\u{625}' => '\u{627}',
        '\u{649}' => '\u{64a}',
        '\u{629}' => '\u{647}',
        // Devanagari: candrabindu as anusvara, and letters with a dot below as those without.
        '\u{901}' => '\u{902}',
        '\u{929}' => '\u{928}',
        '\u{931}' => '\u{930}',
        '\u{934}' => '\u{933}',
        '\u{958}' => '\u{915}',
        '\u{959}' => '\u{916}',
        '\u{95a}' => '\u{917}',
        '\u{95b}' => '\u{91c}',
        '\u{95c}' => '\u{921}',
        '\u{95d}' => '\u{922}',
        '\u{95e}' => '\u{92b}',
        '\u{95f}' => '\u{92f}',
        // Its short, candra, long and double vowels as the plain ones, letters and signs.
        '\u{906}' | '\u{972}' => '\u{905}',
        '\u{908}' => '\u{907}',
        '\u{90a}' => '\u{909}',
        '\u{90d}' | '\u{90e}' | '\u{910}' => '\u{90f}',
        '\u{911}' | '\u{912}' | '\u{914}' => '\u{913}',
        '\u{960}' => '\u{90b}',
        '\u{961}' => '\u{90c}',
        '\u{940}' => '\u{93f}',
        '\u{942}' => '\u{941}',
        '\u{944}' => '\u{943}',
        '\u{963}' => '\u{962}',
        '\u{945}' | '\u{946}' | '\u{948}' => '\u{947}',
        '\u{949}' | '\u{94a}' | '\u{94c}' => '\u{94b}',
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::Words;

    fn words(text: &str) -> Vec<String> {
        Words::new().of(text)
    }

    #[test]
    fn words_end_where_each_language_ends_them() {
        assert_eq!(
            words("The U.S. GDP grew 3.5%, didn't it?"),
            ["the", "u.s", "gdp", "grew", "3.5", "didn't", "it"]
        );
        assert_eq!(words("ทุกสองสัปดาห์"), ["ทุก", "สอง", "สัปดาห์"]);
        assert_eq!(words("こんにちは世界"), ["こんにちは", "世界"]);
        assert_eq!(words("中央银行在哪里?"), ["中央", "银行", "在", "哪里"]);
        assert_eq!(words("ΣΊΣΥΦΟΣ Straße İ"), ["σίσυφος", "straße", "i\u{307}"]);
    }

    #[test]
    fn letters_written_in_several_ways_are_one() {
        // With and without hamza and vowel signs; teh marbuta and heh; stretched.
        assert_eq!(words("أُمَّة"), words("امه"));
        assert_eq!(words("العـــربية"), words("العربيه"));
        // The dot below, as one letter or as two.
        assert_eq!(words("ज़मीन"), words("ज\u{93c}मीन"));
        // A nasal as a letter or as a dot above.
        assert_eq!(words("हिन्दी"), words("हिंदी"));
        assert_eq!(words("— … 。"), [""; 0]);
    }
}
