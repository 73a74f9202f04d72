//! Self-contained pages of curves and tables.
//!
//! A report is one file that can be mailed, printed and kept: no script, no font and no picture
//! from elsewhere (the page forbids itself to load any). Charts are SVG in the page, so they are
//! sharp on paper; their colours are the page's, so they are right in the dark; and no meaning is
//! in colour alone: every line has a letter at its end and a dash pattern of its own.
//!
//! [`training`] knows what a report of training runs says, [`evaluation`] what one of evaluations
//! says; the other modules ([`html`], [`table`], [`chart`], [`palette`], [`series`]) know how any
//! report is drawn.

pub mod chart;
mod error;
pub mod evaluation;
pub mod html;
pub mod palette;
pub mod series;
pub mod table;
pub mod training;

pub use error::ReportError;
