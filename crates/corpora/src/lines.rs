//! Lines of a text file, plain or gzip, one at a time.
//!
//! Training files are larger uncompressed than what is kept of them, so a file is never held
//! whole: the reader owns one line buffer. Whether a file is compressed is told by its first two
//! bytes, because downloads lose or gain `.gz` on the way. A line has a limit, because a small
//! compressed file can hold an endless one.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::CorpusError;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const BUFFER: usize = 1 << 16;
/// Bytes a line may have; far above any text that a model reads.
const LONGEST_LINE: usize = 64 << 20;

/// A file being read line by line.
pub(crate) struct Lines {
    file: String,
    reader: Box<dyn BufRead>,
    gzip: bool,
    line: usize,
    buffer: Vec<u8>,
}

impl Lines {
    /// Opens `path`; errors name the file by it.
    pub(crate) fn open(path: &Path) -> Result<Self, CorpusError> {
        let file = path.display().to_string();
        let failed = |source| CorpusError::Io { file: file.clone(), source };
        let mut plain = BufReader::with_capacity(BUFFER, File::open(path).map_err(failed)?);
        let gzip = plain.fill_buf().map_err(failed)?.starts_with(&GZIP_MAGIC);
        let reader: Box<dyn BufRead> = if gzip {
            Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(plain)))
        } else {
            Box::new(plain)
        };
        Ok(Self { file, reader, gzip, line: 0, buffer: Vec::new() })
    }

    /// The file's name in errors.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// The next line that is not blank, with its number from 1 and without its line ending; `None`
    /// at the end. A byte order mark at the start of the file is not part of the text.
    pub(crate) fn next_line(&mut self) -> Result<Option<(usize, &str)>, CorpusError> {
        loop {
            self.buffer.clear();
            let mut limited = self.reader.by_ref().take(LONGEST_LINE as u64 + 1);
            let read = limited.read_until(b'\n', &mut self.buffer);
            self.line += 1;
            match read.map_err(|source| self.failed(source))? {
                0 => return Ok(None),
                length if length > LONGEST_LINE => {
                    let (file, line) = (self.file.clone(), self.line);
                    return Err(CorpusError::LongLine { file, line, limit: LONGEST_LINE });
                }
                _ => {}
            }
            if self.line == 1 && self.buffer.starts_with("\u{feff}".as_bytes()) {
                self.buffer.drain(..'\u{feff}'.len_utf8());
            }
            if !self.buffer.trim_ascii().is_empty() {
                break;
            }
        }
        let text = std::str::from_utf8(&self.buffer)
            .map_err(|_| CorpusError::InvalidUtf8 { file: self.file.clone(), line: self.line })?;
        Ok(Some((self.line, text.trim_end_matches(['\n', '\r']))))
    }

    fn failed(&self, source: io::Error) -> CorpusError {
        let file = self.file.clone();
        if self.gzip {
            CorpusError::Gzip { file, line: self.line, source }
        } else {
            CorpusError::Io { file, source }
        }
    }
}
