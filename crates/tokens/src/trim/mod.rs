//! A tokenizer with the pieces alone that some data uses.
//!
//! Multilingual vocabularies have 250,000 pieces and more, and a model's table one row for each;
//! data in a few languages uses a part. [`trim`] removes the rest from any `tokenizer.json` such
//! that covered texts, whose pieces are all kept, are divided as before: the same pieces in the
//! same order, under new ids. The rows of the table at the kept ids then give the same embeddings
//! to the bit.
//!
//! A wanted piece brings along what its reading rests on; each model's module says why:
//!
//! - added tokens, and ids that post-processors and padding name;
//! - the unknown piece, byte pieces and the bytes' characters, so that texts which are not covered
//!   degrade as before;
//! - Unigram: a piece of the lowest score, which sets the price of an unknown character;
//! - BPE: the pieces on the way to a kept one, and the merges between kept pieces.
//!
//! Unigram needs no more, because its best path over fewer pieces is the old one as long as all of
//! the old path is there: every other path can only have become worse, and ties are decided by
//! place. `WordPiece` takes the longest piece that fits, and what is gone was not taken; its
//! unknown words are the exception, see [`crate::Usage`].
//!
//! Old order is kept, so new ids ascend with old ones and added tokens stay behind the model's
//! pieces, where readers of the file count them.

mod bpe;
mod bytes;
mod error;
mod json;
mod languages;
mod model;
mod scripts;
mod special;

pub use error::TrimError;
use json::Node;
pub use languages::known_languages;
use model::{Kind, Model};
pub use scripts::pieces_of_languages;

/// A tokenizer's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenizerSize {
    /// Pieces, added tokens included: the rows that a table needs.
    pub pieces: usize,
    /// Bytes of `tokenizer.json`.
    pub bytes: usize,
}

/// A trimmed tokenizer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trimmed {
    /// The text of the new `tokenizer.json`. What is not about pieces is the old text, to the byte.
    pub json: String,
    /// Old ids, ascending: the row of new id `n` is the old row `kept[n]`.
    pub kept: Vec<u32>,
    /// Size of the old tokenizer.
    pub before: TokenizerSize,
    /// Size of the new tokenizer.
    pub after: TokenizerSize,
}

impl Trimmed {
    /// The new id of an old one, for ids that stand elsewhere, as in `config.json`.
    pub fn new_id(&self, old: u32) -> Option<u32> {
        self.kept.binary_search(&old).ok().map(|new| new as u32)
    }
}

/// Trims the text of a `tokenizer.json` to the pieces `wanted` and those they rest on.
///
/// `wanted` are ids in any order, from [`crate::Usage::ids`], [`pieces_of_languages`] or both,
/// with any that the model's config names. The file is checked first; nothing of it is trusted.
pub fn trim(
    tokenizer_json: &[u8],
    wanted: impl IntoIterator<Item = u32>,
) -> Result<Trimmed, TrimError> {
    let root = Node::document(tokenizer_json)?;
    let model = Model::read(root)?;
    let (named, pieces) = special::named(root, &model)?;

    let mut keep = vec![false; pieces];
    for named in &named {
        keep[named.id as usize] = true;
    }
    model.mark_needed(&mut keep, byte_level(root))?;
    let mut useful = false;
    for id in wanted {
        let place = keep.get_mut(id as usize).ok_or_else(|| TrimError::Id {
            place: "what is to be kept".to_owned(),
            id,
            pieces,
        })?;
        useful |= !std::mem::replace(place, true);
    }
    if !useful {
        return Err(TrimError::Nothing);
    }
    if let Kind::Bpe(merges) = &model.kind {
        let texts: Vec<&str> = model.pieces.iter().map(|piece| piece.text.as_str()).collect();
        merges.close(&mut keep, &texts, &model.ids);
    }

    let kept: Vec<u32> = (0..pieces as u32).filter(|&id| keep[id as usize]).collect();
    let mut edits = model.edits(&kept)?;
    edits.extend(special::edits(&named, &kept));
    let source = std::str::from_utf8(tokenizer_json)
        .map_err(|e| TrimError::Malformed { reason: e.to_string() })?;
    let json = json::edited(source, edits);
    Ok(Trimmed {
        before: TokenizerSize { pieces, bytes: tokenizer_json.len() },
        after: TokenizerSize { pieces: kept.len(), bytes: json.len() },
        json,
        kept,
    })
}

/// Whether the pieces are bytes written as characters.
fn byte_level(root: Node<'_>) -> bool {
    ["normalizer", "pre_tokenizer"]
        .iter()
        .filter_map(|name| root.field(name))
        .any(|node| node.text().contains("\"ByteLevel\""))
}
