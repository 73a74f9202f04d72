//! Loops and operations of our own for the CPU backend.
//!
//! Burn's CPU backend computes one operation of the graph at a time over padded tensors: GELU and
//! softmax value by value with the C library's functions, a pass over memory for every sum, copies
//! for transposed heads, masks drawn value by value. Both for encoding and for training that took
//! more time than the matrix products (docs/performance.md). So on the CPU:
//!
//! - `encoding` has GELU and softmax in the widest registers, without gradients;
//! - `training` has a transformer's blocks with gradients written by hand.
//!
//! Burn's own operations remain for GPUs and browsers, and are what tests hold these against.

mod loops;
mod softmax;

mod encoding;

#[cfg(not(target_arch = "wasm32"))]
mod training;

pub(crate) use encoding::{gelu, softmax};
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use training::{AttentionBlock, Embedding, FeedForward, Pass, Turns};
