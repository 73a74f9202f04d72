//! Words of a text, in any script, without a dictionary of the language.
//!
//! Most scripts part words by spaces: there a word is a run of letters, digits and the marks on
//! them, with an apostrophe between two letters inside it (rules WB4 to WB10 of Unicode's UAX #29 in
//! short). The scripts of East and South-East Asia do not: there any place between two characters
//! may part words, except before a sign that depends on the character before it, and what is a word
//! is for a lexicon to say.

use unicode_script::{Script, UnicodeScript};

/// How a character takes part in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Of a script that parts words by spaces.
    Spaced,
    /// Of a script without spaces; those of Chinese and Japanese count as one.
    Unspaced(Script),
    /// Between words: spaces and punctuation.
    Between,
}

/// Marks of punctuation that belong to a script, and so look like its letters' marks: of Hebrew,
/// Armenian, Syriac, Arabic, Devanagari, Ethiopic and Mongolian.
const PUNCTUATION: [(char, char); 12] = [
    ('\u{55a}', '\u{55f}'),
    ('\u{58a}', '\u{58a}'),
    ('\u{5be}', '\u{5be}'),
    ('\u{5c0}', '\u{5c0}'),
    ('\u{5c3}', '\u{5c3}'),
    ('\u{5c6}', '\u{5c6}'),
    ('\u{5f3}', '\u{5f4}'),
    ('\u{6d4}', '\u{6d4}'),
    ('\u{700}', '\u{70d}'),
    ('\u{970}', '\u{970}'),
    ('\u{1360}', '\u{1368}'),
    ('\u{1800}', '\u{180a}'),
];

/// Signs of Thai, Lao, Tibetan, Myanmar and Khmer that stand on, below or after the letter before
/// them and never begin a word.
const DEPENDENT: [(char, char); 14] = [
    ('\u{e30}', '\u{e3a}'),
    ('\u{e45}', '\u{e45}'),
    ('\u{e47}', '\u{e4e}'),
    ('\u{eb0}', '\u{ebc}'),
    ('\u{ec8}', '\u{ece}'),
    ('\u{f71}', '\u{f87}'),
    ('\u{f8d}', '\u{fbc}'),
    ('\u{102b}', '\u{103e}'),
    ('\u{1056}', '\u{1060}'),
    ('\u{1062}', '\u{1064}'),
    ('\u{1067}', '\u{108d}'),
    ('\u{108f}', '\u{108f}'),
    ('\u{17b6}', '\u{17d3}'),
    ('\u{17dd}', '\u{17dd}'),
];

/// Signs that stack the next letter of Myanmar and Khmer under the one before.
const STACKERS: [char; 2] = ['\u{1039}', '\u{17d2}'];

fn among(ranges: &[(char, char)], c: char) -> bool {
    ranges.iter().any(|&(first, last)| (first..=last).contains(&c))
}

/// The class of a character that stands alone or begins a word.
pub fn class(c: char) -> Class {
    match c.script() {
        // Prolongs a vowel of Japanese; Unicode counts it to no script.
        _ if c == 'ー' => Class::Unspaced(Script::Han),
        Script::Han | Script::Hiragana | Script::Katakana | Script::Bopomofo => {
            Class::Unspaced(Script::Han)
        }
        script @ (Script::Thai
        | Script::Lao
        | Script::Khmer
        | Script::Myanmar
        | Script::Tibetan
        | Script::Tai_Le
        | Script::New_Tai_Lue
        | Script::Tai_Tham
        | Script::Tai_Viet) => Class::Unspaced(script),
        _ if c.is_alphanumeric() => Class::Spaced,
        _ => Class::Between,
    }
}

/// Whether a character goes on with a word of a spaced script.
fn continues(c: char) -> bool {
    let script = c.script();
    match class(c) {
        Class::Spaced => true,
        Class::Unspaced(_) => false,
        Class::Between => {
            !matches!(script, Script::Common | Script::Unknown) && !among(&PUNCTUATION, c)
        }
    }
}

/// The end, in bytes, of the word of a spaced script at the start of `text`.
pub fn word_end(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let apostrophe = matches!(c, '\'' | '’')
            && at > 0
            && chars.peek().is_some_and(|&(_, next)| class(next) == Class::Spaced);
        if !(continues(c) || apostrophe) {
            return at;
        }
    }
    text.len()
}

/// Whether a word of an unspaced script may end at byte `at` of `text`.
pub fn may_part(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    let after = text[at..].chars().next();
    let depends = |c: char| among(&DEPENDENT, c) || c.script() == Script::Inherited;
    !before.is_some_and(|c| STACKERS.contains(&c)) && !after.is_some_and(depends)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let mut words = Vec::new();
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            if class(c) == Class::Spaced {
                let end = at + word_end(&text[at..]);
                words.push(&text[at..end]);
                at = end;
            } else {
                at += c.len_utf8();
            }
        }
        words
    }

    #[test]
    fn words_of_spaced_scripts_hold_their_marks_and_no_punctuation() {
        for (text, expected) in [
            ("Don’t stop, it's 3rd!", &["Don’t", "stop", "it's", "3rd"][..]),
            ("'quoted' words'", &["quoted", "words"]),
            ("e\u{301}tude—naïve", &["e\u{301}tude", "naïve"]),
            ("वह हिन्दी बोलता है।", &["वह", "हिन्दी", "बोलता", "है"]),
            ("यह घर है॰", &["यह", "घर", "है"]),
            ("كِتابٌ جديد، نعم؟", &["كِتابٌ", "جديد", "نعم"]),
            ("یہ گھر ہے۔", &["یہ", "گھر", "ہے"]),
            ("בית־ספר", &["בית", "ספר"]),
            ("iPhone手机 ok", &["iPhone", "ok"]),
            ("한국어 단어", &["한국어", "단어"]),
            ("☺\u{fe0f} …", &[]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn unspaced_words_do_not_part_before_a_dependent_sign() {
        for (text, whole) in [
            ("กินน้ำ", &["ก", "กิ", "กิน", "กินน", "กินน้", "กินน้ำ"][..]),
            ("ខ្មែរ", &["ខ", "ខ្", "ខ្ម", "ខ្មែ", "ខ្មែរ"]),
        ] {
            let parts: Vec<bool> = whole.iter().map(|part| may_part(text, part.len())).collect();
            let expected: &[bool] = match whole.len() {
                6 => &[false, true, true, false, false, true],
                _ => &[false, false, false, true, true],
            };
            assert_eq!(parts, expected, "{text}");
        }
        assert!(may_part("中文", "中".len()));
    }
}
