//! Which merges a BPE piece needs.
//!
//! A model of this kind starts from characters and applies the merge of lowest rank, leftmost
//! first, until none applies. Whoever keeps the pieces at the end must keep every piece on the
//! way. Two facts make that a matter of single pieces, not of texts:
//!
//! 1. A merge never crosses a border that is there at the end, since borders only vanish. So the
//!    merges inside one final piece come in the same order as if that piece were the whole word:
//!    its own characters, merged by rank, pass through the same pieces. Keeping those is enough.
//! 2. With those kept, and every merge whose parts and result are kept, the old order of merges is
//!    found again step by step: the old choice is still there, and nothing of lower rank is new.
//!
//! Fact 1 needs the symbols from which the piece was built. They are its characters unless the
//! model marks word positions with affixes, or a symbol stands for an unknown character or a byte.
//! Then, and where the characters do not lead to the piece at all, every way to build it is kept.
//! Those ways are usually one; they are all there are, so nothing is missed.

use std::collections::{HashMap, HashSet};

use super::TrimError;
use super::json::{Edit, Node};

/// The merge rules of a model.
#[derive(Debug)]
pub(super) struct Merges<'a> {
    node: Node<'a>,
    rules: Vec<Rule<'a>>,
    /// Rank and result of a pair. Of two rules for one pair the last counts, as in the library.
    by_pair: HashMap<(u32, u32), (usize, u32)>,
    /// Pairs by their result.
    by_result: HashMap<u32, Vec<(u32, u32)>>,
    /// Symbols start as more than the characters of a piece.
    affixes: bool,
    /// Texts that may be one symbol though they are several characters.
    symbols: Vec<String>,
}

#[derive(Debug)]
struct Rule<'a> {
    node: Node<'a>,
    pair: (u32, u32),
    result: u32,
}

/// Pieces longer than this are not worth simulating.
const LONGEST: usize = 256;

impl<'a> Merges<'a> {
    /// Reads `merges` and the options of `model`.
    pub(super) fn read(model: Node<'a>, ids: &HashMap<String, u32>) -> Result<Self, TrimError> {
        let wrong =
            || TrimError::Field { field: "model.merges".to_owned(), expected: "a list of pairs" };
        let option = |name| model.field(name).and_then(Node::string).filter(|s| !s.is_empty());
        let prefix = option("continuing_subword_prefix");
        let node = model.field("merges").ok_or_else(wrong)?;
        let mut merges = Self {
            node,
            rules: Vec::new(),
            by_pair: HashMap::new(),
            by_result: HashMap::new(),
            affixes: prefix.is_some() || option("end_of_word_suffix").is_some(),
            symbols: option("unk_token").into_iter().collect(),
        };
        if model.field("byte_fallback").and_then(Node::parse) == Some(true) {
            merges.symbols.push("<0x".to_owned());
        }
        for (index, node) in node.items().ok_or_else(wrong)?.into_iter().enumerate() {
            // Lines of `merges.txt` may come with the one that tells its version.
            if node.text().starts_with("\"#version") {
                continue;
            }
            let (left, right) = parts(node).ok_or_else(wrong)?;
            let id = |piece: &str| {
                ids.get(piece).copied().ok_or_else(|| TrimError::Merge {
                    index,
                    merge: node.text().chars().take(80).collect(),
                    piece: piece.to_owned(),
                })
            };
            let pair = (id(&left)?, id(&right)?);
            let rest = right.get(prefix.as_ref().map_or(0, String::len)..).ok_or_else(wrong)?;
            let result = id(&format!("{left}{rest}"))?;
            merges.by_pair.insert(pair, (index, result));
            merges.by_result.entry(result).or_default().push(pair);
            merges.rules.push(Rule { node, pair, result });
        }
        Ok(merges)
    }

    /// Marks what the marked pieces need. `pieces` by id; `ids` is their inverse.
    pub(super) fn close<S: AsRef<str>>(
        &self,
        keep: &mut [bool],
        pieces: &[S],
        ids: &HashMap<String, u32>,
    ) {
        let mut open: Vec<u32> = (0..pieces.len() as u32).filter(|&id| keep[id as usize]).collect();
        while let Some(piece) = open.pop() {
            let text = pieces[piece as usize].as_ref();
            let needed = self.way(piece, text, ids).unwrap_or_else(|| {
                let pairs = self.by_result.get(&piece).into_iter().flatten();
                pairs.flat_map(|&(left, right)| [left, right]).collect()
            });
            for id in needed {
                if !std::mem::replace(&mut keep[id as usize], true) {
                    open.push(id);
                }
            }
        }
    }

    /// The pieces on the way from the characters of `text` to `piece`; nothing if they do not
    /// lead there or may not be what it was built from.
    fn way(&self, piece: u32, text: &str, ids: &HashMap<String, u32>) -> Option<Vec<u32>> {
        if self.affixes || self.symbols.iter().any(|symbol| text.contains(symbol)) {
            return None;
        }
        let mut symbols: Vec<u32> = text
            .chars()
            .take(LONGEST)
            .map(|c| ids.get(c.encode_utf8(&mut [0; 4]) as &str).copied())
            .collect::<Option<_>>()?;
        let mut passed = symbols.clone();
        loop {
            let merge = symbols.windows(2).enumerate().filter_map(|(at, pair)| {
                self.by_pair.get(&(pair[0], pair[1])).map(|&(rank, result)| (rank, at, result))
            });
            let Some((_, at, result)) = merge.min() else { break };
            symbols[at] = result;
            symbols.remove(at + 1);
            passed.push(result);
        }
        (symbols == [piece]).then_some(passed)
    }

    /// The list without the rules that need what is not in `kept` (ascending ids).
    pub(super) fn edit(&self, kept: &[u32]) -> Edit {
        let kept: HashSet<u32> = kept.iter().copied().collect();
        let rules: Vec<&str> = self
            .rules
            .iter()
            .filter(|rule| {
                [rule.pair.0, rule.pair.1, rule.result].iter().all(|id| kept.contains(id))
            })
            .map(|rule| rule.node.text())
            .collect();
        (self.node.range(), format!("[{}]", rules.join(",")))
    }
}

/// The parts of a rule, which is a pair of pieces or one text with a space between them.
fn parts(node: Node<'_>) -> Option<(String, String)> {
    if let Some(items) = node.items() {
        let [left, right] = items.as_slice() else { return None };
        return Some((left.string()?, right.string()?));
    }
    let text = node.string()?;
    let (left, right) = text.split_once(' ')?;
    (!right.contains(' ')).then(|| (left.to_owned(), right.to_owned()))
}
