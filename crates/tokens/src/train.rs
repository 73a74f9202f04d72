//! Training a Unigram tokenizer.
//!
//! The pipeline is `SentencePiece`'s as XLM-R uses it (NFKC, `▁` for spaces, Unigram pieces), with
//! two additions that serve models without word composition: lower-casing, and punctuation as
//! pieces of its own, so that a word at the end of a sentence is the same piece as elsewhere.

use tokenizers::decoders::metaspace::{Metaspace, PrependScheme};
use tokenizers::models::unigram::{Unigram as UnigramModel, UnigramTrainer};
use tokenizers::normalizers::utils::Lowercase;
use tokenizers::normalizers::{NFKC, NormalizerWrapper, Sequence as Normalizers};
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::punctuation::Punctuation;
use tokenizers::pre_tokenizers::sequence::Sequence as PreTokenizers;
use tokenizers::{
    AddedToken, DecoderWrapper, PostProcessorWrapper, SplitDelimiterBehavior, TokenizerBuilder,
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
    let mut trainer = UnigramTrainer::builder()
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
    tokenizer
        .train(&mut trainer, texts.iter().map(|text| text.as_ref().to_owned()))
        .map_err(failed)?;
    // Through its file format, so that what is returned is what a reader of the file gets.
    let json = tokenizer.to_string(false).map_err(failed)?;
    Tokenizer::from_bytes(json.as_bytes())
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
    fn training_twice_gives_the_same_file() {
        assert_eq!(small().to_json().unwrap(), small().to_json().unwrap());
    }

    #[test]
    fn truncation_counts_ids() {
        let ids = small().encode("the river runs to the sea", 3, false).unwrap();
        assert_eq!(ids.len(), 3);
    }
}
