//! Hard negatives: who is near, and who is too near to be wrong.
