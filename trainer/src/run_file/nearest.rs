//! The key that was meant.

/// Below this likeness no key is suggested.
const LIKE: f64 = 0.7;

/// `message` with the nearest of the expected keys, where it is about an unknown one.
///
/// Serde's messages name all keys that would do: "unknown field `x`, expected one of `a`, `b`".
pub fn with_suggestion(message: &str) -> String {
    let Some(suggestion) = suggestion(message) else { return message.to_owned() };
    let mut lines = message.trim_end().to_owned();
    lines.push_str("\ndid you mean `");
    lines.push_str(suggestion);
    lines.push_str("`?");
    lines
}

fn suggestion(message: &str) -> Option<&str> {
    let about = ["unknown field ", "unknown variant "];
    let start = about.iter().find_map(|words| message.find(words))?;
    let mut quoted = message[start..].split('`').skip(1).step_by(2);
    let unknown = quoted.next()?.to_lowercase();
    let likeness = |known: &str| strsim::jaro_winkler(&unknown, known);
    quoted
        .take_while(|known| !known.contains('\n'))
        .map(|known| (likeness(known), known))
        .filter(|(likeness, _)| *likeness >= LIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_key_is_named() {
        let message = "unknown field `learning_rat`, expected one of `steps`, `learning_rate`";
        assert!(with_suggestion(message).ends_with("did you mean `learning_rate`?"));
        let message = "unknown field `zzz`, expected `steps` or `learning_rate`";
        assert_eq!(with_suggestion(message), message);
        assert_eq!(with_suggestion("invalid type `a`"), "invalid type `a`");
    }
}
