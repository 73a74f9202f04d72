//! What a linear classifier reads from embeddings.
