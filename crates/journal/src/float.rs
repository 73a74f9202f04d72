//! Numbers that may not be finite. JSON has no word for them: they are written as `null`, which
//! is read as NaN. A loss that became infinite is as lost as one that is not a number.

use serde::{Deserialize, Deserializer};

/// `null` is NaN.
pub fn read<'de, D: Deserializer<'de>>(source: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(source)?.unwrap_or(f64::NAN))
}

/// A field that is there, be it `null`, has a value; one that is not has none.
pub fn optional<'de, D: Deserializer<'de>>(source: D) -> Result<Option<f64>, D::Error> {
    read(source).map(Some)
}
