//! Nothing but a list of features (see `Cargo.toml`).
//!
//! Cargo picks the features of a dependency anew for every selection of packages, so that
//! building one package after the whole workspace would compile Burn, ten minutes of work, again.
//! Every native package depends on this one, which asks for the union of the features.
