//! What a training run wrote down: JSON Lines, TensorBoard events.
