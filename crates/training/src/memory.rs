//! Telling a person that the device ran out of memory.
//!
//! Burn reports it as an error where a result is read, which may be steps later and in a validation
//! or a checkpoint, and as a panic where memory is asked for. All become one message that says what
//! to change. Checkpoints are whole whenever it happens: they are written beside and renamed, and
//! weights that could not be computed cannot be read either.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use encoder::EncoderError;
use retrieval::RetrievalError;

use crate::TrainingError;

/// What drivers and libraries say, in small letters: Burn's memory management, wgpu, drivers.
const SIGNS: [&str; 9] = [
    "can't allocate",
    "out of device memory",
    "couldn't map storage",
    "out of memory",
    "outofmemory",
    "greater than the maximum buffer size",
    "buffer too big",
    "not enough memory",
    "allocation failed",
];

/// Runs `work`, part of step `step` or of what follows it; `budget` is the run's token budget.
///
/// A panic that is not about memory goes on.
pub(crate) fn guarded<T>(
    step: u64,
    budget: usize,
    work: impl FnOnce() -> Result<T, TrainingError>,
) -> Result<T, TrainingError> {
    // After a panic the learner is dropped with the run, whatever state it is in.
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Err(
            TrainingError::Device(text)
            | TrainingError::Encoder(EncoderError::Device(text))
            | TrainingError::Retrieval(RetrievalError::Device(text)),
        )) if is_about_memory(&text) => Err(error(step, budget, &text)),
        Ok(result) => result,
        Err(panic) => match said(panic.as_ref()) {
            Some(text) if is_about_memory(&text) => Err(error(step, budget, &text)),
            _ => resume_unwind(panic),
        },
    }
}

fn said(panic: &(dyn Any + Send)) -> Option<String> {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
}

fn is_about_memory(text: &str) -> bool {
    let text = text.to_lowercase();
    SIGNS.iter().any(|sign| text.contains(sign))
}

fn error(step: u64, budget: usize, device: &str) -> TrainingError {
    let lower = if budget > 0 { format!(" below the {budget} it is") } else { String::new() };
    // Burn tells all that could not be done after it; one line says why.
    let why = device.lines().find(|line| is_about_memory(line)).unwrap_or(device);
    let device: String = why.trim().chars().take(200).collect();
    TrainingError::Memory { step, lower, device }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn errors_and_panics_about_memory_say_what_to_change() {
        // As Burn says it.
        let text = "An error happened\nCaused by:\n  skipped `KernelBinop`: it needed memory\n  \
                    can't allocate buffer of size: 9\nNo backtrace available";
        let failed = || Err::<(), _>(TrainingError::Device(text.to_owned()));
        let error = guarded(3, 512, failed).unwrap_err().to_string();
        assert!(error.contains("step 3") && error.contains("below the 512 it is"), "{error}");
        assert!(error.ends_with("(can't allocate buffer of size: 9)"), "{error}");
        let panicking = || -> Result<(), TrainingError> { panic!("Out of memory on the GPU") };
        let error = guarded(3, 0, panicking).unwrap_err();
        assert!(matches!(error, TrainingError::Memory { .. }));
    }

    #[test]
    fn other_failures_stay_what_they_are() {
        let lost = || Err::<(), _>(TrainingError::Device("device lost".to_owned()));
        assert!(matches!(guarded(1, 0, lost), Err(TrainingError::Device(_))));
        let other = || -> Result<(), TrainingError> { panic!("a defect") };
        assert!(catch_unwind(AssertUnwindSafe(|| guarded(1, 0, other))).is_err());
    }
}
