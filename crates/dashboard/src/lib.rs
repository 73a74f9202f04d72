//! A training run watched in the terminal.
