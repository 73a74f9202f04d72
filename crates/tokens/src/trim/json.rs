//! Places in a JSON text.
//!
//! A trimmed tokenizer must be the old one in everything but its pieces, to the last digit of a
//! score: a score that is read and written again can move by one unit in the last place, and a tie
//! between two segmentations with it. So the text is not parsed into values and printed; nodes are
//! slices of it, and a change is a new text for a range. `serde_json` first checks the whole text,
//! so that the walk below may rely on its form.

use std::ops::Range;

use super::TrimError;

/// One value of a checked JSON text: its slice, without space around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'a> {
    source: &'a str,
    start: usize,
    end: usize,
}

/// New text for a range of the source.
pub(super) type Edit = (Range<usize>, String);

impl<'a> Node<'a> {
    /// The whole of a text, once it is known to be JSON.
    pub(super) fn document(bytes: &'a [u8]) -> Result<Self, TrimError> {
        let malformed = |reason: String| TrimError::Malformed { reason };
        let source = std::str::from_utf8(bytes).map_err(|e| malformed(e.to_string()))?;
        serde_json::from_str::<serde::de::IgnoredAny>(source)
            .map_err(|e| malformed(e.to_string()))?;
        let start = space(source.as_bytes(), 0);
        Ok(Self { source, start, end: value(source.as_bytes(), start) })
    }

    /// The slice.
    pub(super) fn text(self) -> &'a str {
        &self.source[self.start..self.end]
    }

    /// Where the slice lies.
    pub(super) fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// Names and values of an object in their order; nothing for any other value.
    pub(super) fn fields(self) -> Option<Vec<(Node<'a>, Node<'a>)>> {
        self.children(b'{')
            .map(|nodes| nodes.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect())
    }

    /// Values of a list; nothing for any other value.
    pub(super) fn items(self) -> Option<Vec<Node<'a>>> {
        self.children(b'[')
    }

    /// A field that is there and not null. Of two with one name the last counts, as for serde.
    pub(super) fn field(self, name: &str) -> Option<Node<'a>> {
        let fields = self.fields()?;
        let found = fields.iter().rev().find(|(key, _)| key.string().is_some_and(|k| k == name))?;
        (found.1.text() != "null").then_some(found.1)
    }

    /// The value as `T`; nothing where it is another type.
    pub(super) fn parse<T: serde::de::DeserializeOwned>(self) -> Option<T> {
        serde_json::from_str(self.text()).ok()
    }

    /// The value of a string.
    pub(super) fn string(self) -> Option<String> {
        self.parse()
    }

    /// The nodes in a list or object (names and values in turn) that opens with `open`.
    fn children(self, open: u8) -> Option<Vec<Node<'a>>> {
        let bytes = self.source.as_bytes();
        if bytes.get(self.start) != Some(&open) {
            return None;
        }
        let mut nodes = Vec::new();
        let mut at = space(bytes, self.start + 1);
        while at + 1 < self.end {
            let end = value(bytes, at);
            nodes.push(Self { source: self.source, start: at, end });
            at = space(bytes, end);
            if matches!(bytes.get(at), Some(b',' | b':')) {
                at = space(bytes, at + 1);
            }
        }
        Some(nodes)
    }
}

/// The source with every edit made. Ranges do not overlap.
pub(super) fn edited(source: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|(range, _)| range.start);
    let mut text = String::with_capacity(source.len() / 2);
    let mut done = 0;
    for (range, new) in edits {
        text.push_str(&source[done..range.start]);
        text.push_str(&new);
        done = range.end;
    }
    text.push_str(&source[done..]);
    text
}

/// The first place from `at` that is no space.
fn space(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..].iter().take_while(|b| matches!(b, b' ' | b'\n' | b'\r' | b'\t')).count()
}

/// The end of the string that opens at `at`.
fn string(bytes: &[u8], mut at: usize) -> usize {
    at += 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at + 1
}

/// The end of the value that starts at `at`. No recursion: depth is the file's to choose.
fn value(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at = string(bytes, at);
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                // The end of what holds a number or word.
                if depth == 0 {
                    return at;
                }
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    at
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_finds_what_serde_finds() {
        let text =
            " { \"a\\\"}\" : [ 1.50 , \"x]\\\\\" ,{ } ,[]],\n\"b\":{\"c\" : null,\"d\":true} }\n";
        let root = Node::document(text.as_bytes()).unwrap();
        let list = root.field("a\"}").unwrap().items().unwrap();
        let texts: Vec<_> = list.iter().map(|n| n.text()).collect();
        assert_eq!(texts, ["1.50", "\"x]\\\\\"", "{ }", "[]"]);
        assert_eq!(list[1].string().unwrap(), "x]\\");
        assert!(list[2].fields().unwrap().is_empty() && list[3].items().unwrap().is_empty());
        let b = root.field("b").unwrap();
        assert!(b.field("c").is_none());
        assert_eq!(b.field("d").unwrap().parse::<bool>(), Some(true));
        assert!(b.items().is_none() && list[0].fields().is_none());
    }

    #[test]
    fn edits_touch_their_ranges_alone() {
        let text = r#"{"n": 7, "keep" : 1.0e-3, "m": [1,2]}"#;
        let root = Node::document(text.as_bytes()).unwrap();
        let edits = vec![
            (root.field("m").unwrap().range(), "[]".to_owned()),
            (root.field("n").unwrap().range(), "12".to_owned()),
        ];
        assert_eq!(edited(text, edits), r#"{"n": 12, "keep" : 1.0e-3, "m": []}"#);
    }

    #[test]
    fn depth_costs_no_stack() {
        let text = "[".repeat(50_000) + &"]".repeat(50_000);
        let root = Node::document(text.as_bytes()).unwrap();
        assert_eq!(root.items().unwrap().len(), 1);
    }

    #[test]
    fn what_is_no_json_is_named() {
        let error = Node::document(b"{\"a\":").unwrap_err().to_string();
        assert!(error.contains("tokenizer.json"), "{error}");
        assert!(Node::document(&[0xff]).is_err());
    }
}
