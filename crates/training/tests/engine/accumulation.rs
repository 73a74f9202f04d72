//! A step of several batches takes them from where the last one left off.

use std::ops::ControlFlow;

use burn::tensor::Device;
use isogloss_training::{Event, Run};
use sampling::{Batch, BatchKind, Plan, Sampler};
use serde_json::json;

use crate::common::{config, write_data};
use crate::fields::with;

#[test]
fn batches_are_counted_not_steps() {
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    let (steps, each) = (12, 3);
    let fields = json!({
        "batches": {"composition": "hybrid:1..0"},
        "training": {"accumulate": each, "warmup": 0.25, "decay": "linear"},
    });
    let config = with(&config(dir.path(), "isogloss-static", "mono", steps), &fields);
    let mut run = Run::prepare(&config, &Device::flex()).unwrap();
    // Alpha moves over all batches of the run, three to a step.
    let plan = Plan { seed: config.seed, steps: Some(36), ..config.batches.clone() };
    let mut sampler = Sampler::new(run.data(), &plan).unwrap();
    let drawn: Vec<Batch> = (0..36).map(|_| sampler.next_batch()).collect();
    let mono = |batches: &[Batch]| {
        batches.iter().filter(|batch| matches!(batch.kind, BatchKind::Mono(_))).count()
    };
    assert!(mono(&drawn[..18]) > mono(&drawn[18..]) + 4, "alpha falls");

    let (mut firsts, mut rates, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    let outcome = run.train(|event| {
        if let Event::Step(taken) = event {
            firsts.push(taken.batch.clone());
            rates.push(taken.rate / 0.01);
            rows.push(taken.rows);
        }
        ControlFlow::Continue(())
    });
    let outcome = outcome.unwrap();
    assert_eq!(firsts, drawn.iter().step_by(each).cloned().collect::<Vec<_>>());
    assert_eq!(rows, [36; 12]);
    assert_eq!(outcome.steps, steps);
    let rate = |step: usize| {
        if step < 3 { (step + 1) as f64 / 3.0 } else { 1.0 - (step - 3) as f64 / 9.0 }
    };
    for (step, got) in rates.iter().enumerate() {
        assert!((got - rate(step)).abs() < 1e-9, "the rate counts steps: {step}, {got}");
    }
}
