//! Training a Unigram tokenizer.
//!
//! The pipeline is `SentencePiece`'s as XLM-R uses it (NFKC, `▁` for spaces, Unigram pieces), with
//! two additions that serve models without word composition: lower-casing, and punctuation as
//! pieces of its own, so that a word at the end of a sentence is the same piece as elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use tokenizers::decoders::metaspace::{Metaspace, PrependScheme};
use tokenizers::models::unigram::{Unigram as UnigramModel, UnigramTrainer};
use tokenizers::normalizers::utils::Lowercase;
use tokenizers::normalizers::{NFKC, NormalizerWrapper, Sequence as Normalizers};
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::punctuation::Punctuation;
use tokenizers::pre_tokenizers::sequence::Sequence as PreTokenizers;
use tokenizers::utils::parallelism::set_parallelism;
use tokenizers::{
    AddedToken, DecoderWrapper, PostProcessorWrapper, SplitDelimiterBehavior, TokenizerBuilder,
    Trainer,
};

use crate::{TokenError, Tokenizer};

/// What to train.
#[derive(Clone, Debug)]
pub struct Unigram {
    /// Pieces in all, the four special ones included.
    pub vocabulary: usize,
    /// Keep upper case.
    pub cased: bool,
    /// Longest piece, in characters.
    pub max_piece_length: usize,
}

/// `<pad>` is 0 so that padding and the default of an id agree.
pub const SPECIAL: [&str; 4] = ["<pad>", "<unk>", "<s>", "</s>"];

/// Trains Unigram pieces on `texts` by expectation maximisation (Kudo 2018), deterministically.
pub fn train_unigram<S: AsRef<str> + Sync + Send>(
    texts: &[S],
    options: &Unigram,
) -> Result<Tokenizer, TokenError> {
    let failed = |error: tokenizers::Error| TokenError::Train(error.to_string());
    let mut normalizers: Vec<NormalizerWrapper> = vec![NFKC.into()];
    if !options.cased {
        normalizers.push(Lowercase.into());
    }
    let spaces = || Metaspace::new('▁', PrependScheme::Always, true);
    let pre: Vec<PreTokenizerWrapper> = vec![
        PreTokenizerWrapper::WhitespaceSplit(
            tokenizers::pre_tokenizers::whitespace::WhitespaceSplit,
        ),
        PreTokenizerWrapper::Metaspace(spaces()),
        PreTokenizerWrapper::Punctuation(Punctuation::new(SplitDelimiterBehavior::Isolated)),
    ];
    let trainer = UnigramTrainer::builder()
        .vocab_size(u32::try_from(options.vocabulary).map_err(|e| failed(e.into()))?)
        .max_piece_length(options.max_piece_length)
        .special_tokens(SPECIAL.iter().map(|t| AddedToken::from(*t, true)).collect())
        .unk_token(Some("<unk>".to_owned()))
        .show_progress(false)
        .build()
        .map_err(|error| TokenError::Train(error.to_string()))?;
    let mut tokenizer = TokenizerBuilder::<
        UnigramModel,
        NormalizerWrapper,
        PreTokenizerWrapper,
        PostProcessorWrapper,
        DecoderWrapper,
    >::default()
    .with_model(UnigramModel::default())
    .with_normalizer(Some(Normalizers::new(normalizers).into()))
    .with_pre_tokenizer(Some(PreTokenizerWrapper::Sequence(PreTokenizers::new(pre))))
    .with_decoder(Some(DecoderWrapper::Metaspace(spaces())))
    .build()
    .map_err(failed)?;
    // EM sums in chunks whose number follows the threads; one thread has one order.
    set_parallelism(false);
    let mut trainer = Ordered { inner: trainer, words: BTreeMap::new() };
    let trained = tokenizer.train(&mut trainer, texts.iter().map(AsRef::as_ref)).map(|_| ());
    set_parallelism(true);
    trained.map_err(|error| {
        let characters: BTreeSet<char> = trainer.words.keys().flat_map(|w| w.chars()).collect();
        let (needed, wanted) = (characters.len() + SPECIAL.len(), options.vocabulary);
        if needed > wanted {
            let text = format!(
                "a vocabulary of {wanted} pieces is too small: the texts have {} characters, and \
                 each must be a piece; at least {needed} are needed",
                characters.len()
            );
            return TokenError::Train(text);
        }
        failed(error)
    })?;
    // Through its file format, so that what is returned is what a reader of the file gets.
    let json = tokenizer.to_string(false).map_err(failed)?;
    Tokenizer::from_bytes(json.as_bytes())
}

/// The library's trainer, made to depend on its input alone: that one hands the words of a hash
/// map to EM in the map's order, and scores characters that EM dropped in the order of another.
struct Ordered {
    inner: UnigramTrainer,
    words: BTreeMap<String, u32>,
}

impl Trainer for Ordered {
    type Model = UnigramModel;

    fn should_show_progress(&self) -> bool {
        false
    }

    fn feed<I, S, F>(&mut self, sequences: I, process: F) -> tokenizers::Result<()>
    where
        I: Iterator<Item = S> + Send,
        S: AsRef<str> + Send,
        F: Fn(&str) -> tokenizers::Result<Vec<String>> + Sync,
    {
        for sequence in sequences {
            for word in process(sequence.as_ref())? {
                *self.words.entry(word).or_default() += 1;
            }
        }
        Ok(())
    }

    fn train(&self, model: &mut UnigramModel) -> tokenizers::Result<Vec<AddedToken>> {
        let words = self.words.iter().map(|(word, &count)| (word.clone(), count)).collect();
        let special = self.inner.do_train(words, model)?;
        let mut pieces: Vec<(String, f64)> = model.iter().cloned().collect();
        order_dropped(&mut pieces[special.len()..]);
        let unknown = special.iter().position(|token| token.content == "<unk>");
        *model = UnigramModel::from(pieces, unknown, false)?;
        Ok(special)
    }
}

/// Steps by which the library raises the scores of characters that EM dropped.
const STEP: f64 = 1e-4;

/// Gives the scores of dropped characters, which are the lowest score plus whole steps, to those
/// characters in the order of their code points; then sorts by score and piece.
fn order_dropped(pieces: &mut [(String, f64)]) {
    let lowest = pieces.iter().map(|(_, score)| *score).fold(f64::INFINITY, f64::min);
    let dropped = |(piece, score): &(String, f64)| {
        let steps = (score - lowest) / STEP;
        piece.chars().count() == 1 && (steps - steps.round()).abs() < 1e-7 * steps.max(1.0)
    };
    let places: Vec<usize> = (0..pieces.len()).filter(|&i| dropped(&pieces[i])).collect();
    let mut characters: Vec<String> = places.iter().map(|&i| pieces[i].0.clone()).collect();
    let mut scores: Vec<f64> = places.iter().map(|&i| pieces[i].1).collect();
    characters.sort_unstable();
    scores.sort_by(f64::total_cmp);
    for ((place, character), score) in places.into_iter().zip(characters).zip(scores) {
        pieces[place] = (character, score);
    }
    pieces.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn small() -> Tokenizer {
        let texts = [
            "The river runs to the sea.",
            "The sea is deep, the river is not.",
            "Der Fluss fließt zum Meer.",
            "Das Meer ist tief, der Fluss nicht.",
            "नदी समुद्र की ओर बहती है।",
        ];
        let options = Unigram { vocabulary: 120, cased: false, max_piece_length: 16 };
        train_unigram(&texts, &options).unwrap()
    }

    #[test]
    fn special_pieces_come_first_and_case_is_folded() {
        let tokenizer = small();
        for (id, piece) in SPECIAL.iter().enumerate() {
            assert_eq!(tokenizer.id(piece), Some(id as u32));
        }
        assert!(tokenizer.vocabulary() <= 120);
        let lower = tokenizer.encode("the river", 16, false).unwrap();
        assert_eq!(tokenizer.encode("THE River", 16, false).unwrap(), lower);
    }

    #[test]
    fn unseen_characters_become_the_unknown_piece() {
        let tokenizer = small();
        let ids = tokenizer.encode("the Ω", 16, false).unwrap();
        assert!(ids.contains(&tokenizer.unknown().unwrap()));
    }

    #[test]
    fn training_gives_the_same_file_every_time() {
        let first = small().to_json().unwrap();
        for _ in 0..8 {
            assert_eq!(small().to_json().unwrap(), first);
        }
    }

    #[test]
    fn a_vocabulary_below_the_alphabet_says_how_many_are_needed() {
        let options = Unigram { vocabulary: 8, cased: false, max_piece_length: 4 };
        let error = train_unigram(&["abcdefgh"], &options).unwrap_err().to_string();
        assert!(error.contains("8 pieces") && error.contains("13 are needed"), "{error}");
    }

    #[test]
    fn truncation_counts_ids() {
        let ids = small().encode("the river runs to the sea", 3, false).unwrap();
        assert_eq!(ids.len(), 3);
    }
}
