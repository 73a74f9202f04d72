//! Ids that a tokenizer file names outside its model: added tokens, post-processors, padding.

use std::collections::HashMap;

use super::TrimError;
use super::json::{Edit, Node};
use super::model::Model;

/// An id and where it stands.
#[derive(Debug)]
pub(super) struct Named<'a> {
    node: Node<'a>,
    /// The id.
    pub id: u32,
}

/// Processors lie in sequences, and a sequence may lie in one; nobody goes deeper.
const DEEPEST: usize = 16;

/// All ids named outside the model, and the number of pieces, added ones included.
pub(super) fn named<'a>(
    root: Node<'a>,
    model: &Model<'_>,
) -> Result<(Vec<Named<'a>>, usize), TrimError> {
    let (mut named, pieces) = added(root, model)?;
    let check = |found: Named<'a>, place: &str| {
        if (found.id as usize) < pieces {
            return Ok(found);
        }
        let place = format!("tokenizer.json: `{place}`");
        Err(TrimError::Id { place, id: found.id, pieces })
    };
    let mut processed = Vec::new();
    if let Some(processor) = root.field("post_processor") {
        processor_ids(processor, DEEPEST, &mut processed)?;
    }
    for found in processed {
        named.push(check(found, "post_processor")?);
    }
    if let Some(node) = root.field("padding").and_then(|padding| padding.field("pad_id")) {
        named.push(check(id(node, "padding.pad_id")?, "padding.pad_id")?);
    }
    Ok((named, pieces))
}

/// The same ids after trimming to `kept` (ascending old ids).
pub(super) fn edits(named: &[Named<'_>], kept: &[u32]) -> Vec<Edit> {
    let renamed =
        |n: &Named<'_>| Some((n.node.range(), kept.binary_search(&n.id).ok()?.to_string()));
    named.iter().filter_map(renamed).collect()
}

fn id<'a>(node: Node<'a>, place: &str) -> Result<Named<'a>, TrimError> {
    let wrong = || TrimError::Field { field: place.to_owned(), expected: "an id" };
    Ok(Named { node, id: node.parse().ok_or_else(wrong)? })
}

/// Added tokens. Those that are no piece of the model follow its pieces in the order of the file:
/// readers count so, whatever id the file tells, and an id that differs would name another row.
fn added<'a>(root: Node<'a>, model: &Model<'_>) -> Result<(Vec<Named<'a>>, usize), TrimError> {
    let wrong = |field: String, expected| TrimError::Field { field, expected };
    let mut pieces = model.pieces.len();
    let mut outside: HashMap<String, u32> = HashMap::new();
    let mut named = Vec::new();
    let Some(tokens) = root.field("added_tokens") else { return Ok((named, pieces)) };
    let tokens = tokens.items().ok_or_else(|| wrong("added_tokens".to_owned(), "a list"))?;
    for (at, token) in tokens.into_iter().enumerate() {
        let place = format!("added_tokens[{at}]");
        let content = token.field("content").and_then(Node::string).filter(|text| !text.is_empty());
        let (Some(content), Some(node)) = (content, token.field("id")) else {
            return Err(wrong(place, "a token with an id and a text"));
        };
        let found = id(node, &place)?;
        let known = model.ids.get(&content).or_else(|| outside.get(&content)).copied();
        let read = known.unwrap_or(pieces as u32);
        if known.is_none() {
            outside.insert(content.clone(), read);
            pieces += 1;
        }
        if read != found.id {
            return Err(TrimError::AddedId { token: content, given: found.id, read });
        }
        named.push(found);
    }
    Ok((named, pieces))
}

/// Ids of `BertProcessing` and `RobertaProcessing` (`sep`, `cls`), of `TemplateProcessing`
/// (`special_tokens`) and of those in a `Sequence`.
fn processor_ids<'a>(
    processor: Node<'a>,
    depth: usize,
    found: &mut Vec<Named<'a>>,
) -> Result<(), TrimError> {
    let wrong = |expected| TrimError::Field { field: "post_processor".to_owned(), expected };
    if depth == 0 {
        return Err(wrong("nested less than 16 deep"));
    }
    for name in ["sep", "cls"] {
        if let Some(pair) = processor.field(name) {
            let items = pair.items().unwrap_or_default();
            let node = items.get(1).ok_or_else(|| wrong("made of pairs of a token and its id"))?;
            found.push(id(*node, "post_processor")?);
        }
    }
    let tokens = processor.field("special_tokens").and_then(Node::fields).unwrap_or_default();
    for (_, token) in tokens {
        let ids = token.field("ids").and_then(Node::items);
        for node in ids.ok_or_else(|| wrong("a template whose tokens have ids"))? {
            found.push(id(node, "post_processor")?);
        }
    }
    for inner in processor.field("processors").and_then(Node::items).unwrap_or_default() {
        processor_ids(inner, depth - 1, found)?;
    }
    Ok(())
}
