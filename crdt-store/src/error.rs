use core::time::Duration;
use std::io;
#[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
use std::path::Path;
use std::path::PathBuf;

use crdt_core::{ApplyError, DocumentId, EditError, ForkError, LoadError};
use thiserror::Error;

#[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
use crate::key::KeyError;

/// Why a store did not do what it was asked. What it had kept is as it was, but after
/// [`Unsure`](Self::Unsure), and so is every document in memory.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The edit failed. Nothing was written.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The bytes were refused. Nothing was written.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// A document of another author cannot go on here.
    #[error(transparent)]
    Fork(#[from] ForkError),
    /// A document is not what it is opened as.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The key of the store could not be had.
    #[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
    #[error(transparent)]
    Key(KeyError),
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness: {0}")]
    Random(String),
    /// It is not kept in a file.
    #[error("the store is not kept in a file of its own, so there is none to copy")]
    NotAFile,
    /// There is no such document here.
    #[error("there is no document {0} in this store: create it, or join it")]
    UnknownDocument(DocumentId),
    /// There is such a document already.
    #[error("the document {0} is in this store: open it")]
    Exists(DocumentId),
    /// The document was removed.
    #[error("the document {0} was removed from this store: join it to have it again")]
    Removed(DocumentId),
    /// What this store wrote to the document with this key is not here: it was removed, or lost, and
    /// what is here is from others. Another change beside it would fork the chain of the author.
    #[error(
        "what this store wrote to the document {0} before is not here: it has to come back first, \
         by syncing with others or from a backup (`apply`), or write with another key \
         (`StoreOptions::keypair`)"
    )]
    OwnMissing(DocumentId),
    /// What was read is not what was written.
    #[error(
        "the document {document} is damaged: {part}; the other documents are not affected; \
         `Store::recover`, or `crdt recover`, saves what is left"
    )]
    Damaged {
        /// The document.
        document: DocumentId,
        /// What of it, and how it shows.
        part: String,
    },
    /// The store was opened for reading, or without a key, or may not be written.
    #[error(
        "the store is open for reading only, or without a key to sign with, or its file cannot be \
         opened for writing"
    )]
    ReadOnly,
    /// Another one was writing for longer than is waited.
    #[error(
        "another process or handle has been writing to the store for {0:?}: try again, and do not \
         write to a store within a change to one of its documents"
    )]
    Locked(Duration),
    /// There is no room left where the store is.
    #[error("there is no room left where the store is: nothing was written; make room and go on")]
    Full,
    /// The place, which is none of this crate's own, could not be read or written.
    #[error("the place of the store could not be read or written ({0})")]
    Place(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It is not known whether the last commit was written: what it would have written may be there
    /// when the store is opened again. Everything that writes fails alike until then.
    #[error(
        "the last write failed in a way that leaves open whether it is there ({0}): drop the store, \
         open it again, and look before you write the same once more"
    )]
    Unsure(String),
    /// There is no file of that name, and none was to be made.
    #[error("there is no store at {0}")]
    NotFound(PathBuf),
    /// The path is longer than SQLite opens files by, which is about 500 bytes on Unix.
    #[error(
        "the path {0} is too long for a store, which can have about 500 bytes from the root on: \
         choose a shorter one"
    )]
    LongPath(PathBuf),
    /// The file is something else.
    #[error("{0} is not a store of documents but another file: choose another name")]
    NotAStore(PathBuf),
    /// The file is a store whose tables are not as they were made.
    #[error(
        "{0} has other tables than a store, or something that is run when they are written: \
         somebody altered it; `Store::recover`, or `crdt recover`, saves the documents"
    )]
    Altered(PathBuf),
    /// The file was written by a newer version of this library.
    #[error(
        "{path} has the format {version}, and this program knows formats up to {known}: update it"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        version: i64,
        /// The newest that is known here.
        known: i64,
    },
    /// The place does not lock files as several handles need it.
    #[error(
        "{path} cannot be kept safely where it is (its journal is {mode:?} and not \"wal\"): network \
         file systems often cannot lock; put it on a local disk"
    )]
    NoWal {
        /// The file.
        path: PathBuf,
        /// The journal that there is instead.
        mode: String,
    },
    /// The file has two names that are both its own (hard links). Each would have a journal and a key
    /// beside it, and who opens one does not see what is written by the other.
    #[error(
        "{0} has another name (a hard link), and what is written by one would be lost by the other: \
         remove one of the names, or copy the file and open the copy"
    )]
    Linked(PathBuf),
    /// SQLite is a version that can lose data.
    #[error("SQLite is {0}, which can lose data with several connections: use 3.51.3 or later")]
    OldSqlite(&'static str),
    /// The journal of the file is damaged, and has something behind that which was committed. SQLite
    /// would pass over it, and write over it. To read what is before it, open the store
    /// [read-only](crate::StoreOptions::read_only).
    #[error(
        "the journal of {0} is damaged, and writing would lose what was committed last: \
         `Store::recover`, or `crdt recover`, saves it; what was before can be read"
    )]
    DamagedJournal(PathBuf),
    /// The file is read where nothing can be written, and its journal cannot be read so.
    #[error(
        "the journal of {0} has what was committed last, and cannot be read where nothing can be \
         written beside it: copy the file, and its journal (its name ends with `-wal`), together \
         to a folder where you may write, and open that"
    )]
    JournalUnread(PathBuf),
    /// The file, or its journal, was moved away, deleted, or replaced by another while it was open.
    #[error(
        "{0} is not the file any more that was opened, or its journal is gone: it was moved, deleted \
         or replaced meanwhile; open it again where it is now"
    )]
    Gone(PathBuf),
    /// The file was written by somebody while it was [read as it is](crate::StoreOptions::read_as_is).
    #[error("{0} was written by another process while it was looked at: try again")]
    Rewritten(PathBuf),
    /// A file that is to be recovered has nothing of a store in it.
    #[error("nothing of a store can be read from {0}: take it from a backup")]
    NothingLeft(PathBuf),
    /// SQLite found the file damaged.
    #[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
    #[error(
        "the file is damaged ({0}): keep a copy of it, and save what is left: `Store::recover`, or `crdt recover`"
    )]
    Corrupt(#[source] rusqlite::Error),
    /// The file could not be read or written.
    #[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
    #[error("the file of the store could not be read or written ({0})")]
    Sqlite(#[source] rusqlite::Error),
    /// Another file of the store could not be read or written.
    #[error("{path} could not be read or written")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

#[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
impl From<KeyError> for StoreError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Io { source, .. } if is_full(&source) => Self::Full,
            error => Self::Key(error),
        }
    }
}

/// Whether there was no room, on the disk or for this user.
#[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

impl StoreError {
    /// Where a file beside the store, or one to be made, cannot be had.
    #[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        if is_full(&source) { Self::Full } else { Self::Io { path: path.to_owned(), source } }
    }

    /// The error of who asked for one document alone, where it is not known what of it is damaged.
    #[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
    pub(crate) fn of(self, document: DocumentId) -> Self {
        match self {
            Self::Corrupt(error) => {
                let part = format!("what the file has of it cannot be read ({error})");
                Self::Damaged { document, part }
            }
            error => error,
        }
    }

    /// Every other place says itself what is damaged.
    #[cfg(any(not(feature = "sqlite"), target_family = "wasm"))]
    pub(crate) fn of(self, _: DocumentId) -> Self {
        self
    }
}
