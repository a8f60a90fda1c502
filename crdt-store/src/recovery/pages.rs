//! The pages of a file of SQLite, read without SQLite, so that one that is damaged keeps nobody
//! from the others.

use core::cell::Cell;
use std::collections::BTreeMap;
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
    /// How many bytes may still be followed from page to page.
    left: Cell<usize>,
}

/// How often each byte may be followed to: a page is that of one row, and there are rows of times
/// before.
const FOLLOWED: usize = 16;

impl Pages {
    /// Reads a file, which nobody may write meanwhile, and what its journal has beside it.
    pub(super) fn read(path: &Path) -> Result<Self, StoreError> {
        let file = read(path)?.ok_or_else(|| StoreError::NotFound(path.to_owned()))?;
        Ok(Self::new(file, read(&beside(path))?.unwrap_or_default()))
    }

    fn new(file: Vec<u8>, journal: Vec<u8>) -> Self {
        let size = size_of_pages(&file).or_else(|| Journal::size_of_pages(&journal));
        let size = size.unwrap_or(PAGE);
        let left = Cell::new((file.len() + journal.len()).saturating_mul(FOLLOWED));
        Self { file, journal: Journal::new(journal, size), size, left }
    }

    /// How SQLite sees the pages, if it does not see all of the journal, and how they are with that.
    pub(super) fn views(&self) -> impl Iterator<Item = View<'_>> {
        let [all, seen] = self.journal.counts();
        let counts = [(seen < all).then_some(seen), Some(all)];
        counts.into_iter().flatten().map(|count| {
            let images = self.journal.images().take(count);
            View { pages: self, newest: images.map(|(page, place, _)| (page, place)).collect() }
        })
    }
}

/// The pages as they were at a time.
pub(super) struct View<'a> {
    pages: &'a Pages,
    /// The image of each page that is in the journal.
    newest: BTreeMap<u32, usize>,
}

impl View<'_> {
    /// How many bytes of a page are used: all of them in every store, whatever the file says now.
    pub(super) fn usable(&self) -> usize {
        self.pages.size
    }

    /// How many bytes there are at most, in all pages.
    pub(super) fn len(&self) -> usize {
        self.pages.file.len() + self.pages.journal.len()
    }

    /// Of every page the image in the file, and then that in the journal.
    pub(super) fn images(&self) -> impl Iterator<Item = Page<'_>> {
        let Pages { file, journal, size, .. } = self.pages;
        let later = self.newest.iter();
        let later = later.filter_map(|(page, place)| Some((*page, journal.image(*place)?)));
        (1..).zip(file.chunks(*size)).chain(later).map(|(page, bytes)| Page {
            // The file begins with a header of its own.
            start: if page == 1 { 100 } else { 0 },
            bytes,
        })
    }

    /// The images that a page has: that in the journal, and that in the file.
    pub(super) fn page(&self, number: u32) -> impl Iterator<Item = &[u8]> {
        let Pages { file, journal, size, .. } = self.pages;
        let newest = self.newest.get(&number).and_then(|place| journal.image(*place));
        let start = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        let start = start.and_then(|before| before.checked_mul(*size));
        let kept = start.and_then(|start| file.get(start..start.checked_add(*size)?));
        newest.into_iter().chain(kept)
    }

    /// Whether so many bytes more may be followed from page to page. Pages that are damaged, or made
    /// to deceive, can lead in circles, and each of very many rows through all of them.
    pub(super) fn allows(&self, more: usize) -> bool {
        let left = self.pages.left.get().checked_sub(more);
        left.inspect(|left| self.pages.left.set(*left)).is_some()
    }
}

/// The journal of a file alone.
pub(super) fn journal_of(path: &Path) -> Result<Journal, StoreError> {
    let journal = read(&beside(path))?.unwrap_or_default();
    // Closing the file would give up the locks that SQLite has on it in this process.
    if let Some(size) = Journal::size_of_pages(&journal) {
        return Ok(Journal::new(journal, size));
    }
    if journal.is_empty() {
        return Ok(Journal::new(journal, PAGE));
    }
    let mut begin = Vec::new();
    let read = match fs::File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        file => file.and_then(|file| file.take(100).read_to_end(&mut begin)),
    };
    read.map_err(|source| StoreError::io(path, source))?;
    Ok(Journal::new(journal, size_of_pages(&begin).unwrap_or(PAGE)))
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
    // Whatever else it is may be endless, or have somebody wait.
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        let source = io::Error::new(io::ErrorKind::InvalidInput, "it is no file");
        return Err(StoreError::io(path, source));
    }
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StoreError::io(path, source)),
    }
}
