//! Models and data sets from their public homes.
