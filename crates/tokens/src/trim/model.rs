//! The pieces of the four kinds of models, read and written.

use std::collections::HashMap;

use super::TrimError;
use super::bpe::Merges;
use super::json::{Edit, Node};

/// What a piece is in the file.
#[derive(Debug)]
pub(super) struct Piece<'a> {
    /// The piece itself, as the model knows it.
    pub text: String,
    /// Its text as it stands in the file.
    name: Node<'a>,
    /// Its score, in a Unigram model.
    score: Option<Node<'a>>,
}

/// How a model divides a text.
#[derive(Debug)]
pub(super) enum Kind<'a> {
    /// The most probable pieces.
    Unigram,
    /// The longest piece first.
    WordPiece,
    /// Merges in order of rank.
    Bpe(Merges<'a>),
    /// Whole words.
    WordLevel,
}

/// The `model` of a tokenizer.
#[derive(Debug)]
pub(super) struct Model<'a> {
    pub node: Node<'a>,
    pub kind: Kind<'a>,
    /// By id.
    pub pieces: Vec<Piece<'a>>,
    /// Ids by piece. Of two Unigram pieces with one text the last counts, as in the library.
    pub ids: HashMap<String, u32>,
    vocab: Node<'a>,
}

fn field(field: &str, expected: &'static str) -> TrimError {
    TrimError::Field { field: field.to_owned(), expected }
}

impl<'a> Model<'a> {
    /// Reads the `model` of a file whose root is `root`.
    pub(super) fn read(root: Node<'a>) -> Result<Self, TrimError> {
        let node = root.field("model").ok_or_else(|| field("model", "there"))?;
        let vocab = node.field("vocab").ok_or_else(|| field("model.vocab", "there"))?;
        // Files of old versions tell no type; the library then goes by the fields.
        let kind = match node.field("type").map(|n| n.string().unwrap_or_default()) {
            Some(kind) => kind,
            None if node.field("merges").is_some() => "BPE".to_owned(),
            None if node.field("max_input_chars_per_word").is_some() => "WordPiece".to_owned(),
            None if vocab.items().is_some() => "Unigram".to_owned(),
            None if node.field("unk_token").is_some() => "WordLevel".to_owned(),
            None => "none".to_owned(),
        };
        let pieces = match kind.as_str() {
            "Unigram" => read_list(vocab)?,
            "WordPiece" | "BPE" | "WordLevel" => read_map(vocab)?,
            _ => return Err(TrimError::Model { found: kind }),
        };
        let ids = pieces.iter().zip(0..).map(|(piece, id)| (piece.text.clone(), id)).collect();
        let kind = match kind.as_str() {
            "Unigram" => Kind::Unigram,
            "WordPiece" => Kind::WordPiece,
            "BPE" => Kind::Bpe(Merges::read(node, &ids)?),
            _ => Kind::WordLevel,
        };
        Ok(Self { node, kind, pieces, ids, vocab })
    }

    /// Marks the pieces without which texts would be read otherwise, whatever they hold.
    ///
    /// `bytes`: the pieces are bytes written as characters (byte-level BPE).
    pub(super) fn mark_needed(&self, keep: &mut [bool], bytes: bool) -> Result<(), TrimError> {
        let mut mark = |id: u32| keep[id as usize] = true;
        if let Some(name) = self.node.field("unk_token").and_then(Node::string) {
            self.ids.get(&name).copied().into_iter().for_each(&mut mark);
        }
        if self.node.field("byte_fallback").and_then(Node::parse) == Some(true) {
            self.ids_of((0..=255).map(|byte: u8| format!("<0x{byte:02X}>"))).for_each(&mut mark);
        }
        if bytes {
            // Without a byte's character the library leaves that byte out of the text.
            self.ids_of((0..=255).map(|byte| super::bytes::character(byte).to_string()))
                .for_each(&mut mark);
        }
        if !matches!(self.kind, Kind::Unigram) {
            return Ok(());
        }
        // An unknown character costs the lowest score less ten. If that moved, the best path
        // through a text with unknown characters could be another.
        self.lowest(keep)?.into_iter().for_each(|id| keep[id as usize] = true);
        match self.unknown()? {
            Some(unknown) => keep[unknown as usize] = true,
            // Without an unknown piece the library refuses a text as soon as one of its
            // characters is no piece, even where a longer piece covers it.
            None => {
                for (piece, keep) in self.pieces.iter().zip(keep) {
                    *keep |= piece.text.chars().nth(1).is_none();
                }
            }
        }
        Ok(())
    }

    fn ids_of(&self, names: impl Iterator<Item = String>) -> impl Iterator<Item = u32> {
        names.filter_map(|name| self.ids.get(&name).copied())
    }

    /// A piece with the lowest score, unless one is kept already.
    fn lowest(&self, keep: &[bool]) -> Result<Option<u32>, TrimError> {
        let mut lowest: Option<(f64, u32, bool)> = None;
        for (id, piece) in self.pieces.iter().enumerate() {
            let score: f64 = piece.score.and_then(Node::parse).ok_or_else(|| {
                let place = format!("model.vocab[{id}]");
                TrimError::Field { field: place, expected: "a list of a piece and its score" }
            })?;
            let better = |(low, _, kept): (f64, u32, bool)| {
                score < low || (score <= low && !kept && keep[id])
            };
            if lowest.is_none_or(better) {
                lowest = Some((score, id as u32, keep[id]));
            }
        }
        Ok(lowest.filter(|(_, _, kept)| !kept).map(|(_, id, _)| id))
    }

    /// `unk_id` of a Unigram model.
    fn unknown(&self) -> Result<Option<u32>, TrimError> {
        let Some(node) = self.node.field("unk_id") else { return Ok(None) };
        let id = node.parse().ok_or_else(|| field("model.unk_id", "an id"))?;
        if id as usize >= self.pieces.len() {
            let place = "model.unk_id".to_owned();
            return Err(TrimError::Id { place, id, pieces: self.pieces.len() });
        }
        Ok(Some(id))
    }

    /// What changes in the model when only `kept` (ascending old ids) stay.
    pub(super) fn edits(&self, kept: &[u32]) -> Result<Vec<Edit>, TrimError> {
        let mut edits = Vec::new();
        let kept = &kept[..kept.partition_point(|&id| (id as usize) < self.pieces.len())];
        let lines: Vec<String> = kept
            .iter()
            .zip(0_u32..)
            .map(|(&old, new)| {
                let piece = &self.pieces[old as usize];
                match piece.score {
                    Some(score) => format!("[{},{}]", piece.name.text(), score.text()),
                    None => format!("{}:{new}", piece.name.text()),
                }
            })
            .collect();
        let vocab = match self.kind {
            Kind::Unigram => format!("[{}]", lines.join(",")),
            _ => format!("{{{}}}", lines.join(",")),
        };
        edits.push((self.vocab.range(), vocab));
        if let Kind::Bpe(merges) = &self.kind {
            edits.push(merges.edit(kept));
        }
        if let (Kind::Unigram, Some(old)) = (&self.kind, self.unknown()?)
            && let (Some(node), Ok(new)) = (self.node.field("unk_id"), kept.binary_search(&old))
        {
            edits.push((node.range(), new.to_string()));
        }
        Ok(edits)
    }
}

/// Pieces of a list of pieces and scores; the id is the place.
fn read_list(vocab: Node<'_>) -> Result<Vec<Piece<'_>>, TrimError> {
    let items = vocab.items().ok_or_else(|| field("model.vocab", "a list of pieces and scores"))?;
    items
        .into_iter()
        .enumerate()
        .map(|(at, node)| {
            let parts = node.items().unwrap_or_default();
            let (&[name, score], Some(text)) =
                (parts.as_slice(), parts.first().and_then(|n| n.string()))
            else {
                let place = format!("model.vocab[{at}]");
                return Err(field(&place, "a list of a piece and its score"));
            };
            Ok(Piece { text, name, score: Some(score) })
        })
        .collect()
}

/// Pieces of a map from pieces to ids, which must be 0, 1, … in any order.
fn read_map(vocab: Node<'_>) -> Result<Vec<Piece<'_>>, TrimError> {
    let fields = vocab.fields().ok_or_else(|| field("model.vocab", "a map of pieces to ids"))?;
    let mut by_id: Vec<Option<Piece<'_>>> = Vec::new();
    by_id.resize_with(fields.len(), || None);
    let mut seen = std::collections::HashSet::new();
    let pieces = fields.len();
    for (name, value) in fields {
        let text =
            name.string().ok_or_else(|| field("model.vocab", "a map with readable names"))?;
        let id: u32 = value
            .parse()
            .ok_or_else(|| field(&format!("model.vocab[{}]", name.text()), "an id"))?;
        if !seen.insert(text.clone()) {
            return Err(TrimError::DuplicatePiece { piece: text });
        }
        match by_id.get_mut(id as usize) {
            None => return Err(TrimError::Gap { piece: text, id, pieces }),
            Some(Some(first)) => {
                let first = std::mem::take(&mut first.text);
                return Err(TrimError::DuplicateId { id, first, second: text });
            }
            Some(place) => *place = Some(Piece { text, name, score: None }),
        }
    }
    // As many pieces as places, none taken twice: every place is filled.
    Ok(by_id.into_iter().flatten().collect())
}
