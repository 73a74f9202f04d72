//! Plans as they are written in files, and tallies as they are read by others.
#![allow(clippy::unwrap_used)]

mod common;

use common::Build;
use isogloss_sampling::{CodeSwitch, Composition, Plan, Power, Sampler, Sides, Tally};
use proptest::prelude::*;

fn refused(text: &str) -> String {
    toml::from_str::<Plan>(text).unwrap_err().to_string()
}

#[test]
fn a_plan_in_full() {
    let plan: Plan = toml::from_str(
        r#"
        composition = "hybrid:0.8..0.2"
        batch = 64
        language_sampling = "temperature:4"
        source_sampling = "uniform"
        excluded_languages = ["el", "vi"]
        pairs = ["de-en"]
        negatives_per_query = 2

        [code_switch]
        rows = 0.25
        sides = "both"
        "#,
    )
    .unwrap();
    let expected = Plan {
        composition: "hybrid:0.8..0.2".parse().unwrap(),
        batch: 64,
        language_power: 0.25,
        source_power: 0.0,
        excluded_languages: vec!["el".into(), "vi".into()],
        pairs: vec!["de-en".into()],
        negatives_per_query: 2,
        code_switch: CodeSwitch { rows: 0.25, sides: Sides::Both, ..CodeSwitch::default() },
        ..Plan::default()
    };
    assert_eq!(plan, expected);
    let written = toml::to_string(&plan).unwrap();
    assert_eq!(toml::from_str::<Plan>(&written).unwrap(), expected);
}

#[test]
fn the_example_of_the_documentation_is_a_plan() {
    #[derive(serde::Deserialize)]
    struct Run {
        batches: Plan,
    }
    let page = include_str!("../../../docs/batches.md");
    let toml = page.split("```toml").nth(1).unwrap().split("```").next().unwrap();
    let run: Run = toml::from_str(toml).unwrap();
    assert_eq!(run.batches.composition.to_string(), "hybrid:0.8..0.2");
    assert_eq!(run.batches.code_switch.sides, Sides::Query);
}

#[test]
fn languages_and_sources_are_weighed_by_words_or_numbers() {
    for (value, power) in [
        ("\"uniform\"", 0.0),
        ("\"proportional\"", 1.0),
        ("\"temperature:1\"", 1.0),
        ("\"temperature:2\"", 0.5),
        ("\"0.7\"", 0.7),
        ("0.7", 0.7),
        ("1", 1.0),
    ] {
        for name in ["power", "sampling"] {
            let text = format!("language_{name} = {value}\nsource_{name} = {value}");
            let plan: Plan = toml::from_str(&text).unwrap();
            let expected = Plan { language_power: power, source_power: power, ..Plan::default() };
            assert_eq!(plan, expected, "{text}");
        }
    }
}

#[test]
fn wrong_words_and_fields_are_named() {
    for value in ["\"even\"", "\"temperature:0\"", "\"temperature:\"", "\"-1\"", "\"inf\""] {
        let message = refused(&format!("language_sampling = {value}"));
        assert!(message.contains(value.trim_matches('"')), "{message}");
        assert!(message.contains("uniform, proportional, temperature:T"), "{message}");
    }
    let message = refused("language_power = 0.5\nlanguage_sampling = \"uniform\"");
    assert!(message.contains("duplicate field `language_power`"), "{message}");
    assert!(refused("language_power = [1]").contains("a number or `uniform`"));
    assert!(refused("steps = 5").contains("unknown field `steps`"));
    assert!(refused("[code_switch]\nwrds = 0.5").contains("unknown field `wrds`"));
    assert!(refused("composition = \"hybrid:2..0\"").contains("alpha is 2"));
}

fn sampler(batches: u64) -> Sampler {
    let set = Build::new(&["de", "en"], &["books", "wiki"])
        .pairs(0, &[0, 1], 30)
        .pairs(1, &[1], 30)
        .negatives(1)
        .set();
    let plan = Plan {
        composition: Composition::hybrid(1.0).unwrap(),
        batch: 5,
        language_power: 1.0,
        negatives_per_query: 2,
        code_switch: CodeSwitch { rows: 1.0, ..CodeSwitch::default() },
        ..Plan::default()
    };
    let mut sampler = Sampler::new(&set, &plan).unwrap();
    sampler.skip(batches);
    sampler
}

#[test]
fn a_tally_is_read_by_people_and_by_programs() {
    let mut tally = sampler(0).tally();
    assert!(tally.to_string().starts_with("0 batches (0 short), 0 rows\n"));
    // Numbers set by hand, so that the layout is seen and not the draws.
    (tally.batches, tally.rows) = (1000, 5000);
    for shares in [&mut tally.languages, &mut tally.pairs, &mut tally.sources, &mut tally.kinds] {
        for share in shares.values_mut() {
            (share.drawn, share.count) = (0.25, 1250);
        }
    }
    let text = "\
1000 batches (0 short), 5000 rows
batches                planned     drawn  count
  mono                 100.00%    25.00%   1250
languages of texts     planned     drawn  count
  de                    33.33%    25.00%   1250
  en                    66.67%    25.00%   1250
pairs, query-passage   planned     drawn  count
  de-de                 33.33%    25.00%   1250
  en-en                 66.67%    25.00%   1250
sources                planned     drawn  count
  books                 77.78%    25.00%   1250
  wiki                  22.22%    25.00%   1250
code-switched          planned     drawn  count
  rows                 100.00%     0.00%      0
";
    assert_eq!(tally.to_string(), text);

    let tally = sampler(10).tally();
    let negatives = "hard negatives: 50 drawn of 100 asked; 0 passed over";
    assert!(tally.to_string().lines().last().unwrap().starts_with(negatives), "{tally}");
    let json = serde_json::to_value(&tally).unwrap();
    assert_eq!(json["batches"], 10);
    assert_eq!(json["sources"]["books"]["planned"], tally.sources["books"].planned);
    assert_eq!(json["negatives"]["drawn"], 50);
    assert_eq!(json["switched"]["count"], 50);
    assert_eq!(serde_json::from_value::<Tally>(json).unwrap(), tally);
}

proptest! {
    #[test]
    fn powers_read_back_as_written(power in 0.0..10.0_f64, temperature in 0.01..100.0_f64) {
        let read = |text: &str| text.parse::<Power>().unwrap();
        prop_assert_eq!(read(&read(&power.to_string()).to_string()), read(&power.to_string()));
        let by_temperature = read(&format!("temperature:{temperature}"));
        prop_assert!((by_temperature.exponent() * temperature - 1.0).abs() < 1e-12);
        prop_assert_eq!(read(&by_temperature.to_string()), by_temperature);
    }
}
