//! The frame of a page, and text that cannot become markup.
//!
//! Markup is a type of its own: what others named (runs, files, measures) can only enter it
//! through [`Html::text`], which escapes.

use std::fmt::Write;

use crate::palette;

/// A piece of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends markup of our own.
    pub fn markup(&mut self, markup: &str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Appends text of anyone's, escaped; fit for attributes too.
    pub fn text(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                // Not allowed in a page, escaped or not.
                c if c.is_control() && !matches!(c, '\n' | '\t') => self.0.push('\u{fffd}'),
                c => self.0.push(c),
            }
        }
        self
    }

    /// Appends `text` in an element without attributes.
    pub fn element(&mut self, name: &str, text: &str) -> &mut Self {
        let _ = write!(self.0, "<{name}>");
        self.text(text);
        let _ = writeln!(self.0, "</{name}>");
        self
    }

    /// Appends another piece.
    pub fn append(&mut self, other: &Self) -> &mut Self {
        self.0.push_str(&other.0);
        self
    }

    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A page under way: a title and sections.
#[derive(Clone, Debug)]
pub struct Page {
    title: String,
    /// How many styles of [`palette`] its charts use.
    styles: usize,
    /// Rules beyond those of every page.
    rules: &'static str,
    body: Html,
}

impl Page {
    /// A page called `title` whose charts use the first `styles` styles.
    pub fn new(title: &str, styles: usize) -> Self {
        let mut body = Html::new();
        body.element("h1", title);
        Self { title: title.to_owned(), styles, rules: "", body }
    }

    /// The page with style rules of its own.
    #[must_use]
    pub fn ruled(self, rules: &'static str) -> Self {
        Self { rules, ..self }
    }

    /// Appends a section under a heading.
    pub fn section(&mut self, heading: &str, content: &Html) {
        self.body.markup("<section>\n").element("h2", heading).append(content);
        self.body.markup("</section>\n");
    }

    /// The page, whole.
    pub fn render(&self) -> String {
        let mut page = Html::new();
        page.markup(concat!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
            "<meta name=\"color-scheme\" content=\"light dark\">\n",
            "<meta http-equiv=\"Content-Security-Policy\" ",
            "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
        ));
        page.element("title", &self.title);
        page.markup("<style>\n").markup(include_str!("page.css")).markup(self.rules);
        page.markup(&palette::css(self.styles)).markup("</style>\n</head>\n<body>\n<main>\n");
        page.append(&self.body).markup("</main>\n</body>\n</html>\n");
        page.0
    }
}
