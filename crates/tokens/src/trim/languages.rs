//! In which scripts a language is written.
//!
//! The languages of XLM-R (Conneau et al. 2020, appendix A) and LaBSE (Feng et al. 2022, appendix
//! A), and their other codes. Scripts are those that Unicode CLDR's `languageData` names first for
//! a language or its likely subtags name for a large country of it. A script in the code itself,
//! `sr-Latn` or `zh_Hant`, decides alone.

use unicode_script::Script;

use super::TrimError;

/// Languages by script. A language in several rows is written in the scripts of all.
const TABLE: &[(&[Script], &str)] = &[
    (
        &[Script::Latin],
        "af az br bs ca ceb co cs cy da de en eo es et eu fi fil fr fy ga gd gl ha haw hmn hr ht \
         hu id ig in is it jv jw ku la lb lg lt lv mg mi ms mt nb nl nn no nso ny om pl pt qu rm \
         ro rw sk sl sm sn so sq sr st su sv sw tk tl tn tr ts uz vi wo xh yo zu",
    ),
    (&[Script::Cyrillic], "ba be bg bs ce cv kk ky mk mn os ru sah sr tg tt uk uz"),
    (&[Script::Arabic], "ar arz azb ckb fa ps sd ug ur"),
    (&[Script::Devanagari], "bh hi mai mr ne new sa"),
    (&[Script::Bengali], "as bn bpy"),
    (&[Script::Hebrew], "he iw ji yi"),
    (&[Script::Han, Script::Bopomofo], "cmn yue zh"),
    (&[Script::Han, Script::Hiragana, Script::Katakana], "ja"),
    (&[Script::Hangul, Script::Han], "ko"),
    (&[Script::Greek], "el"),
    (&[Script::Armenian], "hy"),
    (&[Script::Georgian], "ka"),
    (&[Script::Ethiopic], "am ti"),
    (&[Script::Gujarati], "gu"),
    (&[Script::Gurmukhi], "pa"),
    (&[Script::Kannada], "kn"),
    (&[Script::Khmer], "km"),
    (&[Script::Lao], "lo"),
    (&[Script::Malayalam], "ml"),
    (&[Script::Myanmar], "my"),
    (&[Script::Oriya], "or"),
    (&[Script::Sinhala], "si"),
    (&[Script::Tamil], "ta"),
    (&[Script::Telugu], "te"),
    (&[Script::Thai], "th"),
    (&[Script::Tibetan], "bo dz"),
    (&[Script::Thaana], "dv"),
];

/// Codes of all languages of the table, sorted.
pub fn known_languages() -> Vec<&'static str> {
    let mut codes: Vec<_> = TABLE.iter().flat_map(|(_, codes)| codes.split(' ')).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// The scripts of `language`: a code of the table, in any case, or any code with a script.
pub(super) fn scripts(language: &str) -> Result<Vec<Script>, TrimError> {
    let mut parts = language.trim().split(['-', '_']);
    let code = parts.next().unwrap_or_default().to_lowercase();
    if let Some(tag) = parts.find(|part| part.len() == 4 && part.is_ascii()) {
        let (first, rest) = tag.split_at(1);
        let tag = first.to_uppercase() + &rest.to_lowercase();
        if let Some(scripts) = named(&tag) {
            return Ok(scripts);
        }
    } else {
        let rows = TABLE.iter().filter(|(_, codes)| codes.split(' ').any(|known| known == code));
        let scripts: Vec<Script> = rows.flat_map(|(scripts, _)| *scripts).copied().collect();
        if !scripts.is_empty() {
            return Ok(scripts);
        }
    }
    Err(TrimError::Language { language: language.to_owned() })
}

/// The scripts of an ISO 15924 code; those that stand for several are Unicode's.
fn named(tag: &str) -> Option<Vec<Script>> {
    Some(match tag {
        "Hans" | "Hant" => vec![Script::Han, Script::Bopomofo],
        "Jpan" => vec![Script::Han, Script::Hiragana, Script::Katakana],
        "Kore" => vec![Script::Hangul, Script::Han],
        "Zyyy" | "Zinh" | "Zzzz" => return None,
        _ => vec![Script::from_short_name(tag)?],
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_language_of_xlm_r_and_labse_has_scripts() {
        let xlm_r = "af am ar as az be bg bn br bs ca cs cy da de el en eo es et eu fa fi fr fy ga \
                     gd gl gu ha he hi hr hu hy id is it ja jv ka kk km kn ko ku ky la lo lt lv mg \
                     mk ml mn mr ms my ne nl no om or pa pl ps pt ro ru sa sd si sk sl so sq sr su \
                     sv sw ta te th tl tr ug uk ur uz vi xh yi zh";
        let labse = "af sq am ar hy as az eu be bn bs bg my ca ceb zh co hr cs da nl en eo et fi \
                     fr fy gl ka de el gu ht ha haw he hi hmn hu is ig id ga it ja jv kn kk km rw \
                     ko ku ky lo la lv lt lb mk mg ms ml mt mi mr mn ne no ny or fa pl pt pa ro ru \
                     sm gd sr st sn si sk sl so es su sw sv tl tg ta tt te th bo tr tk ug uk ur uz \
                     vi cy wo xh yi yo zu";
        assert_eq!(labse.split_whitespace().count(), 109);
        for code in xlm_r.split_whitespace().chain(labse.split_whitespace()) {
            assert!(!scripts(code).unwrap().is_empty(), "{code}");
            assert!(known_languages().contains(&code));
        }
    }

    #[test]
    fn a_script_in_the_code_decides_alone() {
        assert_eq!(scripts("sr").unwrap(), [Script::Latin, Script::Cyrillic]);
        assert_eq!(scripts("sr-Latn").unwrap(), [Script::Latin]);
        assert_eq!(scripts("ZH_hant").unwrap(), [Script::Han, Script::Bopomofo]);
        assert_eq!(scripts("zh-TW").unwrap(), scripts("zh").unwrap());
        assert_eq!(scripts("pa-Arab-PK").unwrap(), [Script::Arabic]);
    }

    #[test]
    fn an_unknown_language_is_named() {
        for language in ["klingon", "de-Xyzw", "", "x-Zyyy"] {
            let error = scripts(language).unwrap_err().to_string();
            assert!(error.contains(&format!("`{language}`")), "{error}");
        }
    }
}
