//! Where documents are written: a file of their own, or a store.

use std::path::Path;

use crdt_core::{Author, ChangeHash, ChangeOptions, Document, DocumentId, History, Json};

use super::check::Problem;
use super::error::SourceError;
use super::keep::{self, StoreTarget};
use super::place::Place;
use super::write::{FileTarget, json_of, write_new};
use crate::failure::Failure;
use crate::keys::KeyOption;

/// Where a document is about to be written.
#[derive(Debug)]
pub(crate) enum Target {
    File(FileTarget),
    Store(StoreTarget),
}

/// What came of an import.
pub(crate) struct Imported {
    pub(crate) document: DocumentId,
    pub(crate) changes: usize,
    pub(crate) new_changes: usize,
    pub(crate) waiting_bundles: usize,
    /// What was passed over.
    pub(crate) problems: Vec<Problem>,
    /// How many waiting bundles were passed over.
    pub(crate) left_out: usize,
}

impl Imported {
    /// What came of one, given the document after it and how many changes it had before.
    pub(super) fn of(
        history: &History,
        before: usize,
        problems: Vec<Problem>,
        left_out: usize,
    ) -> Self {
        Self {
            document: history.document(),
            changes: history.len(),
            new_changes: history.len() - before,
            waiting_bundles: history.pending().0,
            problems,
            left_out,
        }
    }
}

/// How a document is edited.
pub(crate) struct Editing<'a> {
    /// What it said when somebody looked, if that has to be what it says still.
    pub(crate) seen: Option<&'a Json>,
    /// The file, for the key beside it.
    pub(crate) path: &'a Path,
    pub(crate) key: &'a KeyOption,
    pub(crate) options: &'a ChangeOptions,
}

impl Editing<'_> {
    /// Refuses to go on from another value than the one that an edit began with.
    pub(super) fn check_seen(&self, value: &Json, path: &Path) -> Result<(), SourceError> {
        if self.seen.is_none_or(|seen| seen == value) {
            return Ok(());
        }
        Err(SourceError::Changed(path.to_owned()))
    }
}

impl Target {
    /// Merges what is valid in other places into the document, which is made if there is none.
    ///
    /// Nothing is written if anything is not valid, unless it is to be salvaged. `again` takes in
    /// what was removed.
    pub(crate) fn import(
        self,
        places: &[Place],
        salvage: bool,
        again: bool,
    ) -> Result<Imported, SourceError> {
        match self {
            Self::File(file) => file.import(places, salvage),
            Self::Store(store) => store.import(places, salvage, again),
        }
    }

    /// Makes what an edit does to a `Json` document one change, or none if nothing differs. Where it
    /// is too large for one, there are several. Nobody else writes meanwhile.
    pub(crate) fn edit(
        self,
        how: &Editing<'_>,
        edit: impl Fn(&mut Json) -> Result<(), Failure>,
    ) -> Result<Vec<ChangeHash>, Failure> {
        match self {
            Self::File(file) => file.edit(how, edit),
            Self::Store(store) => store.edit(how, edit),
        }
    }
}

/// The value of a `Json` document, to be edited later.
pub(crate) fn value_of(place: &Place) -> Result<Json, SourceError> {
    match place {
        Place::File(file) => json_of(file).map(|(_, value)| value),
        Place::Stored(document) => document.json(),
    }
}

/// A document that was made.
pub(crate) struct Made {
    pub(crate) document: DocumentId,
    pub(crate) author: Option<Author>,
    pub(crate) changes: usize,
}

/// Where a document is made.
pub(crate) enum Making<'a> {
    /// In a file of its own, which is not there.
    File(&'a Path),
    /// In a store, which may be there.
    Store(&'a Path),
}

impl Making<'_> {
    /// Keeps a new document, signed with a key that is found for it.
    pub(crate) fn make(
        &self,
        key: &KeyOption,
        title: Option<&str>,
        write: impl FnOnce(&mut Document<Json>) -> Result<(), SourceError>,
    ) -> Result<Made, Failure> {
        match self {
            Self::Store(path) => keep::make(path, key, title, write),
            Self::File(path) if title.is_some() => {
                Err(SourceError::NoTitles(path.display().to_string()).into())
            }
            Self::File(path) => {
                let keypair = key.keypair(path)?;
                let mut document = Document::create(keypair).map_err(SourceError::from)?;
                write(&mut document)?;
                write_new(path, &document.save())?;
                Ok(Made {
                    document: document.id(),
                    author: document.author(),
                    changes: document.history().len(),
                })
            }
        }
    }
}
