//! Traps of GPU backends: wrong numbers, memory that grows, losses that nobody waits for.
//!
//! With Burn's fusion on, browsers were given WGSL that is not valid, and with autotune kernels
//! that were chosen by timing gave numbers of their own; both are left out of the build. A program
//! cannot ask Burn for the features that it was built with, so what is tested is what they broke:
//! fifty steps on every device give the losses of the CPU backend, which has neither.
//!
//! `ISOGLOSS_TEST_DEVICES` lists the devices.
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Mutex;

use burn::tensor::Device;
use isogloss_training::{Embeddings, Event, Run, RunConfig, TrainingError};

mod common;

use common::{config, write_data};

/// One test at a time: they look at the memory of the whole process.
static TURN: Mutex<()> = Mutex::new(());

/// What was told, in order: step and loss.
fn curve(config: &RunConfig, device: &Device) -> Vec<(u64, f32)> {
    let mut run = Run::prepare(config, device).unwrap();
    let mut told = Vec::new();
    run.train(|event| {
        if let Event::Step(taken) = event {
            told.push((taken.step, taken.loss));
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    told
}

/// The losses of `config` on every device are those of the CPU, each told once, in order.
fn alike_on_all_devices(config: &RunConfig, what: &str) {
    let expected = curve(config, &Device::flex());
    let falls = expected[49].1 < 0.8 * expected[0].1;
    assert!(falls && expected.len() == 50, "{what}: nothing was learned");
    for (name, device) in device::for_tests() {
        let got = curve(config, &device);
        assert!(got.iter().map(|told| told.0).eq(1..=50), "{name}, {what}: {got:?}");
        for ((step, got), (_, expected)) in got.iter().zip(&expected) {
            let apart = (got - expected).abs();
            assert!(apart < 1e-3, "{name}, {what}, step {step}: {got}, cpu {expected}");
        }
    }
}

#[test]
fn fifty_steps_give_the_same_losses_on_every_device() {
    let _turn = TURN.lock();
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    for architecture in ["isogloss-static", "bert", "modernbert"] {
        let config = config(dir.path(), architecture, "hybrid", 50);
        alike_on_all_devices(&config, architecture);
    }
}

#[test]
fn losses_that_nobody_waited_for_are_told_once_and_in_order() {
    let _turn = TURN.lock();
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    // Nothing is read back in a step where the table is frozen; the norm stays on the device.
    let mut config = config(dir.path(), "bert", "hybrid", 50);
    config.training.embeddings = Embeddings::Frozen;
    config.training.clip_norm = 1.0;
    alike_on_all_devices(&config, "frozen");
}

#[test]
fn a_loss_that_is_no_number_is_of_the_same_step_on_every_device() {
    let _turn = TURN.lock();
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    let mut config = config(dir.path(), "bert", "hybrid", 50);
    config.training.embeddings = Embeddings::Frozen;
    config.training.learning_rate = 1e300;
    let broken = |device: &Device| {
        let mut run = Run::prepare(&config, device).unwrap();
        let mut told = Vec::new();
        let error = run.train(|event| {
            if let Event::Step(taken) = event {
                told.push(taken.step);
            }
            ControlFlow::Continue(())
        });
        let TrainingError::NotANumber { step, batch, .. } = error.unwrap_err() else {
            panic!("another error")
        };
        assert_eq!(told, (1..step).collect::<Vec<_>>(), "those before it are told");
        (step, batch)
    };
    let expected = broken(&Device::flex());
    for (name, device) in device::for_tests() {
        assert_eq!(broken(&device), expected, "{name}");
    }
}

/// A run whose steps are all of equal shape: each batch is all there is.
fn all_alike(dir: &Path, architecture: &str) -> RunConfig {
    write_data(dir);
    let path = dir.join("parallel.jsonl");
    let rows = std::fs::read_to_string(&path).unwrap();
    let german: Vec<&str> = rows.lines().filter(|row| row.contains("\"lang\":\"de\"")).collect();
    std::fs::write(&path, german[..6].join("\n")).unwrap();
    let mut config = config(dir, architecture, "mono", 500);
    config.batches.batch = 6;
    config.training.token_dropout = 0.0;
    config
}

/// Bytes in use and reserved on the device; on the CPU those of the process, as far as it tells.
fn memory(device: &Device) -> Option<(u64, u64)> {
    if let Some(pool) = device.memory_pool_usage() {
        return Some((pool.bytes_in_use, pool.bytes_reserved));
    }
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    let resident: u64 = pages.split(' ').nth(1)?.parse().ok()?;
    Some((0, resident * 4096))
}

#[test]
fn memory_after_500_steps_of_equal_shape_is_that_after_100() {
    let _turn = TURN.lock();
    let dir = tempfile::tempdir().unwrap();
    for architecture in ["isogloss-static", "bert"] {
        let config = all_alike(dir.path(), architecture);
        for (name, device) in device::for_tests() {
            let mut run = Run::prepare(&config, &device).unwrap();
            let mut seen = Vec::new();
            run.train(|event| {
                if let Event::Step(taken) = event
                    && matches!(taken.step, 100 | 500)
                {
                    seen.extend(memory(&device));
                }
                ControlFlow::Continue(())
            })
            .unwrap();
            let what = format!("{name}, {architecture}: {seen:?}");
            let [(used, held), (used_later, held_later)] = seen[..] else { panic!("{what}") };
            assert_eq!(used, used_later, "{what}");
            // The process has more in it than tensors; a step's own take a tenth of this.
            let room = if device.memory_pool_usage().is_some() { 0 } else { 4 << 20 };
            assert!(held_later <= held + room, "{what}");
        }
    }
}
