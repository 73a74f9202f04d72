//! Products in f16: learning like f32, and surviving overflows.

use burn::tensor::{DType, Device};
use isogloss_training::{Checkpoints, Run, RunConfig};
use serde_json::json;

use crate::common::{config, write_data};
use crate::fields::with;
use crate::runs::{train_until, trained};

fn f16(config: &RunConfig, scale: f64) -> RunConfig {
    with(config, &json!({"training": {"precision": "f16", "loss_scale": scale}}))
}

#[test]
fn losses_are_near_those_of_f32() {
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    for architecture in ["bert", "modernbert"] {
        let config = config(dir.path(), architecture, "hybrid", 40);
        let (_, expected) = trained(&config, &Device::flex());
        for (name, device) in device::for_tests() {
            if !device.supports_dtype(DType::F16) {
                let refused = Run::prepare(&f16(&config, 1024.0), &device).err().unwrap();
                assert!(refused.to_string().contains("does not compute in f16"), "{name}");
                continue;
            }
            let (run, got) = trained(&f16(&config, 1024.0), &device);
            for (got, expected) in got.iter().zip(&expected) {
                let (step, apart) = (got.step, (got.loss - expected.loss).abs());
                let what = format!("{name}, {architecture}, step {step}");
                // Found: 2e-4 at most, on the CPU and on a software adapter.
                assert!(apart < 2e-3, "{what}: {} and {}", got.loss, expected.loss);
                assert!(!got.skipped && got.loss_scale == Some(1024.0), "{what}");
            }
            let differ = got
                .iter()
                .zip(&expected)
                .any(|(got, f32)| got.loss.to_bits() != f32.loss.to_bits());
            assert!(differ, "{name}, {architecture}: nothing was computed in f16");
            let (first, last) = (got[0].loss, got[39].loss);
            assert!(last < 0.3 * first, "{name}, {architecture}: {first} became {last}");
            let header = run.files("m", "test").unwrap().weights[..4096].to_vec();
            let header = String::from_utf8_lossy(&header).into_owned();
            assert!(header.contains("\"F32\"") && !header.contains("\"F16\""), "{header}");
        }
    }
}

#[test]
fn a_step_that_overflows_is_left_out_and_the_scale_halves() {
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    let config = f16(&config(dir.path(), "bert", "hybrid", 40), f64::from(1u32 << 30));
    let (_, told) = trained(&config, &Device::flex());
    let skipped = told.iter().take_while(|told| told.skipped).count();
    assert!((3..30).contains(&skipped), "{skipped} steps overflowed");
    let mut scale = f64::from(1u32 << 30);
    for told in &told {
        assert!((told.loss_scale.unwrap() - scale).abs() < 1e-9, "step {}", told.step);
        if told.skipped {
            scale /= 2.0;
        }
    }
    // Nothing moved until then, and then it learns.
    assert!(told[39].loss < 0.5 * told[0].loss, "{} {}", told[0].loss, told[39].loss);
}

#[test]
fn a_skipped_step_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    let config = f16(&config(dir.path(), "bert", "hybrid", 10), f64::from(1u32 << 30));
    let mut run = Run::prepare(&config, &Device::flex()).unwrap();
    let weights = |run: &Run| run.files("m", "test").unwrap().weights.to_vec();
    let before = weights(&run);
    let (told, _) = train_until(&mut run, 2);
    assert!(told.iter().all(|told| told.skipped));
    assert!(weights(&run) == before);
}

#[test]
fn the_scale_is_kept_in_checkpoints() {
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path());
    let config = f16(&config(dir.path(), "bert", "hybrid", 40), f64::from(1u32 << 30));
    let device = Device::flex();
    let checkpoints = Checkpoints { folder: dir.path().join("kept"), every: 5, kept: 2 };
    let (whole, expected) = trained(&config, &device);
    let mut run = Run::prepare(&config, &device).unwrap();
    run.keep(checkpoints.clone(), "test");
    train_until(&mut run, 7);
    let mut run = Run::resume(&config, &device, &checkpoints).unwrap();
    assert_eq!(run.steps(), 5);
    let (told, _) = train_until(&mut run, u64::MAX);
    assert_eq!(told, expected[5..]);
    let weights = |run: &Run| run.files("m", "test").unwrap().weights.to_vec();
    assert!(weights(&run) == weights(&whole), "other weights");
}
