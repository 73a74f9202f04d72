//! A tokenizer is refused or trimmed, and what is trimmed is whole.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(wanted) = tokens::pieces_of_languages(data, &["de", "zh"]) else { return };
    let Ok(trimmed) = tokens::trim(data, wanted) else { return };
    assert!(trimmed.kept.is_sorted_by(|a, b| a < b));
    assert_eq!(trimmed.after.pieces, trimmed.kept.len());
    let all = 0..trimmed.after.pieces as u32;
    let again = tokens::trim(trimmed.json.as_bytes(), all).expect("a trimmed tokenizer is one");
    assert_eq!(again.json, trimmed.json);
    assert_eq!(again.before, again.after);
});
