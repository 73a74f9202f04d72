//! BM25 with words as each language writes them.
