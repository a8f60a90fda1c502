//! One document somewhere.

use core::ops::Deref;

use crdt_core::History;
use crdt_store::{Size, StoredHistory};
use serde::Serialize;

use super::check::Checked;
use super::error::SourceError;
use super::file::{DocumentFile, Piece};
use super::store::StoredDocument;
use crate::output::{self, Count};
use crate::progress::Progress;

/// One document somewhere.
#[derive(Debug)]
pub(crate) enum Place {
    /// A file of its own.
    File(DocumentFile),
    /// One of a store.
    Stored(StoredDocument),
}

/// A document that can be looked at.
pub(crate) enum Opened {
    File(History),
    Stored(StoredHistory),
}

impl Deref for Opened {
    type Target = History;

    fn deref(&self) -> &History {
        match self {
            Self::File(history) => history,
            Self::Stored(history) => history,
        }
    }
}

/// What takes room where a document is kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(crate) struct Part {
    pub(crate) name: &'static str,
    /// How many of this kind there are.
    pub(crate) count: usize,
    pub(crate) bytes: usize,
}

impl Place {
    /// What it is called in messages.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::File(file) => &file.name,
            Self::Stored(document) => &document.name,
        }
    }

    /// The document, believed as what this program or its owner's app has written.
    pub(crate) fn history(&self) -> Result<Opened, SourceError> {
        let history = match self {
            Self::File(file) => {
                let torn = file.torn();
                if torn > 0 {
                    output::warn(format_args!(
                        "{} ends in {torn} bytes that are no whole bundle; they are passed over",
                        file.name
                    ));
                }
                let progress = Progress::spinner("reading", file.bytes.len());
                let history = file.history();
                progress.finish();
                Opened::File(history?)
            }
            Self::Stored(document) => document.history()?,
        };
        let (waiting, _) = history.pending();
        if waiting > 0 {
            output::warn(format_args!(
                "{} in {} cannot be shown: they wait for changes that are not here, which `crdt \
                 verify` lists",
                Count(waiting, "bundle"),
                self.name()
            ));
        }
        Ok(history)
    }

    /// What takes how much room. Costs a copy of the document.
    pub(crate) fn parts(&self) -> Result<Vec<Part>, SourceError> {
        match self {
            Self::File(file) => parts_of_file(file),
            Self::Stored(document) => {
                let StoredDocument { file, listing, .. } = document;
                let size = file.store.size(listing.id).map_err(|error| file.failed(error))?;
                Ok(parts_of(&size))
            }
        }
    }
}

impl StoredDocument {
    /// What it is called in messages.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    fn history(&self) -> Result<Opened, SourceError> {
        let Self { file, listing, .. } = self;
        let bytes = usize::try_from(listing.bytes).unwrap_or(usize::MAX);
        let progress = Progress::spinner("reading", bytes);
        let history = file.store.open_history(listing.id);
        progress.finish();
        history.map(Opened::Stored).map_err(|error| file.failed(error))
    }
}

impl DocumentFile {
    /// What it is called in messages.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The document with everything checked as if it had been received.
    pub(crate) fn check(&self) -> Checked {
        let progress = Progress::bar("verifying", self.bytes.len());
        let mut checked = Checked::new(None);
        checked.take(self, |done| progress.set(done));
        progress.finish();
        checked
    }
}

/// Bytes as they are counted here.
fn counted(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// What a document takes in a store.
pub(crate) fn parts_of(size: &Size) -> Vec<Part> {
    let part = |name, count, bytes| Part { name, count, bytes: counted(bytes) };
    let parts = [
        part("saved changes", size.change_parts, size.changes),
        part("saved outline", usize::from(size.outline > 0), size.outline),
        part("saved state", usize::from(size.state > 0), size.state),
        part("appended rows", size.appended_rows, size.appended),
        part("waiting bundles", size.waiting_rows, size.waiting),
        part("notes of undo", usize::from(size.notes > 0), size.notes),
    ];
    parts.into_iter().filter(|part| part.count > 0).collect()
}

fn parts_of_file(file: &DocumentFile) -> Result<Vec<Part>, SourceError> {
    let (bundles, saved): (Vec<Piece>, Vec<Piece>) =
        file.pieces().into_iter().partition(|piece| piece.number > 0);
    let mut parts = Vec::new();
    for piece in &saved {
        let bytes = piece.range.len();
        let changes = file.damaged_or(piece, History::load(file.bytes_of(piece)))?;
        let changes = changes.save().len().min(bytes);
        parts.push(Part { name: "saved changes", count: 1, bytes: changes });
        if changes < bytes {
            parts.push(Part { name: "saved state", count: 1, bytes: bytes - changes });
        }
    }
    let sum = bundles.iter().map(|piece| piece.range.len()).sum();
    let torn = file.torn();
    let more = [("bundles", bundles.len(), sum), ("torn end", usize::from(torn > 0), torn)];
    let more = more.into_iter().filter(|(_, count, _)| *count > 0);
    parts.extend(more.map(|(name, count, bytes)| Part { name, count, bytes }));
    Ok(parts)
}
