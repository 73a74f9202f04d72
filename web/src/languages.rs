//! Names and directions of languages, as a reader of each would write them.
//!
//! Only what the page shows. A language that is not listed is shown by its code and takes its
//! direction from its text.

/// Code, endonym, English name.
const NAMES: [(&str, &str, &str); 11] = [
    ("ar", "العربية", "Arabic"),
    ("de", "Deutsch", "German"),
    ("el", "Ελληνικά", "Greek"),
    ("en", "English", "English"),
    ("es", "Español", "Spanish"),
    ("hi", "हिन्दी", "Hindi"),
    ("ru", "Русский", "Russian"),
    ("th", "ไทย", "Thai"),
    ("tr", "Türkçe", "Turkish"),
    ("vi", "Tiếng Việt", "Vietnamese"),
    ("zh", "中文", "Chinese"),
];

fn entry(code: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    NAMES.iter().find(|(known, ..)| *known == code)
}

/// The language's name in itself, or its code.
pub fn endonym(code: &str) -> String {
    entry(code).map_or(code, |(_, endonym, _)| endonym).to_owned()
}

/// The language's name in English, or its code.
pub fn english(code: &str) -> String {
    entry(code).map_or(code, |(.., english)| english).to_owned()
}

/// Value of the `dir` attribute for text in the language.
pub fn direction(code: &str) -> &'static str {
    match code {
        "ar" | "fa" | "he" | "ur" | "yi" => "rtl",
        _ if entry(code).is_some() => "ltr",
        _ => "auto",
    }
}

/// Hue of the language's colour, in degrees of the OKLCH circle.
///
/// Colour is never the only mark: the page always shows the code beside it.
pub fn hue(code: &str) -> u32 {
    match NAMES.iter().position(|(known, ..)| *known == code) {
        // Steps of four around a circle of eleven: neighbours in the alphabet stand far apart.
        Some(position) => (position as u32 * 4 % 11) * 360 / 11,
        None => code.bytes().fold(0, |hue, byte| (hue * 31 + u32::from(byte)) % 360),
    }
}
