//! Runs as they write themselves down, of any length.

#![allow(dead_code)] // each test file uses some of it

use isogloss_report::training::TrainingRun;
use journal::{End, Ended, Journal, Line, Run, Step, Validation};
use serde_json::{Value, json};

/// What a run is made of.
#[derive(Clone)]
pub struct Made {
    pub name: &'static str,
    pub steps: u64,
    /// Steps planned.
    pub planned: u64,
    pub peak: f64,
    pub seed: u64,
    pub composition: &'static str,
    /// Validations a run.
    pub validations: u64,
    pub gradient_norm: bool,
    pub ended: Option<Ended>,
}

impl Default for Made {
    fn default() -> Self {
        Self {
            name: "hybrid",
            steps: 20,
            planned: 20,
            peak: 1e-3,
            seed: 1,
            composition: "hybrid 0.5",
            validations: 2,
            gradient_norm: false,
            ended: Some(Ended::Completed),
        }
    }
}

/// Numbers that look random and are the same on every machine.
fn noise(n: u64) -> f64 {
    let bits = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((bits ^ bits >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 40) as f64 / f64::from(1 << 24)
}

impl Made {
    pub fn run(&self) -> TrainingRun {
        let mut lines = vec![Line::Run(Run {
            name: self.name.into(),
            config: json!({
                "seed": self.seed,
                "batches": {"batch": 32, "composition": self.composition},
                "training": {"learning_rate": self.peak, "steps": self.planned, "margin": null},
            }),
            revision: Some("0123abc".into()),
            device: "CPU".into(),
            data: [("pairs.jsonl".to_owned(), "ab".repeat(32))].into(),
            started: 1_700_000_000,
            pairs_per_step: 32,
        })];
        for step in 1..=self.steps {
            lines.push(Line::Step(self.step(step)));
            let every = self.planned / self.validations.max(1);
            if self.validations > 0 && step.is_multiple_of(every.max(1)) {
                let value = 0.7 - 0.5 / (1.0 + step as f64 / every as f64) + 0.02 * noise(step);
                lines.push(Line::Validation(Validation {
                    step,
                    measure: "mAP".into(),
                    value,
                    best: true,
                    seconds: step as f64 * 0.25,
                }));
            }
        }
        if let Some(ended) = self.ended {
            let (steps, seconds) = (self.steps, self.steps as f64 * 0.25);
            lines.push(Line::End(End { steps, seconds, ended, drawn: drawn() }));
        }
        TrainingRun { name: self.name.into(), journal: Journal { lines } }
    }

    fn step(&self, step: u64) -> Step {
        let at = step as f64 / self.planned as f64;
        let seed = self.seed << 32 | step;
        Step {
            step,
            steps: self.planned,
            loss: 0.4 + 4.0 * (-4.0 * at).exp() + 0.3 * (noise(seed) - 0.5),
            learning_rate: self.peak * (at * 10.0).min(1.0) * (1.0 - at),
            kind: if step.is_multiple_of(2) { "mono de".into() } else { "cross".into() },
            rows: 32,
            seconds: step as f64 * 0.25,
            gradient_norm: self.gradient_norm.then(|| 1.0 + noise(seed + 7)),
            ..Step::default()
        }
    }
}

/// A tally as the sampler writes it.
pub fn drawn() -> Value {
    let share = |planned, drawn, count| json!({"planned": planned, "drawn": drawn, "count": count});
    json!({
        "batches": 20, "short_batches": 1, "rows": 639,
        "kinds": {"mono": share(0.5, 0.55, 11), "cross": share(0.5, 0.45, 9)},
        "languages": {"de": share(0.5, 0.52, 664), "en": share(0.5, 0.48, 614)},
        "pairs": {"de-de": share(0.25, 0.28, 179), "de-en": share(0.5, 0.45, 288),
            "en-en": share(0.25, 0.27, 172)},
        "sources": {"questions": share(1.0, 1.0, 639)},
        "switched": share(0.1, 0.09, 58),
    })
}
