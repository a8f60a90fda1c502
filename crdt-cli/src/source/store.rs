//! A store, and one document of it.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crdt_core::DocumentId;
use crdt_store::{Listing, Store, StoreError, StoreOptions};

use super::error::{Candidates, SourceError};
use crate::output::in_line;

/// A store that is open.
#[derive(Debug)]
pub(crate) struct StoreFile {
    pub(crate) path: PathBuf,
    pub(crate) store: Store,
}

/// A document of it.
#[derive(Debug)]
pub(crate) struct StoredDocument {
    pub(crate) file: StoreFile,
    pub(crate) listing: Listing,
    /// What it is called in messages.
    pub(super) name: String,
}

/// What every file of SQLite begins with.
pub(super) const MARK: &[u8] = b"SQLite format 3\0";

/// Whether a file is of SQLite, so that it is a store if it is anything of ours.
///
/// What is no file, such as a pipe, is not looked at: what is read from it is gone.
pub(crate) fn is_store(path: &Path) -> bool {
    if !path.is_file() {
        return false;
    }
    let mut begin = Vec::new();
    let read = File::open(path).and_then(|file| file.take(16).read_to_end(&mut begin));
    read.is_ok() && begin == MARK
}

impl StoreFile {
    /// Opens a store to look at it, so that nothing appears beside it.
    pub(crate) fn look(path: &Path) -> Result<Self, SourceError> {
        Self::open(path, &StoreOptions::new().read_as_is())
    }

    /// Opens a store to write what need not be signed.
    pub(crate) fn keep(path: &Path) -> Result<Self, SourceError> {
        Self::open(path, &StoreOptions::new().existing().without_key())
    }

    /// Opens a store.
    pub(crate) fn open(path: &Path, options: &StoreOptions) -> Result<Self, SourceError> {
        let opened = Store::open_with(path, options);
        let store = opened.map_err(|error| match error {
            StoreError::NotFound(path) => SourceError::Missing(path),
            StoreError::NotAStore(_) if is_store(path) => {
                SourceError::NoStoreAnyMore(path.display().to_string())
            }
            StoreError::NotAStore(_) => SourceError::NotAStore(path.display().to_string()),
            error => SourceError::store(path, error),
        })?;
        Ok(Self { path: path.to_owned(), store })
    }

    /// What it is called in messages.
    pub(crate) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// An error of the store, with its name.
    pub(crate) fn failed(&self, error: StoreError) -> SourceError {
        SourceError::store(&self.path, error)
    }

    /// As [`failed`](Self::failed), where it may be about another file.
    pub(crate) fn failed_at(&self, path: &Path, error: StoreError) -> SourceError {
        match error {
            StoreError::Io { path: at, source } if at == path => SourceError::writing(path, source),
            error => self.failed(error),
        }
    }

    /// How many bytes the file has, with what SQLite has beside it.
    pub(crate) fn bytes(&self) -> u64 {
        let path = self.store.path().unwrap_or_else(|| self.path.clone());
        let files = ["", "-wal"].map(|ending| super::beside(&path, ending));
        files.iter().filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum()
    }

    /// All documents.
    pub(crate) fn documents(&self) -> Result<Vec<Listing>, SourceError> {
        self.store.documents().map_err(|error| self.failed(error))
    }

    /// The document that is meant by the beginning of its id or by its title; the only one if
    /// nothing is said.
    pub(crate) fn choose(&self, wanted: Option<&str>) -> Result<Listing, SourceError> {
        let mut all = self.documents()?;
        let Some(wanted) = wanted else {
            return match all.len() {
                0 => Err(SourceError::EmptyStore(self.name())),
                1 => Ok(all.remove(0)),
                _ => Err(SourceError::WhichDocument {
                    name: self.name(),
                    candidates: Candidates(all),
                }),
            };
        };
        let digits = wanted.to_ascii_lowercase();
        let is_meant = |listing: &Listing| {
            let is_named = listing.id.to_string().starts_with(&digits) && !digits.is_empty();
            is_named || listing.title.as_deref() == Some(wanted)
        };
        let (name, wanted) = (self.name(), wanted.to_owned());
        let (mut meant, others): (Vec<_>, Vec<_>) = all.into_iter().partition(is_meant);
        match meant.len() {
            0 => Err(SourceError::NoDocument { name, wanted, candidates: Candidates(others) }),
            1 => Ok(meant.remove(0)),
            _ => Err(SourceError::Ambiguous { name, wanted, candidates: Candidates(meant) }),
        }
    }

    /// As [`choose`](Self::choose), with the store.
    pub(crate) fn document(self, wanted: Option<&str>) -> Result<StoredDocument, SourceError> {
        let listing = self.choose(wanted)?;
        let what = listing.title.as_deref().map_or_else(|| short(listing.id), in_line);
        let name = format!("{} ({what})", self.path.display());
        Ok(StoredDocument { file: self, listing, name })
    }
}

/// The first digits of an id.
pub(crate) fn short(id: DocumentId) -> String {
    let mut digits = id.to_string();
    digits.truncate(8);
    digits
}
