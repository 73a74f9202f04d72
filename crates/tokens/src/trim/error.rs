//! Why a tokenizer cannot be trimmed.

/// An error of trimming.
#[derive(Debug, thiserror::Error)]
pub enum TrimError {
    /// The file is not JSON.
    #[error("not a tokenizer.json that can be read: {reason}")]
    Malformed {
        /// What the parser said, with line and column.
        reason: String,
    },
    /// A field is missing or has another form.
    #[error("tokenizer.json: `{field}` is not {expected}")]
    Field {
        /// The field's path.
        field: String,
        /// What it has to be.
        expected: &'static str,
    },
    /// A model of an unknown type.
    #[error(
        "tokenizer.json has a model of the type `{found}`; only Unigram, WordPiece, BPE and \
         WordLevel can be trimmed"
    )]
    Model {
        /// The type, or `none` where the file tells none.
        found: String,
    },
    /// Two pieces have one id.
    #[error("tokenizer.json gives the id {id} to both `{first}` and `{second}`")]
    DuplicateId {
        /// The id.
        id: u32,
        /// One piece.
        first: String,
        /// The other.
        second: String,
    },
    /// One piece is there twice.
    #[error("tokenizer.json has the piece `{piece}` twice")]
    DuplicatePiece {
        /// The piece.
        piece: String,
    },
    /// An id beyond the number of pieces, so that some other id has no piece.
    #[error(
        "tokenizer.json gives `{piece}` the id {id}, but has {pieces} pieces: ids below have gaps"
    )]
    Gap {
        /// The piece.
        piece: String,
        /// Its id.
        id: u32,
        /// Pieces of the model.
        pieces: usize,
    },
    /// An added token whose id is not the one that readers of the file give it.
    #[error(
        "tokenizer.json gives the added token `{token}` the id {given}, but it is read as {read}"
    )]
    AddedId {
        /// The token.
        token: String,
        /// The id in the file.
        given: u32,
        /// Its id by the pieces of the model and the added tokens before it.
        read: u32,
    },
    /// An id that no piece has.
    #[error("{place} names the id {id}, but the tokenizer has {pieces} pieces")]
    Id {
        /// Who names the id.
        place: String,
        /// The id.
        id: u32,
        /// Pieces, added tokens included.
        pieces: usize,
    },
    /// A merge rule of pieces that are not in the vocabulary.
    #[error(
        "tokenizer.json: merge {index}, `{merge}`, needs the piece `{piece}`, which is not there"
    )]
    Merge {
        /// Its place in the list, from 0.
        index: usize,
        /// Its text.
        merge: String,
        /// The missing piece.
        piece: String,
    },
    /// The trimmed vocabulary would hold special pieces alone.
    #[error("nothing would be left: the data uses no piece of this vocabulary")]
    Nothing,
    /// A language that the table does not have.
    #[error(
        "the language `{language}` is not known; give its ISO 639 code, or its code with a \
         script, like `sr-Latn`"
    )]
    Language {
        /// As it was given.
        language: String,
    },
}
