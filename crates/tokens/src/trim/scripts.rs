//! The pieces of languages, where no corpus tells them.
//!
//! A piece belongs to a language if all its letters are of the language's scripts. So every text
//! in these scripts is covered, in whatever language of them. Beside those are kept:
//!
//! - pieces without letters: digits, punctuation, signs, emoji (Unicode's scripts Common and
//!   Inherited), which every language shares;
//! - single characters of all scripts but Han and Hangul. A name in another alphabet, a unit or a
//!   formula is then spelled, not lost. All alphabets together have some two thousand letters in
//!   mBERT's vocabulary; Han and Hangul have tens of thousands.
//!
//! Latin words are kept only for languages in Latin letters: data in Hindi with English names needs
//! `hi,en`.

use unicode_script::{Script, UnicodeScript};

use super::json::Node;
use super::model::Model;
use super::{TrimError, byte_level, bytes, languages};

/// Ids of the pieces that texts in `languages` may use, ascending.
///
/// `languages` are codes like `de`, `zh` or `sr-Latn`; see [`super::known_languages`]. The text
/// that counts is the normalised one: where a normaliser turns a sign into letters (`℃` into
/// `°C`), those letters need their script.
pub fn pieces_of_languages<S: AsRef<str>>(
    tokenizer_json: &[u8],
    languages: &[S],
) -> Result<Vec<u32>, TrimError> {
    let mut scripts: Vec<Script> = Vec::new();
    for language in languages {
        scripts.extend(languages::scripts(language.as_ref())?);
    }
    let root = Node::document(tokenizer_json)?;
    let model = Model::read(root)?;
    let decoded = byte_level(root);
    let affix = |name| model.node.field(name).and_then(Node::string).unwrap_or_default();
    let (prefix, suffix) = (affix("continuing_subword_prefix"), affix("end_of_word_suffix"));

    let wanted = |piece: &str| {
        if let Some(bytes) = bytes::decode(piece).filter(|_| decoded) {
            // Pieces may begin or end within a character. What is left of one has no script; a
            // text that needs it has the rest of it in another piece.
            let characters = bytes.utf8_chunks().flat_map(|chunk| chunk.valid().chars());
            return written_in(characters, &scripts);
        }
        let piece = piece.strip_prefix(&prefix).unwrap_or(piece);
        let piece = piece.strip_suffix(&suffix).unwrap_or(piece);
        written_in(piece.strip_prefix('▁').unwrap_or(piece).chars(), &scripts)
    };
    let ids = model.pieces.iter().zip(0..).filter(|(piece, _)| wanted(&piece.text));
    Ok(ids.map(|(_, id)| id).collect())
}

/// Whether a piece of these characters, without marks of word borders, is kept for `scripts`.
fn written_in(characters: impl Iterator<Item = char> + Clone, scripts: &[Script]) -> bool {
    let mut two = characters.clone();
    if let (Some(single), None) = (two.next(), two.next())
        && !matches!(single.script(), Script::Han | Script::Hangul)
    {
        return true;
    }
    characters.into_iter().all(|character| {
        let script = character.script();
        matches!(script, Script::Common | Script::Inherited)
            || scripts.contains(&script)
            || scripts.iter().any(|&known| character.script_extension().contains_script(known))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(piece: &str, scripts: &[Script]) -> bool {
        written_in(piece.chars(), scripts)
    }

    #[test]
    fn letters_decide_and_shared_signs_do_not() {
        let japanese = [Script::Han, Script::Hiragana, Script::Katakana];
        assert!(kept("東京タワー。", &japanese));
        assert!(!kept("東京Tower", &japanese));
        assert!(kept("2026!?…😀", &japanese) && kept("2026!?…😀", &[Script::Thai]));
        assert!(!kept("東京", &[Script::Latin]));
        assert!(kept("e\u{301}té", &[Script::Latin]));
    }

    #[test]
    fn single_letters_stay_but_of_the_large_scripts() {
        for letter in ["α", "ж", "א", "क"] {
            assert!(kept(letter, &[Script::Latin]));
        }
        assert!(!kept("東", &[Script::Latin]) && !kept("한", &[Script::Latin]));
        assert!(!kept("αβ", &[Script::Latin]));
    }
}
