//! Self-contained pages of curves and tables.
