//! Two systems, language by language.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{Options, SignificanceError, Spread, System, effect_size, holm, interval, p_value};

/// Which values are good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// Average precision and its kin.
    #[default]
    Higher,
    /// Rank distance.
    Lower,
}

/// What is compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// The measure's name, `AP`.
    pub measure: String,
    /// Which of its values are good.
    pub better: Better,
    /// Digits behind the point in tables.
    pub digits: usize,
}

/// Who is better, if anyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The first system.
    First,
    /// The second system.
    Second,
    /// Chance could have made the difference. This is not to say that the two are equal.
    NoDifferenceShown,
}

/// The same queries answered by two systems.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// How many queries both answered.
    pub queries: usize,
    /// The first system's mean.
    pub first: f64,
    /// The second system's mean.
    pub second: f64,
    /// The mean difference, second less first.
    pub difference: f64,
    /// Its bootstrap interval, as [`interval`].
    pub interval: (f64, f64),
    /// Cohen's d for pairs, as [`effect_size`].
    pub effect: Option<f64>,
    /// The randomisation test's p-value, as [`p_value`]; on its own, not adjusted.
    pub p: f64,
}

impl Comparison {
    /// Of values of the same queries in the same order; `None` when there is no query.
    ///
    /// # Panics
    ///
    /// When the two have different lengths.
    ///
    /// ```
    /// use isogloss_significance::{Comparison, Options};
    ///
    /// let (first, second) = ([0.2, 0.4, 0.6], [0.3, 0.5, 0.9]);
    /// let comparison = Comparison::of(&first, &second, &Options::default()).unwrap();
    /// assert!((comparison.difference - 0.5 / 3.0).abs() < 1e-12);
    /// // Three queries cannot show a difference.
    /// assert_eq!(comparison.p, 0.25);
    /// ```
    pub fn of(first: &[f64], second: &[f64], options: &Options) -> Option<Self> {
        assert_eq!(first.len(), second.len(), "values of different queries");
        let differences: Vec<f64> = second.iter().zip(first).map(|(b, a)| b - a).collect();
        Some(Self {
            queries: first.len(),
            first: Spread::of(first)?.mean,
            second: Spread::of(second)?.mean,
            difference: Spread::of(&differences)?.mean,
            interval: interval(&differences, options)?,
            effect: effect_size(&differences),
            p: p_value(&differences, options),
        })
    }
}

/// One language of a [`Report`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The language.
    pub group: String,
    /// Its figures.
    pub comparison: Comparison,
    /// The p-value adjusted over all languages, as [`holm`]; that of all queries together is not
    /// one of the family and stays as it is.
    pub adjusted: f64,
    /// Who is better, by the adjusted p-value.
    pub verdict: Verdict,
}

/// Two systems compared; [`table`](Report::table) and [`summary`](Report::summary) say it in words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// What was compared.
    pub subject: Subject,
    /// The first system's name.
    pub first: String,
    /// The second system's name.
    pub second: String,
    /// How it was tested.
    pub options: Options,
    /// One row for each language that both have, by name.
    pub rows: Vec<Row>,
    /// All languages together. Queries of one name are translations of one question and say
    /// almost the same thing, so each question is first averaged over its languages, and questions
    /// are what is resampled; taking translations for independent would show differences that are
    /// not there.
    pub all: Row,
    /// Languages that only one of the two has.
    pub left_out_groups: Vec<String>,
    /// Queries, over all common languages, that only one of the two has.
    pub left_out_queries: usize,
}

/// Compares two systems on the queries that both answered.
///
/// ```
/// use isogloss_significance::{Better, Options, Subject, System, Verdict, compare};
///
/// let (mut mono, mut hybrid) = (System::new("mono"), System::new("hybrid"));
/// for query in 0..40 {
///     let value = f64::from(query % 10) / 20.0;
///     for (group, gain) in [("de", 0.1), ("en", 0.0)] {
///         mono.add(group, &query.to_string(), value)?;
///         hybrid.add(group, &query.to_string(), value + gain)?;
///     }
/// }
/// let subject = Subject { measure: "AP".to_owned(), better: Better::Higher, digits: 4 };
/// let report = compare(&mono, &hybrid, subject, &Options::default())?;
/// assert_eq!(report.rows[0].verdict, Verdict::Second);
/// assert_eq!(report.rows[1].verdict, Verdict::NoDifferenceShown);
/// assert_eq!(
///     report.summary(),
///     "AP: hybrid is better in 1 of 2 languages (de), mono in none; \
///      no difference shown in 1 (en). All together: hybrid is better."
/// );
/// # Ok::<(), isogloss_significance::SignificanceError>(())
/// ```
pub fn compare(
    first: &System,
    second: &System,
    subject: Subject,
    options: &Options,
) -> Result<Report, SignificanceError> {
    options.check()?;
    let mut rows: Vec<(String, Comparison)> = Vec::new();
    let mut left_out_queries = 0;
    // Sums over languages and how many, by question.
    let mut questions: BTreeMap<&str, (f64, f64, f64)> = BTreeMap::new();
    for (group, ours) in first.groups() {
        let Some(theirs) = second.groups().get(group) else { continue };
        let common: Vec<(&str, f64, f64)> = ours
            .iter()
            .filter_map(|(query, &a)| theirs.get(query).map(|&b| (query.as_str(), a, b)))
            .collect();
        left_out_queries += ours.len() + theirs.len() - 2 * common.len();
        for &(query, a, b) in &common {
            let sums = questions.entry(query).or_default();
            *sums = (sums.0 + a, sums.1 + b, sums.2 + 1.0);
        }
        let pairs = common.iter().map(|&(_, a, b)| (a, b));
        let comparison =
            paired(pairs, options).ok_or_else(|| SignificanceError::NoCommonQuery {
                first: first.name().to_owned(),
                second: second.name().to_owned(),
                group: group.clone(),
            })?;
        rows.push((group.clone(), comparison));
    }
    let means = questions.values().map(|&(a, b, count)| (a / count, b / count));
    let all = paired(means, options).ok_or_else(|| SignificanceError::NoCommonGroup {
        first: first.name().to_owned(),
        second: second.name().to_owned(),
    })?;

    let adjusted = holm(&rows.iter().map(|(_, comparison)| comparison.p).collect::<Vec<_>>());
    let row = |group: String, comparison: Comparison, adjusted: f64| {
        let verdict = verdict(&comparison, adjusted, subject.better, options);
        Row { group, comparison, adjusted, verdict }
    };
    let only = |one: &System, other: &System| -> Vec<String> {
        one.groups().keys().filter(|group| !other.groups().contains_key(*group)).cloned().collect()
    };
    Ok(Report {
        rows: rows.into_iter().zip(adjusted).map(|((group, c), p)| row(group, c, p)).collect(),
        all: row("all".to_owned(), all, all.p),
        first: first.name().to_owned(),
        second: second.name().to_owned(),
        options: *options,
        left_out_groups: [only(first, second), only(second, first)].concat(),
        left_out_queries,
        subject,
    })
}

fn paired(pairs: impl Iterator<Item = (f64, f64)>, options: &Options) -> Option<Comparison> {
    let (first, second): (Vec<f64>, Vec<f64>) = pairs.unzip();
    Comparison::of(&first, &second, options)
}

fn verdict(comparison: &Comparison, p: f64, better: Better, options: &Options) -> Verdict {
    if p > options.level() || comparison.difference == 0.0 {
        return Verdict::NoDifferenceShown;
    }
    let higher = comparison.difference > 0.0;
    if higher == (better == Better::Higher) { Verdict::Second } else { Verdict::First }
}
