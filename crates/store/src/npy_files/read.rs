//! An array and its ids into rows, with every size doubted.

use std::fs::File;
use std::io::{BufRead, BufReader, Lines, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use half::f16;
use npyz::{NpyHeader, Order};

use super::{Lengths, Row, about_path, ids_path};
use crate::{About, Block, Numbers, Precision, StoreError};

/// Bytes that the header of an array of two axes and its description may have.
const LONGEST_HEADER: u64 = 1 << 10;
const LONGEST_DESCRIPTION: u64 = 1 << 20;
/// How a header of version 1 starts, the only one whose length has 16 bits.
const MARK: &[u8] = b"\x93NUMPY\x01\x00";
/// Three files being read.
pub(crate) struct Source {
    path: String,
    ids_path: String,
    about: About,
    /// At the next row.
    numbers: File,
    big_endian: bool,
    /// Bytes of the numbers read last.
    bytes: Vec<u8>,
    ids: Lines<BufReader<File>>,
    /// Rows not yet read.
    left: u64,
    /// Whether the last of them is the last of the file.
    to_the_end: bool,
}

impl Source {
    /// Opens `path` and the files beside it and holds them against their description; reads the
    /// rows `rows`, or all of them.
    pub(crate) fn open(path: &Path, rows: Option<Range<u64>>) -> Result<Self, StoreError> {
        let (about, lengths) = description(&about_path(path))?;
        let (mut numbers, big_endian) = numbers(path, &about, lengths.vectors_bytes)?;
        let ids = sized(&ids_path(path), lengths.ids_bytes)?;
        let rows = rows.unwrap_or(0..about.texts);
        let row_bytes = about.origin.dimension * about.origin.precision.bytes();
        // No overflow: the file has the bytes of all rows, and the range lies within them.
        let before = i64::try_from(rows.start * row_bytes as u64).unwrap_or(i64::MAX);
        numbers.seek(SeekFrom::Current(before)).map_err(StoreError::io(path))?;
        let mut source = Self {
            path: path.display().to_string(),
            ids_path: ids_path(path).display().to_string(),
            left: rows.end - rows.start,
            to_the_end: rows.end == about.texts,
            about,
            numbers,
            big_endian,
            bytes: Vec::new(),
            ids: BufReader::new(ids).lines(),
        };
        for _ in 0..rows.start {
            source.next_line()?;
        }
        Ok(source)
    }

    pub(crate) fn about(&self) -> &About {
        &self.about
    }

    /// The next rows, `rows` of them where there are so many, or `None` after the last.
    pub(crate) fn next_block(&mut self, rows: usize) -> Result<Option<Block>, StoreError> {
        let dimension = self.about.origin.dimension;
        let rows = (rows.max(1) as u64).min(self.left) as usize;
        if rows == 0 {
            return match self.ids.next() {
                Some(_) if self.to_the_end => {
                    Err(self.damaged_ids("it has more ids than there are vectors"))
                }
                _ => Ok(None),
            };
        }
        self.left -= rows as u64;
        let mut block = Block::default();
        for _ in 0..rows {
            let row = self.next_row()?;
            block.ids.push(row.id);
            block.langs.push(row.lang);
        }
        self.bytes.resize(rows * dimension * self.about.origin.precision.bytes(), 0);
        let read = self.numbers.read_exact(&mut self.bytes);
        read.map_err(|error| StoreError::damaged(&self.path, error.to_string()))?;
        block.numbers = match self.about.origin.precision {
            Precision::F16 => Numbers::F16(f16s(&self.bytes, self.big_endian)),
            Precision::F32 => Numbers::F32(f32s(&self.bytes, self.big_endian)),
        };
        Ok(Some(block))
    }

    fn next_line(&mut self) -> Result<String, StoreError> {
        let Some(line) = self.ids.next() else {
            return Err(self.damaged_ids("it has less ids than there are vectors"));
        };
        line.map_err(|error| self.damaged_ids(error.to_string()))
    }

    fn next_row(&mut self) -> Result<Row<String>, StoreError> {
        let line = self.next_line()?;
        serde_json::from_str(&line).map_err(|error| self.damaged_ids(error.to_string()))
    }

    fn damaged_ids(&self, reason: impl Into<String>) -> StoreError {
        StoreError::damaged(&self.ids_path, reason)
    }
}

fn description(path: &Path) -> Result<(About, Lengths), StoreError> {
    let file = File::open(path).map_err(StoreError::io(path))?;
    let mut json = String::new();
    let read = file.take(LONGEST_DESCRIPTION).read_to_string(&mut json);
    read.map_err(StoreError::io(path))?;
    let path = path.display().to_string();
    let about = About::parse(&path, &json)?;
    let lengths = serde_json::from_str(&json)
        .map_err(|error| StoreError::damaged(&path, error.to_string()))?;
    Ok((about, lengths))
}

/// Opens a file that must have `bytes` bytes.
fn sized(path: &Path, bytes: u64) -> Result<File, StoreError> {
    let file = File::open(path).map_err(StoreError::io(path))?;
    let found = file.metadata().map_err(StoreError::io(path))?.len();
    if found == bytes {
        return Ok(file);
    }
    let reason = format!("it has {found} bytes where its description says {bytes}");
    Err(StoreError::damaged(&path.display().to_string(), reason))
}

/// The file at its first number, and whether its numbers are big-endian.
fn numbers(path: &Path, about: &About, bytes: u64) -> Result<(File, bool), StoreError> {
    let mut file = sized(path, bytes)?;
    let mut head = Vec::new();
    (&mut file).take(LONGEST_HEADER).read_to_end(&mut head).map_err(StoreError::io(path))?;
    let damaged = |reason: String| StoreError::damaged(&path.display().to_string(), reason);
    if !head.starts_with(MARK) {
        return Err(damaged("it does not start as an array of NumPy".to_owned()));
    }
    let mut rest = head.as_slice();
    let header = NpyHeader::from_reader(&mut rest).map_err(|error| damaged(error.to_string()))?;
    let start = (head.len() - rest.len()) as u64;

    let (texts, dimension) = (about.texts, about.origin.dimension as u64);
    if header.shape() != [texts, dimension] || header.order() != Order::C {
        let shape = header.shape();
        return Err(damaged(format!("its shape is {shape:?}, expected [{texts}, {dimension}]")));
    }
    let width = about.origin.precision.bytes();
    let content = texts.checked_mul(dimension).and_then(|count| count.checked_mul(width as u64));
    if content != Some(bytes - start) {
        return Err(damaged(format!("it has not the bytes of {texts} × {dimension} numbers")));
    }
    let big_endian = endianness(&header.dtype().descr(), width).map_err(damaged)?;
    file.seek(SeekFrom::Start(start)).map_err(StoreError::io(path))?;
    Ok((file, big_endian))
}

/// Whether numbers that the header calls `descr` are big-endian; they must be floats of `width`
/// bytes.
fn endianness(descr: &str, width: usize) -> Result<bool, String> {
    let name = descr.trim_matches('\'');
    match name.split_at_checked(1) {
        Some(("<", rest)) if rest == format!("f{width}") => Ok(false),
        Some((">", rest)) if rest == format!("f{width}") => Ok(true),
        _ => Err(format!("its numbers are `{name}`, expected `<f{width}`")),
    }
}

fn f16s(bytes: &[u8], big_endian: bool) -> Vec<f16> {
    let (numbers, _) = bytes.as_chunks();
    let numbers = numbers.iter().copied();
    if big_endian {
        numbers.map(f16::from_be_bytes).collect()
    } else {
        numbers.map(f16::from_le_bytes).collect()
    }
}

fn f32s(bytes: &[u8], big_endian: bool) -> Vec<f32> {
    let (numbers, _) = bytes.as_chunks();
    let numbers = numbers.iter().copied();
    if big_endian {
        numbers.map(f32::from_be_bytes).collect()
    } else {
        numbers.map(f32::from_le_bytes).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_either_order_of_bytes_are_read() {
        assert_eq!(f32s(&1.5_f32.to_le_bytes(), false), [1.5]);
        assert_eq!(f32s(&1.5_f32.to_be_bytes(), true), [1.5]);
        let half = f16::from_f32(-0.25);
        assert_eq!(f16s(&half.to_le_bytes(), false), [half]);
        assert_eq!(f16s(&half.to_be_bytes(), true), [half]);
        assert_eq!(endianness("'<f2'", 2), Ok(false));
        assert_eq!(endianness("'>f4'", 4), Ok(true));
        assert!(endianness("'<f4'", 2).is_err());
        assert!(endianness("'<i2'", 2).is_err());
    }
}
