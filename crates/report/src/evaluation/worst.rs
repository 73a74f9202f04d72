//! The worst queries with their texts.
//!
//! Texts are in any language and direction: each has its `lang`, for the right glyphs and voice,
//! and finds its own direction. A long one is cut by the style and not here, where a cut could
//! fall between a letter and its marks; so the page holds it whole, and paper shows it whole.

use super::figures::value;
use super::group::named;
use super::{Evaluations, Found, WorstQueries, WorstQuery};
use crate::html::Html;

/// Characters that are shown without a fold.
const SHORT: usize = 240;

/// The lists; none where there are no queries.
pub fn section(evaluations: &Evaluations) -> Option<Html> {
    let mut html = Html::new();
    for list in evaluations.worst.iter().filter(|list| !list.queries.is_empty()) {
        let setting =
            evaluations.setting([&list.benchmark, &list.candidates, &list.system, &list.setting]);
        let (head, places) = setting
            .map_or_else(|| (list.setting.clone(), 4), |setting| (setting.head(), setting.places));
        html.element("h3", &title(list, &head)).markup("<ol class=\"worst\">\n");
        for query in &list.queries {
            item(&mut html, query, places);
        }
        html.markup("</ol>\n");
    }
    (html != Html::new()).then_some(html)
}

fn title(list: &WorstQueries, setting: &str) -> String {
    format!("{}, {}: {setting}", list.system, named(&list.benchmark, &list.candidates))
}

fn item(html: &mut Html, query: &WorstQuery, places: usize) {
    html.markup("<li><p><b>").text(&value(query.value, places)).markup("</b> · ");
    html.text(&query.language).markup(" · <code>").text(&query.id).markup("</code></p>\n<dl>\n");
    html.element("dt", "Query");
    passage(html, &query.text, &query.language);
    if let Some(answer) = &query.answer {
        candidate(html, "Right answer", answer);
    }
    if let Some(instead) = &query.instead {
        candidate(html, "Found first instead", instead);
    }
    html.markup("</dl></li>\n");
}

fn candidate(html: &mut Html, what: &str, found: &Found) {
    let rank = found.rank.map_or_else(String::new, |rank| format!(", rank {rank}"));
    html.element("dt", &format!("{what}, {}{rank}", found.language));
    passage(html, &found.text, &found.language);
}

/// A text in its own language and direction.
fn passage(html: &mut Html, text: &str, language: &str) {
    html.markup("<dd dir=\"auto\"");
    if is_tag(language) {
        html.markup(" lang=\"").text(language).markup("\"");
    }
    if text.chars().nth(SHORT).is_some() {
        html.markup("><details class=\"long\"><summary><span>").text(text);
        html.markup("</span></summary></details></dd>\n");
    } else {
        html.markup(">").text(text).markup("</dd>\n");
    }
}

/// What looks like a language tag; other names would mislead a voice.
fn is_tag(language: &str) -> bool {
    let mut parts = language.split('-');
    let first = parts.next().unwrap_or_default();
    (2..=8).contains(&first.len())
        && first.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}
