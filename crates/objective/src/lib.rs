//! What dense retrievers are trained for.
//!
//! A loss takes the embeddings of a batch as [`Sides`] and returns one number; it knows nothing of
//! encoders, tokens or data. Embeddings are unit vectors, since the score of a retriever here is
//! the cosine; [`Sides::normalised`] makes them so. An [`Objective`] is a tree of losses that a
//! run file describes; what of it is learned (a temperature, a projection) lies in [`Parameters`],
//! so that configuration stays plain data and one module holds all that the optimiser updates.
//!
//! Losses compute in f32 whatever the dtype of the embeddings: a cosine divided by a temperature
//! of 0.01 does not fit f16's eleven bits.

mod consistency;
mod contrastive;
mod embeddings;
mod error;
mod margin_mse;
mod matryoshka;
mod objective;
mod parameters;
mod pools;
mod published;
mod score_kl;
mod scores;
mod sides;

pub use consistency::QueryConsistency;
pub use contrastive::{Contrastive, Direction, Harder, Hardness, Scope, Softmax};
pub use embeddings::{Distance, EmbeddingDistillation};
pub use error::ObjectiveError;
pub use margin_mse::MarginMse;
pub use matryoshka::Matryoshka;
pub use objective::{Needs, Objective, Sum, Term};
pub use parameters::{LearnedTemperature, Parameters};
pub use published::{Lakda, Mimo};
pub use score_kl::{Candidates, ScoreKl};
pub use scores::normalise;
pub use sides::{Negatives, Sides, Teacher};
