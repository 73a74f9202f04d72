//! One language file to candidates and questions.
//!
//! Sentences are cut from the paragraph by `sentence_breaks`; the `sentences` that some files
//! carry beside them are not read, because XTREME's conversion does not read them either and in
//! the published Turkish file they differ from the breaks in two places. Offsets count Unicode
//! characters, as Python does.

use serde::Deserialize;

use super::schema;
use super::{Candidate, LanguageSet, Passage, Question};
use crate::error::reason;
use crate::{CorpusError, Split, encoding};

#[derive(Deserialize)]
struct File {
    data: Vec<Article>,
}

#[derive(Deserialize)]
struct Article {
    title: Option<String>,
    split: Option<String>,
    paragraphs: Vec<Paragraph>,
}

#[derive(Deserialize)]
struct Paragraph {
    context: String,
    sentence_breaks: Vec<(i64, i64)>,
    qas: Vec<Qa>,
}

#[derive(Deserialize)]
struct Qa {
    id: String,
    question: String,
    answers: Vec<Answer>,
}

#[derive(Deserialize)]
struct Answer {
    answer_start: i64,
    text: String,
}

/// Reads the articles of `split` from the bytes of one language file. `name` is what errors call
/// the file.
///
/// # Errors
///
/// [`CorpusError::InvalidUtf8`], [`CorpusError::Malformed`] (with line, column and field),
/// [`CorpusError::UnknownSplit`], [`CorpusError::SentenceOutside`], [`CorpusError::AnswerOutside`],
/// [`CorpusError::Unanswered`], [`CorpusError::Ambiguous`], and [`CorpusError::EmptyLanguage`] when
/// the split has no candidates or no questions. What is wrong in an article outside the split is
/// reported too.
pub fn parse(
    language: &str,
    name: &str,
    bytes: &[u8],
    split: Split,
) -> Result<LanguageSet, CorpusError> {
    parse_with(language, name, bytes, split, &mut Err)
}

/// As [`parse`], but what is wrong with one question, or that the split is empty, goes to `bad`: if
/// that gives no error back, the question is left out.
pub(super) fn parse_with(
    language: &str,
    name: &str,
    bytes: &[u8],
    split: Split,
    bad: &mut Bad,
) -> Result<LanguageSet, CorpusError> {
    let file = decode(name, bytes)?;
    let mut set = LanguageSet {
        language: language.to_owned(),
        passages: Vec::new(),
        candidates: Vec::new(),
        questions: Vec::new(),
    };
    let mut number = 0;
    for (a, article) in file.data.into_iter().enumerate() {
        let taken = split.takes(article_split(name, a, article.split.as_deref())?);
        for (p, paragraph) in article.paragraphs.into_iter().enumerate() {
            number += 1;
            let place = Place { name, article: a, paragraph: p };
            let (candidates, questions) = convert(language, number, &place, &paragraph, bad)?;
            if taken {
                set.add(
                    article.title.clone().unwrap_or_default(),
                    paragraph.context,
                    candidates,
                    questions,
                );
            }
        }
    }
    for (what, count) in [("candidates", set.candidates.len()), ("questions", set.questions.len())]
    {
        if count == 0 {
            bad(CorpusError::EmptyLanguage {
                place: name.to_owned(),
                what,
                language: language.to_owned(),
                split: split.as_str(),
            })?;
        }
    }
    Ok(set)
}

/// Decides whether to go on after a question that cannot be used.
pub(super) type Bad<'a> = dyn FnMut(CorpusError) -> Result<(), CorpusError> + 'a;

/// Where a paragraph stands, for errors.
struct Place<'a> {
    name: &'a str,
    article: usize,
    paragraph: usize,
}

impl LanguageSet {
    /// Appends a paragraph whose candidates and questions count from 0.
    fn add(
        &mut self,
        title: String,
        text: String,
        candidates: Vec<Candidate>,
        questions: Vec<Question>,
    ) {
        let first = self.candidates.len();
        let passage = self.passages.len();
        self.passages.push(Passage { title, text });
        self.candidates
            .extend(candidates.into_iter().map(|candidate| Candidate { passage, ..candidate }));
        self.questions.extend(
            questions
                .into_iter()
                .map(|question| Question { candidate: first + question.candidate, ..question }),
        );
    }
}

fn decode(name: &str, bytes: &[u8]) -> Result<File, CorpusError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let bad = &bytes[error.valid_up_to()..];
        let looks = if encoding::is_utf16(bytes) { bytes } else { &bad[..bad.len().min(200)] };
        CorpusError::InvalidUtf8 {
            file: name.to_owned(),
            line: bytes[..error.valid_up_to()].split(|&byte| byte == b'\n').count(),
            looks: encoding::guess(looks),
        }
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).map_err(|error| {
        let field = schema::locate(text);
        // What the parser says when a pair has a third item: it expected the end of the list.
        let too_long = error.is_syntax() && field.is_some();
        CorpusError::Malformed {
            file: name.to_owned(),
            line: error.line(),
            column: error.column(),
            field,
            reason: if too_long { "invalid length".to_owned() } else { reason(&error) },
        }
    })
}

fn article_split(
    name: &str,
    article: usize,
    split: Option<&str>,
) -> Result<Option<Split>, CorpusError> {
    match split {
        None => Ok(None),
        Some("train") => Ok(Some(Split::Train)),
        Some("test") => Ok(Some(Split::Test)),
        Some(other) => Err(CorpusError::UnknownSplit {
            place: format!("{name}: field `data[{article}].split`"),
            split: other.to_owned(),
        }),
    }
}

/// Candidates and questions of one paragraph, with indices that count from 0 in it.
fn convert(
    language: &str,
    number: usize,
    place: &Place,
    paragraph: &Paragraph,
    bad: &mut Bad,
) -> Result<(Vec<Candidate>, Vec<Question>), CorpusError> {
    let context = &paragraph.context;
    let mut bytes: Vec<usize> = context.char_indices().map(|(byte, _)| byte).collect();
    let length = bytes.len();
    bytes.push(context.len());

    let mut breaks = Vec::with_capacity(paragraph.sentence_breaks.len());
    for (s, &(start, end)) in paragraph.sentence_breaks.iter().enumerate() {
        match (usize::try_from(start), usize::try_from(end)) {
            (Ok(first), Ok(last)) if first < last && last <= length => breaks.push(first..last),
            _ => {
                let (article, p) = (place.article, place.paragraph);
                return Err(CorpusError::SentenceOutside {
                    file: place.name.to_owned(),
                    field: format!("data[{article}].paragraphs[{p}].sentence_breaks[{s}]"),
                    start,
                    end,
                    paragraph: length,
                });
            }
        }
    }
    let candidates = breaks
        .iter()
        .enumerate()
        .map(|(sentence, range)| Candidate {
            id: format!("{language}_{number}_{sentence}"),
            text: context[bytes[range.start]..bytes[range.end]].to_owned(),
            passage: 0,
        })
        .collect();
    let mut questions = Vec::with_capacity(paragraph.qas.len());
    for qa in &paragraph.qas {
        match answering(place.name, qa, &breaks, length) {
            Ok(candidate) => {
                let (id, text) = (qa.id.clone(), qa.question.clone());
                questions.push(Question { id, text, candidate });
            }
            Err(error) => bad(error)?,
        }
    }
    Ok((candidates, questions))
}

/// The sentence in which the answer starts. An answer that runs on into the next sentence belongs
/// to the one it starts in, as in XTREME's conversion.
fn answering(
    name: &str,
    qa: &Qa,
    breaks: &[std::ops::Range<usize>],
    paragraph: usize,
) -> Result<usize, CorpusError> {
    let mut sentence = None;
    for answer in &qa.answers {
        let length = answer.text.chars().count();
        let start = usize::try_from(answer.answer_start)
            .ok()
            .filter(|start| *start < paragraph && length <= paragraph - start)
            .ok_or_else(|| CorpusError::AnswerOutside {
                file: name.to_owned(),
                question: qa.id.clone(),
                offset: answer.answer_start,
                length,
                paragraph,
            })?;
        let Some(found) = breaks.iter().position(|range| range.contains(&start)) else {
            return Err(CorpusError::Unanswered { file: name.to_owned(), question: qa.id.clone() });
        };
        if sentence.is_some_and(|other| other != found) {
            return Err(CorpusError::Ambiguous { file: name.to_owned(), question: qa.id.clone() });
        }
        sentence = Some(found);
    }
    sentence
        .ok_or_else(|| CorpusError::Unanswered { file: name.to_owned(), question: qa.id.clone() })
}
