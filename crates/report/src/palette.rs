//! Colours and dashes.
//!
//! The drawing library writes fixed colours. So lines are drawn in colours that no eye is meant
//! to see, one for each part of a chart and each line, and the page's style replaces them by
//! custom properties, which follow light, dark and print. Dashes come from the style too: the
//! library would draw every dash as an element of its own.

use std::fmt::Write;

use plotters::style::RGBColor;

/// The part of a chart that is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Lines of the grid.
    Grid,
    /// Lines of the axes.
    Axis,
    /// Words and figures.
    Text,
    /// A line of the given style.
    Line(usize),
    /// A line of the given style behind it.
    Faint(usize),
}

/// As many styles look different from each other: five dashes, six colours.
pub const STYLES: usize = 30;

const DASHES: [&str; 5] = ["none", "14 7", "3 6", "16 6 3 6", "28 8"];
const COLOURS: usize = 6;

/// Keeps a letter legible on top of lines.
const HALO: &str = "paint-order: stroke; stroke: var(--paper); stroke-width: 8px; \
                    font-weight: bold;";

impl Ink {
    /// The colour that stands for it until the page's style replaces it.
    pub fn colour(self) -> RGBColor {
        match self {
            Self::Grid => RGBColor(0x5e, 0, 1),
            Self::Axis => RGBColor(0x5e, 0, 2),
            Self::Text => RGBColor(0x5e, 0, 3),
            Self::Line(style) => RGBColor(0x5e, 1, (style % STYLES) as u8),
            Self::Faint(style) => RGBColor(0x5e, 2, (style % STYLES) as u8),
        }
    }

    fn hex(self) -> String {
        let RGBColor(red, green, blue) = self.colour();
        format!("#{red:02X}{green:02X}{blue:02X}")
    }
}

/// The letter of a style: `A` to `Z`, then `A1` and so on.
pub fn letter(style: usize) -> String {
    let letter = char::from(b'A' + (style % 26) as u8);
    match style / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{round}"),
    }
}

/// Rules that give the first `styles` styles, and what all charts share, their colours.
pub fn css(styles: usize) -> String {
    let mut css = String::new();
    for (ink, property) in [(Ink::Grid, "grid"), (Ink::Axis, "axis"), (Ink::Text, "ink")] {
        let hex = ink.hex();
        let _ = writeln!(css, "[stroke=\"{hex}\"] {{ stroke: var(--{property}); }}");
        let _ = writeln!(css, "[fill=\"{hex}\"] {{ fill: var(--{property}); }}");
    }
    for style in 0..styles.min(STYLES) {
        let (line, faint) = (Ink::Line(style).hex(), Ink::Faint(style).hex());
        let (colour, dash) = (style % COLOURS, DASHES[style % DASHES.len()]);
        let _ = writeln!(
            css,
            "[stroke=\"{line}\"] {{ stroke: var(--c{colour}); stroke-dasharray: {dash}; }}\n\
             [fill=\"{line}\"] {{ fill: var(--c{colour}); }}\n\
             text[fill=\"{line}\"] {{ {HALO} }}\n\
             [stroke=\"{faint}\"] {{ stroke: var(--c{colour}); }}"
        );
    }
    css
}

/// A short sample of a style, for legends.
pub fn sample(style: usize) -> String {
    let hex = Ink::Line(style).hex();
    format!(
        "<svg viewBox=\"0 0 96 20\" aria-hidden=\"true\">\
         <line x1=\"0\" y1=\"10\" x2=\"96\" y2=\"10\" stroke=\"{hex}\" stroke-width=\"5\"/></svg>"
    )
}
