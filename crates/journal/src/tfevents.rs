//! TensorBoard's event files, as far as scalars need them.
//!
//! Written by hand: three messages with a handful of fields do not pay for a protobuf compiler.
//! The framing is that of `tensorflow/core/lib/io/record_writer.h` (length, masked CRC-32C of the
//! length, payload, masked CRC-32C of the payload; all little-endian), the fields are those of
//! `tensorboard/compat/proto/event.proto` and `summary.proto`, the encoding is protobuf's
//! (<https://protobuf.dev/programming-guides/encoding/>), where a field of value zero is left out.

/// `brain.Event:2`: a `SessionLog` start with a step takes back all that later steps wrote.
pub const FILE_VERSION: &str = "brain.Event:2";

const VARINT: u64 = 0;
const FIXED64: u64 = 1;
const BYTES: u64 = 2;
const FIXED32: u64 = 5;

/// What an event says.
pub enum What<'a> {
    /// Which format the file has; its first event.
    FileVersion,
    /// Steps from the event's on will be written anew.
    Start,
    /// Numbers by tag.
    Scalars(&'a [(String, f64)]),
}

/// A record that holds one event.
///
/// `wall_time` is in seconds since 1970.
pub fn record(wall_time: f64, step: u64, what: &What<'_>) -> Vec<u8> {
    let mut event = Vec::new();
    key(&mut event, 1, FIXED64);
    event.extend(wall_time.to_le_bytes());
    if step > 0 {
        key(&mut event, 2, VARINT);
        varint(&mut event, step);
    }
    match what {
        What::FileVersion => bytes(&mut event, 3, FILE_VERSION.as_bytes()),
        What::Scalars(scalars) => {
            let mut summary = Vec::new();
            for (tag, value) in *scalars {
                let mut scalar = Vec::new();
                bytes(&mut scalar, 1, tag.as_bytes());
                // The member of a `oneof`: written even where it is zero.
                key(&mut scalar, 2, FIXED32);
                scalar.extend((*value as f32).to_le_bytes());
                bytes(&mut summary, 1, &scalar);
            }
            bytes(&mut event, 5, &summary);
        }
        // `status`, field 1, is START, which is 1.
        What::Start => bytes(&mut event, 7, &[1 << 3, 1]),
    }
    framed(&event)
}

fn framed(payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u64).to_le_bytes();
    let mut record = length.to_vec();
    record.extend(masked(&length));
    record.extend(payload);
    record.extend(masked(payload));
    record
}

/// Masked, as a checksum over bytes that hold checksums is weak.
fn masked(bytes: &[u8]) -> [u8; 4] {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8).to_le_bytes()
}

fn key(out: &mut Vec<u8>, field: u64, wire: u64) {
    varint(out, field << 3 | wire);
}

fn bytes(out: &mut Vec<u8>, field: u64, value: &[u8]) {
    key(out, field, BYTES);
    varint(out, value.len() as u64);
    out.extend(value);
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
