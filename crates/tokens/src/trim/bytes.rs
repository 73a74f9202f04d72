//! Bytes as characters, the way byte-level BPE writes them (GPT-2's table).
//!
//! The library keeps its own table to itself.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The character for a byte: printable Latin-1 stands for itself, the rest follows U+0100 in order.
pub(super) fn character(byte: u8) -> char {
    if printable(byte) {
        return char::from(byte);
    }
    let place = (0..byte).filter(|&b| !printable(b)).count() as u32;
    char::from_u32(0x100 + place).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn printable(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff)
}

/// The bytes that a piece stands for; nothing if it holds another character.
pub(super) fn decode(piece: &str) -> Option<Vec<u8>> {
    static BYTES: LazyLock<HashMap<char, u8>> =
        LazyLock::new(|| (0..=255).map(|byte| (character(byte), byte)).collect());
    piece.chars().map(|c| BYTES.get(&c).copied()).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use tokenizers::pre_tokenizers::byte_level::ByteLevel;

    use super::*;

    #[test]
    fn the_alphabet_is_the_librarys() {
        let ours: BTreeSet<char> = (0..=255).map(character).collect();
        assert_eq!(ours, ByteLevel::alphabet().into_iter().collect());
    }

    #[test]
    fn pieces_decode_to_their_text() {
        assert_eq!(decode("ĠStraÃŁe").unwrap(), " Straße".as_bytes());
        assert_eq!(decode("à¤").unwrap(), [0xe0, 0xa4]);
        assert!(decode("▁a").is_none());
    }
}
