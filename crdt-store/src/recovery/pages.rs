//! The pages of a file of SQLite, read without SQLite, so that one that is damaged keeps nobody
//! from the others.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::journal::Journal;
use crate::error::StoreError;

/// How long pages are where the file does not say so any more.
const PAGE: usize = 2048;

/// A file and its journal, in memory.
pub(super) struct Pages {
    file: Vec<u8>,
    journal: Journal,
    size: usize,
    /// The newest image of each page that is in the journal.
    newest: HashMap<u32, usize>,
}

impl Pages {
    /// Reads a file, which nobody may write meanwhile, and what its journal has beside it.
    pub(super) fn read(path: &Path) -> Result<Self, StoreError> {
        let file = read(path)?.ok_or_else(|| StoreError::NotFound(path.to_owned()))?;
        Ok(Self::new(file, read(&beside(path))?.unwrap_or_default()))
    }

    fn new(file: Vec<u8>, journal: Vec<u8>) -> Self {
        let size = size_of_pages(&file).or_else(|| Journal::size_of_pages(&journal));
        let size = size.unwrap_or(PAGE);
        let journal = Journal::new(journal, size);
        let newest = journal.images().map(|(page, place, _)| (page, place)).collect();
        Self { file, journal, size, newest }
    }

    /// How many bytes of a page are used: all of them in every store, whatever the file says now.
    pub(super) fn usable(&self) -> usize {
        self.size
    }

    /// How many bytes there are at most, in all pages.
    pub(super) fn len(&self) -> usize {
        self.file.len() + self.journal.len()
    }

    /// Every image of every page, those that came later last.
    pub(super) fn images(&self) -> impl Iterator<Item = Page<'_>> {
        let first = self
            .file
            .chunks(self.size)
            .enumerate()
            .map(|(place, bytes)| Page { start: if place == 0 { 100 } else { 0 }, bytes });
        let later = self
            .journal
            .images()
            .map(|(page, _, bytes)| Page { start: if page == 1 { 100 } else { 0 }, bytes });
        first.chain(later)
    }

    /// The images that a page has: the newest, and that in the file itself.
    pub(super) fn page(&self, number: u32) -> impl Iterator<Item = &[u8]> {
        let newest = self.newest.get(&number).and_then(|place| self.journal.image(*place));
        let start = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        let start = start.and_then(|before| before.checked_mul(self.size));
        let kept = start.and_then(|start| self.file.get(start..start.checked_add(self.size)?));
        newest.into_iter().chain(kept)
    }
}

/// The journal of a file alone.
pub(super) fn journal_of(path: &Path) -> Result<Journal, StoreError> {
    let mut begin = Vec::new();
    let read_begin = fs::File::open(path).and_then(|file| file.take(100).read_to_end(&mut begin));
    read_begin.map_err(|source| StoreError::Io { path: path.to_owned(), source })?;
    let journal = read(&beside(path))?.unwrap_or_default();
    let size = size_of_pages(&begin).or_else(|| Journal::size_of_pages(&journal));
    Ok(Journal::new(journal, size.unwrap_or(PAGE)))
}

fn beside(path: &Path) -> PathBuf {
    let mut journal = path.as_os_str().to_owned();
    journal.push("-wal");
    journal.into()
}

/// An image of a page.
pub(super) struct Page<'a> {
    /// Where its header begins.
    pub(super) start: usize,
    pub(super) bytes: &'a [u8],
}

/// What the file says of the length of its pages, if that can be so.
fn size_of_pages(file: &[u8]) -> Option<usize> {
    let bytes = file.get(16..18)?;
    let size = match u16::from_be_bytes([bytes[0], bytes[1]]) {
        1 => 1 << 16,
        size => usize::from(size),
    };
    (size.is_power_of_two() && size >= 512).then_some(size)
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StoreError::Io { path: path.to_owned(), source }),
    }
}
