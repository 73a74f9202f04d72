//! What holds for every set of scores and every setting.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use corpora::texts::Text;
use corpora::training::{Entry, Negatives, TrainingSet};
use isogloss_mining::{Hit, Languages, Nearest, Pool, Settings, Strategy as Choosing, choose};
use proptest::prelude::*;

/// Few levels, so that equal scores and scores at a threshold are common.
fn scores(length: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec((-8_i8..=8).prop_map(|level| f32::from(level) / 8.0), length)
}

fn hits(scores: &[f32]) -> Vec<Hit> {
    let hit = |(candidate, &score): (u32, &f32)| Hit { candidate, score };
    let mut hits: Vec<Hit> = (0..).zip(scores).map(hit).collect();
    hits.sort_by(Hit::nearest_first);
    hits
}

prop_compose! {
    fn settings()(
        negatives in 1_usize..6,
        range_min in 0_usize..5,
        more in prop::option::of(0_usize..30),
        bounds in (prop::option::of(-4_i8..=8), prop::option::of(-8_i8..=2)),
        margin in prop::option::of(0_u8..8),
        percent in prop::option::of(1_u8..=100),
        languages in prop::sample::select(vec![Languages::Any, Languages::Same, Languages::Other]),
        choice in prop::sample::select(vec![Choosing::Top, Choosing::Random]),
        seed in any::<u64>(),
    ) -> Settings {
        let score = |level: i8| f64::from(level) / 8.0;
        let max_score = bounds.0.map(score);
        let min_score = bounds.1.map(score);
        Settings {
            negatives,
            range_min,
            range_max: more.map(|more| range_min + negatives + more),
            min_score: min_score.filter(|min| max_score.is_none_or(|max| *min <= max)),
            max_score,
            margin: margin.map(|level| f64::from(level) / 8.0),
            percent: percent.map(f64::from),
            languages,
            choice,
            seed,
        }
    }
}

/// Every rule of the settings, said once more and apart from one another.
fn allowed(hit: Hit, positive: Option<f32>, settings: &Settings) -> bool {
    let score = f64::from(hit.score);
    let positive = positive.map(f64::from);
    let percent = |percent: f64| {
        // Of a negative score 95 per cent is 5 per cent of its size lower.
        positive.is_some_and(|p| p - score >= p.abs() * (100.0 - percent) / 100.0 - 1e-12)
    };
    settings.max_score.is_none_or(|max| score <= max)
        && settings.min_score.is_none_or(|min| score >= min)
        && settings.margin.is_none_or(|margin| positive.is_some_and(|p| score <= p - margin))
        && settings.percent.is_none_or(percent)
}

proptest! {
    #[test]
    fn what_is_chosen_is_within_every_rule(
        scores in scores(0..60),
        positive in prop::option::weighted(0.9, (-8_i8..=8).prop_map(|level| f32::from(level) / 8.0)),
        settings in settings(),
        query in 0_usize..1000,
    ) {
        prop_assert!(settings.check().is_ok());
        let nearest = hits(&scores);
        let choice = choose(&nearest, positive, &settings, query);
        let chosen = &choice.negatives;
        prop_assert!(chosen.len() <= settings.negatives);
        prop_assert!(chosen.windows(2).all(|pair| pair[0].nearest_first(&pair[1]).is_lt()));
        let considered = &nearest[..settings.window().min(nearest.len())];
        let passed: Vec<Hit> =
            considered.iter().copied().filter(|&hit| allowed(hit, positive, &settings)).collect();
        let left = &passed[settings.range_min.min(passed.len())..];
        prop_assert!(chosen.iter().all(|hit| left.contains(hit)), "{chosen:?} of {left:?}");
        // As many as there are, and the nearest where those are asked for.
        prop_assert_eq!(chosen.len(), settings.negatives.min(left.len()));
        if settings.choice == Choosing::Top {
            prop_assert_eq!(&chosen[..], &left[..chosen.len()]);
        }
        let relative = settings.margin.is_some() || settings.percent.is_some();
        if positive.is_some() || !relative {
            let dropped = choice.above + choice.below;
            prop_assert_eq!(dropped, considered.len() - passed.len());
            prop_assert!(!choice.all_above() || passed.is_empty());
        }
        prop_assert_eq!(&choose(&nearest, positive, &settings, query), &choice);
    }

    #[test]
    fn blocks_in_any_order_and_size_keep_what_a_full_sort_keeps(
        scores in scores(120),
        width in 1_usize..50,
        turn in 0_usize..10,
        count in 1_usize..50,
        languages in prop::sample::select(vec![Languages::Any, Languages::Same, Languages::Other]),
    ) {
        // Four queries, 30 candidates: four passages in two languages, a corpus in three and none.
        let set = four();
        let corpus = (0..26).map(|at| {
            let lang = ["de", "en", "tr", ""][at % 4];
            let lang = (!lang.is_empty()).then(|| lang.to_owned());
            Ok(Text { id: at.to_string(), lang, text: format!("c{at}") })
        });
        let pool = Pool::new(&set, corpus).unwrap();
        prop_assert_eq!(pool.candidates(), 30);
        let mut nearest = Nearest::new(&pool, languages, count);
        let mut starts: Vec<usize> = (0..30).step_by(width).collect();
        let turn = turn % starts.len();
        starts.rotate_left(turn);
        for first in starts {
            let block = first..(first + width).min(30);
            for queries in [0..1, 1..4] {
                let rows = queries.clone().flat_map(|query| &scores[query * 30..][block.clone()]);
                let rows: Vec<f32> = rows.copied().collect();
                nearest.add(queries, first, &rows);
            }
        }
        for query in 0..4 {
            let row = &scores[query * 30..][..30];
            let language = pool.queries()[query].language;
            let wanted = |hit: &Hit| {
                let own = pool.languages_of(hit.candidate as usize);
                match languages {
                    Languages::Any => true,
                    Languages::Same => own.contains(&language),
                    Languages::Other => !own.is_empty() && !own.contains(&language),
                }
            };
            let same: BTreeSet<u32> = pool.same_meaning(query).iter().copied().collect();
            let all: Vec<Hit> =
                hits(row).into_iter().filter(|hit| !same.contains(&hit.candidate)).collect();
            let (mut eligible, mut elsewhere): (Vec<Hit>, Vec<Hit>) =
                all.into_iter().partition(wanted);
            eligible.truncate(count);
            elsewhere.truncate(count);
            prop_assert_eq!(nearest.eligible(query), eligible);
            prop_assert_eq!(nearest.elsewhere(query), elsewhere);
            let positives = pool.positives(query).iter().map(|&at| row[at as usize]);
            prop_assert_eq!(nearest.positive(query), positives.reduce(f32::min));
            for (hit, _) in nearest.same_meaning(query) {
                prop_assert_eq!(hit.score.to_bits(), row[hit.candidate as usize].to_bits());
            }
        }
    }

    /// Whatever rows share, no candidate that may be a negative answers the query by the data.
    #[test]
    fn no_candidate_left_is_an_answer_or_its_translation(
        entries in prop::collection::vec((0_u32..5, 0_u32..2, 0_u32..6, 6_u32..14), 1..12),
        levels in scores(14 * 24),
    ) {
        let entry = |&(group, language, query, passage): &(u32, u32, u32, u32)| Entry {
            group, source: 0, language, query, passage,
        };
        let set = TrainingSet {
            languages: vec!["de".to_owned(), "en".to_owned()],
            sources: vec!["s".to_owned()],
            texts: (0..14).map(|at| format!("t{at}")).collect(),
            entries: entries.iter().map(entry).collect(),
            negatives: Negatives::default(),
        };
        let pool = Pool::new(&set, []).unwrap();
        let (rows, width) = (pool.queries().len(), pool.candidates());
        let mut nearest = Nearest::new(&pool, Languages::Any, width);
        nearest.add(0..rows, 0, &levels[..rows * width]);
        for (at, asked) in set.entries.iter().enumerate() {
            let query = pool.query_of(at);
            let left: BTreeSet<&str> = nearest.eligible(query).iter()
                .map(|hit| pool.text(hit.candidate as usize)).collect();
            for other in &set.entries {
                let passage = set.texts[other.passage as usize].as_str();
                let same_query = other.query == asked.query;
                let translation = other.group == asked.group;
                let shares = set.entries.iter()
                    .any(|e| e.group == asked.group && e.passage == other.passage);
                prop_assert!(!(same_query || translation || shares) || !left.contains(passage));
                // The same one step on: a translation of what answers the same query elsewhere.
                let answers_elsewhere = set.entries.iter()
                    .any(|e| e.query == asked.query && e.group == other.group);
                prop_assert!(!answers_elsewhere || !left.contains(passage));
            }
            prop_assert!(pool.positives(query).iter().all(|p| pool.same_meaning(query).contains(p)));
        }
    }
}

fn four() -> TrainingSet {
    let entry =
        |at: u32| Entry { group: at, source: 0, language: at % 2, query: at, passage: 4 + at };
    TrainingSet {
        languages: vec!["de".to_owned(), "en".to_owned()],
        sources: vec!["s".to_owned()],
        texts: (0..8).map(|at| format!("t{at}")).collect(),
        entries: (0..4).map(entry).collect(),
        negatives: Negatives::default(),
    }
}

#[test]
fn random_choices_differ_by_seed_and_by_query_and_reach_every_candidate() {
    let nearest = hits(&[0.5; 40]);
    let settings = |seed| Settings {
        negatives: 4,
        range_min: 8,
        percent: None,
        choice: Choosing::Random,
        seed,
        ..Settings::default()
    };
    let chosen = |seed, query| choose(&nearest, None, &settings(seed), query).negatives;
    assert_ne!(chosen(1, 0), chosen(2, 0));
    assert_ne!(chosen(1, 0), chosen(1, 1));
    let all: BTreeSet<u32> =
        (0..200).flat_map(|query| chosen(3, query)).map(|hit| hit.candidate).collect();
    // The window is ten times the negatives and those left out, of which the first eight are not.
    assert_eq!(all, (8..40).collect());
}

#[test]
fn settings_that_cannot_be_meant_are_named() {
    let ok = Settings::default();
    let cases = [
        (Settings { negatives: 0, ..ok.clone() }, "negatives: must be at least 1"),
        (
            Settings { range_min: 5, range_max: Some(7), ..ok.clone() },
            "range_max: 7 with a range_min of 5 leaves 2 candidates for 3 negatives",
        ),
        (Settings { margin: Some(-0.1), ..ok.clone() }, "margin: must be 0 or more"),
        (Settings { margin: Some(f64::NAN), ..ok.clone() }, "margin: must be 0 or more"),
        (Settings { percent: Some(0.0), ..ok.clone() }, "percent: must be above 0 and at most 100"),
        (
            Settings { percent: Some(101.0), ..ok.clone() },
            "percent: must be above 0 and at most 100",
        ),
        (
            Settings { min_score: Some(0.5), max_score: Some(0.4), ..ok.clone() },
            "min_score: 0.5 is above the max_score of 0.4",
        ),
        (
            Settings { max_score: Some(f64::INFINITY), ..ok.clone() },
            "max_score: must be a finite number",
        ),
    ];
    assert!(ok.check().is_ok());
    for (settings, said) in cases {
        assert_eq!(settings.check().unwrap_err().to_string(), said);
    }
    let error = "near".parse::<Languages>().unwrap_err();
    assert_eq!(error.to_string(), "languages: unknown `near`: expected `same`, `other` or `any`");
    assert_eq!("random".parse::<Choosing>().unwrap(), Choosing::Random);
}
