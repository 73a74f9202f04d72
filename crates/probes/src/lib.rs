//! What a linear classifier reads from embeddings.
//!
//! Embeddings stay as they are and a logistic regression is fitted on top: if it tells the
//! languages apart, they are in the embeddings, whatever a discriminator in training was fooled
//! into ([`language`]); if it tells the intents apart from a few examples, so are those
//! ([`few_shot`], the protocol of MTEB's classification tasks).
//!
//! The regression is scikit-learn's: the same objective, penalty, start and rule to stop, so that
//! figures can be compared with published ones. It is our own because that of `linfa-logistic` 0.8
//! subtracts the largest score of all rows, instead of each row's, before it takes exponentials:
//! rows that lie 35 below lose their probability, and on features of uneven size it ends elsewhere
//! than at the optimum. A test holds such data.

mod data;
mod error;
pub mod few_shot;
pub mod language;
mod logistic;
mod minimise;
pub mod scores;

pub use data::Labelled;
pub use error::ProbeError;
pub use logistic::{Classifier, LogisticRegression};
