//! Embeddings as files.
