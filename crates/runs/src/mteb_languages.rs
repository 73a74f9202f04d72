//! Languages as mteb writes them: ISO 639-3 and the script, `deu-Latn`.
//!
//! Benchmarks name languages by two letters; which of the ISO 639-3 languages and which script is
//! meant is mteb's choice for MIRACL and `XQuAD`, taken over here.

const LANGUAGES: [(&str, &str); 35] = [
    ("ar", "ara-Arab"),
    ("bn", "ben-Beng"),
    ("cs", "ces-Latn"),
    ("de", "deu-Latn"),
    ("el", "ell-Grek"),
    ("en", "eng-Latn"),
    ("es", "spa-Latn"),
    ("fa", "fas-Arab"),
    ("fi", "fin-Latn"),
    ("fr", "fra-Latn"),
    ("he", "heb-Hebr"),
    ("hi", "hin-Deva"),
    ("hu", "hun-Latn"),
    ("id", "ind-Latn"),
    ("it", "ita-Latn"),
    ("ja", "jpn-Jpan"),
    ("ko", "kor-Hang"),
    ("nl", "nld-Latn"),
    ("pl", "pol-Latn"),
    ("pt", "por-Latn"),
    ("ro", "ron-Latn"),
    ("ru", "rus-Cyrl"),
    ("sv", "swe-Latn"),
    ("sw", "swa-Latn"),
    ("ta", "tam-Taml"),
    ("te", "tel-Telu"),
    ("th", "tha-Thai"),
    ("tr", "tur-Latn"),
    ("uk", "ukr-Cyrl"),
    ("ur", "urd-Arab"),
    ("vi", "vie-Latn"),
    ("yo", "yor-Latn"),
    ("zh", "zho-Hans"),
    ("zh-Hans", "zho-Hans"),
    ("zh-Hant", "zho-Hant"),
];

/// mteb's name of a language; the code itself where it is not known or already of that form.
///
/// ```
/// assert_eq!(isogloss_runs::mteb_language("th"), "tha-Thai");
/// assert_eq!(isogloss_runs::mteb_language("gsw-Latn"), "gsw-Latn");
/// ```
pub fn mteb_language(code: &str) -> &str {
    LANGUAGES.iter().find(|(known, _)| *known == code).map_or(code, |(_, name)| name)
}
