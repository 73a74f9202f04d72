//! An array and its ids into rows, with every size doubted.

use std::fs::File;
use std::io::{BufRead, BufReader, Lines, Read, Seek, SeekFrom};
use std::path::Path;

use half::f16;
use npyz::{Deserialize, NpyFile, NpyHeader, NpyReader, Order};

use super::{Lengths, Row, about_path, ids_path};
use crate::{About, Batch, Precision, StoreError};

/// Bytes that the header of an array of two axes and its description may have.
const LONGEST_HEADER: u64 = 1 << 10;
const LONGEST_DESCRIPTION: u64 = 1 << 20;
/// How a header of version 1 starts, the only one whose length has 16 bits.
const MARK: &[u8] = b"\x93NUMPY\x01\x00";
/// Numbers of a batch.
const STEP: usize = 1 << 18;

/// Three files being read.
pub(crate) struct Source {
    path: String,
    ids_path: String,
    about: About,
    numbers: Numbers,
    ids: Lines<BufReader<File>>,
    /// Rows not yet read.
    left: u64,
}

enum Numbers {
    F16(NpyReader<f16, BufReader<File>>),
    F32(NpyReader<f32, BufReader<File>>),
}

impl Source {
    /// Opens `path` and the files beside it and holds them against their description.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let (about, lengths) = description(&about_path(path))?;
        let numbers = numbers(path, &about, lengths.vectors_bytes)?;
        let ids = sized(&ids_path(path), lengths.ids_bytes)?;
        Ok(Self {
            path: path.display().to_string(),
            ids_path: ids_path(path).display().to_string(),
            left: about.texts,
            about,
            numbers,
            ids: BufReader::new(ids).lines(),
        })
    }

    pub(crate) fn about(&self) -> &About {
        &self.about
    }

    /// The next rows, or `None` after the last.
    pub(crate) fn next_batch(&mut self) -> Result<Option<Batch>, StoreError> {
        let dimension = self.about.origin.dimension;
        let rows = ((STEP / dimension).max(1) as u64).min(self.left) as usize;
        if rows == 0 {
            return match self.ids.next() {
                None => Ok(None),
                Some(_) => Err(self.damaged_ids("it has more ids than there are vectors")),
            };
        }
        self.left -= rows as u64;
        let mut batch = Batch::default();
        for _ in 0..rows {
            let row = self.next_row()?;
            batch.ids.push(row.id);
            batch.langs.push(row.lang);
        }
        let count = rows * dimension;
        let numbers: std::io::Result<Vec<f32>> = match &mut self.numbers {
            Numbers::F16(reader) => reader.take(count).map(|v| v.map(f16::to_f32)).collect(),
            Numbers::F32(reader) => reader.take(count).collect(),
        };
        batch.vectors =
            numbers.map_err(|error| StoreError::damaged(&self.path, error.to_string()))?;
        Ok(Some(batch))
    }

    fn next_row(&mut self) -> Result<Row<String>, StoreError> {
        let Some(line) = self.ids.next() else {
            return Err(self.damaged_ids("it has less ids than there are vectors"));
        };
        let line = line.map_err(|error| self.damaged_ids(error.to_string()))?;
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

fn numbers(path: &Path, about: &About, bytes: u64) -> Result<Numbers, StoreError> {
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
    let number = about.origin.precision.bytes() as u64;
    let content = texts.checked_mul(dimension).and_then(|count| count.checked_mul(number));
    if content != Some(bytes - start) {
        return Err(damaged(format!("it has not the bytes of {texts} × {dimension} numbers")));
    }
    file.seek(SeekFrom::Start(start)).map_err(StoreError::io(path))?;
    match about.origin.precision {
        Precision::F16 => typed(header, file).map(Numbers::F16),
        Precision::F32 => typed(header, file).map(Numbers::F32),
    }
    .map_err(damaged)
}

fn typed<T: Deserialize>(
    header: NpyHeader,
    file: File,
) -> Result<NpyReader<T, BufReader<File>>, String> {
    let array = NpyFile::with_header(header, BufReader::new(file));
    array.data().map_err(|error| error.to_string())
}
