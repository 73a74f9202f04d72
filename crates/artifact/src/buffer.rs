//! Bytes that many tensors share.
//!
//! A weights file is held once, in memory or mapped, and every tensor is a range of it. A table of
//! a million rows then costs no copy: the system pages in the rows that are read.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// A range of bytes with shared ownership; cloning is cheap.
#[derive(Clone)]
pub struct Buffer {
    owner: Arc<dyn AsRef<[u8]> + Send + Sync>,
    range: Range<usize>,
}

impl Buffer {
    /// All bytes of `owner`.
    pub fn new(owner: impl AsRef<[u8]> + Send + Sync + 'static) -> Self {
        let range = 0..owner.as_ref().len();
        Self { owner: Arc::new(owner), range }
    }

    /// The bytes `range` of this buffer.
    ///
    /// # Panics
    ///
    /// When `range` lies outside.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        assert!(range.start <= range.end && range.end <= self.range.len(), "inside the buffer");
        let start = self.range.start;
        Self { owner: Arc::clone(&self.owner), range: start + range.start..start + range.end }
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &(*self.owner).as_ref()[self.range.clone()]
    }
}

impl PartialEq for Buffer {
    fn eq(&self, other: &Self) -> bool {
        self[..] == other[..]
    }
}

impl From<Vec<u8>> for Buffer {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new(bytes)
    }
}

impl From<&[u8]> for Buffer {
    fn from(bytes: &[u8]) -> Self {
        Self::new(bytes.to_vec())
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.range.len())
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::fs::File;
    use std::path::Path;

    use super::Buffer;
    use crate::ArtifactError;

    impl Buffer {
        /// Maps the file at `path`.
        ///
        /// The file must not be changed while it is mapped, as is usual for weights; models are
        /// replaced by renaming, which leaves a mapped file whole.
        pub fn map(path: &Path) -> Result<Self, ArtifactError> {
            let file = File::open(path).map_err(ArtifactError::io(path))?;
            let length = file.metadata().map_err(ArtifactError::io(path))?.len();
            if length == 0 {
                // An empty mapping is an error on some systems.
                return Ok(Self::new(Vec::new()));
            }
            // SAFETY: the map is read-only and private to the buffer. Another process that
            // truncates the file under us would end this one with a signal, never hand out bytes
            // of other memory; nothing here writes to a file that may be mapped.
            #[allow(unsafe_code)]
            let map = unsafe { memmap2::Mmap::map(&file) }.map_err(ArtifactError::io(path))?;
            Ok(Self::new(map))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_of_slices_are_ranges_of_the_whole() {
        let buffer = Buffer::from(vec![0, 1, 2, 3, 4, 5]);
        let inner = buffer.slice(1..5).slice(1..3);
        assert_eq!(&*inner, [2, 3]);
        assert_eq!(&*inner.slice(2..2), [0_u8; 0]);
    }
}
