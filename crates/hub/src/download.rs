//! From an address to a whole, verified file.
//!
//! Bytes go to `NAME.part` beside the final name and the file is renamed once its length and hash
//! are right, so a final name always means a whole file. A part file is continued when it can be
//! known that it belongs to the same file: by a hash that the end result must have, or by the
//! server's validator (`NAME.part.tag`), which `If-Range` sends back. Where neither is known the
//! file is fetched anew, because two versions glued together would go unnoticed. The part file is
//! locked, so two processes never write one file.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use ureq::Body;
use ureq::http::Response;

use crate::client::{Client, Failure, Request, text};
use crate::{Digest, Event, HubError, OnEvent};

/// A file to fetch.
#[derive(Clone, Copy)]
pub struct Download<'a> {
    /// Its address.
    pub url: &'a str,
    /// What messages call it.
    pub name: &'a str,
    /// Token for the address's own origin.
    pub token: Option<&'a str>,
    /// Length in bytes, where known.
    pub size: Option<u64>,
    /// Hash, where known.
    pub digest: Option<&'a Digest>,
}

impl Client {
    /// Fetches to `dest`. A file that is there already is left as it is: whether it is the right
    /// one, the caller knows.
    pub fn download(
        &self,
        download: &Download<'_>,
        dest: &Path,
        on: &mut OnEvent,
    ) -> Result<(), HubError> {
        let parent = artifact::parent_of(dest);
        fs::create_dir_all(parent).map_err(HubError::io(parent))?;
        let mut part = Part::open(dest, download)?;
        // Checked under the lock: another process may have finished in between.
        if dest.exists() {
            return part.discard();
        }
        let mut left_over = part.length > 0;
        loop {
            if let Err(error) = self.fill(download, &mut part, on) {
                // An empty part file is of use to nobody.
                if part.length == 0 {
                    part.discard()?;
                }
                return Err(error);
            }
            match part.verify(download) {
                Ok(()) => break,
                // The rest of an earlier run may be of an earlier version: once more, from zero.
                Err(HubError::Hash { .. }) if left_over => part.clear()?,
                Err(error) => {
                    part.discard()?;
                    return Err(error);
                }
            }
            left_over = false;
        }
        part.finish(dest)?;
        on(Event::Done { name: download.name });
        Ok(())
    }

    /// Repeats attempts until the part file has all bytes.
    fn fill(
        &self,
        download: &Download<'_>,
        part: &mut Part,
        on: &mut OnEvent,
    ) -> Result<(), HubError> {
        let mut attempts = self.attempts(download.url, download.name);
        // Progress is a new greatest length: a server that always starts over and always breaks
        // off at the same byte makes none.
        let mut reached = part.length;
        while download.size != Some(part.length) {
            match self.attempt(download, part, on) {
                Ok(()) => return Ok(()),
                Err(failure) => {
                    if part.length > reached {
                        reached = part.length;
                        attempts.progress();
                    }
                    attempts.after(failure, on)?;
                }
            }
        }
        Ok(())
    }

    /// One request, whose bytes are added to the part file.
    fn attempt(
        &self,
        download: &Download<'_>,
        part: &mut Part,
        on: &mut OnEvent,
    ) -> Result<(), Failure> {
        let validator = part.validator();
        let from = (part.length > 0).then_some((part.length, validator.as_deref()));
        let request =
            Request { url: download.url, name: download.name, token: download.token, from };
        let response = self.ask(&request)?;
        let total = match response.status().as_u16() {
            206 => {
                let (first, total) = content_range(&response).unwrap_or((u64::MAX, None));
                if first != part.length {
                    part.clear()?;
                    return Err(Failure::again("the server sent another range than asked for"));
                }
                total
            }
            416 => {
                let (_, total) = content_range(&response).unwrap_or_default();
                if total == Some(part.length) {
                    return Ok(());
                }
                part.clear()?;
                return Err(Failure::again("the server has no such range"));
            }
            _ => {
                part.clear()?;
                part.remember(&response)?;
                response.body().content_length()
            }
        };
        if let (Some(expected), Some(found)) = (download.size, total)
            && expected != found
        {
            return Err(length(download, expected, found).into());
        }
        part.append(response, download, download.size.or(total), on)
    }
}

fn length(download: &Download<'_>, expected: u64, found: u64) -> HubError {
    HubError::Length { url: download.url.to_owned(), expected, found }
}

/// First byte and length of the whole, from `bytes 5-9/10` or `bytes */10`.
fn content_range(response: &Response<Body>) -> Option<(u64, Option<u64>)> {
    let range = text(response, "content-range")?.trim().strip_prefix("bytes ")?;
    let (bytes, total) = range.split_once('/')?;
    let first = bytes.split('-').next()?.parse().unwrap_or_default();
    Some((first, total.parse().ok()))
}

/// The unfinished file.
struct Part {
    path: PathBuf,
    tag: PathBuf,
    file: File,
    length: u64,
}

impl Part {
    /// Opens and locks the part file of `dest`; what cannot be continued is dropped.
    fn open(dest: &Path, download: &Download<'_>) -> Result<Self, HubError> {
        let beside = |suffix: &str| {
            let mut name = dest.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        };
        let (path, tag) = (beside(".part"), beside(".part.tag"));
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(HubError::io(&path))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                return Err(HubError::Busy { path: path.display().to_string() });
            }
            // Some network file systems have no locks; the hash still guards the result.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let length = file.metadata().map_err(HubError::io(&path))?.len();
        let mut part = Self { path, tag, file, length };
        let known = download.digest.is_some() || part.validator().is_some();
        if !known || download.size.is_some_and(|size| part.length > size) {
            part.clear()?;
        }
        Ok(part)
    }

    /// The validator of the bytes that are there.
    fn validator(&self) -> Option<String> {
        fs::read_to_string(&self.tag).ok().filter(|tag| !tag.is_empty())
    }

    /// Keeps the validator of a response that starts the file. A weak one does not vouch for
    /// every byte.
    fn remember(&self, response: &Response<Body>) -> Result<(), HubError> {
        let etag = text(response, "etag").filter(|tag| tag.starts_with('"'));
        match etag.or_else(|| text(response, "last-modified")) {
            Some(validator) => fs::write(&self.tag, validator).map_err(HubError::io(&self.tag)),
            None => Ok(()),
        }
    }

    /// Back to an empty file.
    fn clear(&mut self) -> Result<(), HubError> {
        if self.length > 0 {
            self.file.set_len(0).map_err(HubError::io(&self.path))?;
            self.length = 0;
        }
        if self.tag.exists() {
            fs::remove_file(&self.tag).map_err(HubError::io(&self.tag))?;
        }
        Ok(())
    }

    /// Adds a response's bytes; `total` is the length of the whole file, where known.
    fn append(
        &mut self,
        response: Response<Body>,
        download: &Download<'_>,
        total: Option<u64>,
        on: &mut OnEvent,
    ) -> Result<(), Failure> {
        let name = download.name;
        let mut body = response.into_body().into_reader();
        let mut buffer = vec![0; 1 << 16];
        loop {
            on(Event::Bytes { name, done: self.length, total });
            let read = match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) => {
                    return Err(Failure::again(format!("the connection broke: {error}")));
                }
            };
            let longer = self.length + read as u64;
            if let Some(total) = total
                && longer > total
            {
                self.clear()?;
                return Err(length(download, total, longer).into());
            }
            self.file.write_all(&buffer[..read]).map_err(HubError::io(&self.path))?;
            self.length = longer;
        }
        match total {
            Some(total) if self.length < total => Err(Failure::again(format!(
                "the connection ended after {} of {total} bytes",
                self.length
            ))),
            _ => Ok(()),
        }
    }

    /// Checks length and hash.
    fn verify(&self, download: &Download<'_>) -> Result<(), HubError> {
        if let Some(size) = download.size
            && size != self.length
        {
            return Err(length(download, size, self.length));
        }
        let Some(digest) = download.digest else { return Ok(()) };
        let found = digest.of_file(&self.path).map_err(HubError::io(&self.path))?;
        if found == digest.hex() {
            return Ok(());
        }
        Err(HubError::Hash {
            url: download.url.to_owned(),
            kind: digest.kind(),
            expected: digest.hex().to_owned(),
            found,
        })
    }

    /// Gives the file its final name.
    fn finish(self, dest: &Path) -> Result<(), HubError> {
        self.file.sync_all().map_err(HubError::io(&self.path))?;
        fs::rename(&self.path, dest).map_err(HubError::io(dest))?;
        let _ = fs::remove_file(&self.tag);
        Ok(())
    }

    /// Removes the part file.
    fn discard(&mut self) -> Result<(), HubError> {
        self.clear()?;
        fs::remove_file(&self.path).map_err(HubError::io(&self.path))
    }
}
