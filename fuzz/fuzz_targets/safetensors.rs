//! A weight file is refused or read, whatever its header says.

#![no_main]

use artifact::{ArtifactError, Weights};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(weights) = Weights::parse("fuzz", data) else { return };
    let names: Vec<String> = weights.names().map(str::to_owned).collect();
    for name in &names {
        // No tensor has this shape, so that the error tells the one it has.
        let shape = match weights.stored(name, &[usize::MAX; 9]) {
            Err(ArtifactError::Shape { found, .. }) => found,
            other => panic!("{name}: {other:?}"),
        };
        let stored = weights.stored(name, &shape).expect("a tensor that is there, in its shape");
        assert_eq!(stored.to_f32().len(), shape.iter().product::<usize>(), "{name}");
        // Rows of int8 may lack their scales.
        let _ = weights.f32(name, &shape);
    }
    let bytes = weights.to_bytes().expect("what was read can be written");
    let again = Weights::parse("again", bytes).expect("what was written can be read");
    assert!(again.names().eq(names.iter().map(String::as_str)));
});
