//! What is asked of a store that never has anybody wait.

use crdt_core::{CrdtNode, Document, DocumentId, LoadOptions};

use super::Store;
use crate::backend::now;
use crate::error::StoreError;
use crate::listing::Listing;
use crate::size::Size;
use crate::stored::Stored;
use crate::stored_history::StoredHistory;

impl Store {
    /// Makes a document.
    ///
    /// # Errors
    /// Those of the place, and of a system without randomness.
    #[cfg(feature = "os-random")]
    pub fn create<T: CrdtNode>(&self) -> Result<Stored<T>, StoreError> {
        now(self.waiting().create())
    }

    /// Makes a document in which something is from the beginning: it becomes durable with what is
    /// written to it here, or is not made.
    ///
    /// # Errors
    /// The closure's own, those of the place, and of a system without randomness.
    #[cfg(feature = "os-random")]
    pub fn create_with<T: CrdtNode, E: From<StoreError>>(
        &self,
        write: impl FnOnce(&mut Document<T>) -> Result<(), E>,
    ) -> Result<Stored<T>, E> {
        now(self.waiting().create_with(write))
    }

    /// Keeps a document that is in memory, with everything in it. Here it goes on with the key of
    /// the store, as all documents do, or is only read if there is none.
    ///
    /// Costs what [`Document::fork`] does if that is another key.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if it is here; [`StoreError::Fork`] if its history does not prove
    /// itself; those of the place.
    pub fn add<T: CrdtNode>(&self, document: Document<T>) -> Result<Stored<T>, StoreError> {
        now(self.waiting().add(document))
    }

    /// Opens a document that is here.
    ///
    /// # Errors
    /// [`StoreError::UnknownDocument`] if it is not; [`StoreError::Load`] if it is of another type;
    /// [`StoreError::Damaged`] if it is not as it was written; those of the place.
    pub fn open_document<T: CrdtNode>(&self, id: DocumentId) -> Result<Stored<T>, StoreError> {
        now(self.waiting().open_document(id))
    }

    /// Opens a document that is here as the options say: [verified](LoadOptions::verified), for
    /// example, if the file came from somebody else.
    ///
    /// # Errors
    /// As [`open_document`](Self::open_document).
    pub fn open_document_with<T: CrdtNode>(
        &self,
        options: &LoadOptions,
        id: DocumentId,
    ) -> Result<Stored<T>, StoreError> {
        now(self.waiting().open_document_with(options, id))
    }

    /// Opens a document of which nothing may be here but its id, to get the rest from others. It is
    /// here from then on, also if it had been [removed](Self::remove).
    ///
    /// # Errors
    /// As [`open_document`](Self::open_document).
    pub fn join<T: CrdtNode>(&self, id: DocumentId) -> Result<Stored<T>, StoreError> {
        now(self.waiting().join(id))
    }

    /// Opens a document without knowing its type, to keep it for others.
    ///
    /// # Errors
    /// As [`open_document`](Self::open_document).
    pub fn open_history(&self, id: DocumentId) -> Result<StoredHistory, StoreError> {
        now(self.waiting().open_history(id))
    }

    /// Opens a document without knowing its type, of which nothing may be here but its id.
    ///
    /// # Errors
    /// As [`open_document`](Self::open_document).
    pub fn join_history(&self, id: DocumentId) -> Result<StoredHistory, StoreError> {
        now(self.waiting().join_history(id))
    }

    /// All documents, in the order in which they came here. None of them is opened.
    ///
    /// # Errors
    /// Those of the place.
    pub fn documents(&self) -> Result<Vec<Listing>, StoreError> {
        now(self.waiting().documents())
    }

    /// Calls a document something, for [`documents`](Self::documents) to show. It is not part of
    /// the document, and stays here.
    ///
    /// # Errors
    /// [`StoreError::UnknownDocument`] if it is not here; those of the place.
    pub fn set_title(&self, id: DocumentId, title: Option<&str>) -> Result<(), StoreError> {
        now(self.waiting().set_title(id, title))
    }

    /// Removes a document. That it was here is remembered, so that it does not come back unasked;
    /// [`join`](Self::join) takes it in again. Handles to it can be read, and no longer written, also
    /// when it was joined again. What was last written here is remembered too: whoever joins it goes
    /// on writing when that has come back ([`StoreError::OwnMissing`]).
    ///
    /// # Errors
    /// [`StoreError::UnknownDocument`] if it is not here; those of the place.
    pub fn remove(&self, id: DocumentId) -> Result<(), StoreError> {
        now(self.waiting().remove(id))
    }

    /// Whether a document was here and has been [removed](Self::remove).
    ///
    /// # Errors
    /// Those of the place.
    pub fn was_removed(&self, id: DocumentId) -> Result<bool, StoreError> {
        now(self.waiting().was_removed(id))
    }

    /// A number that is another one when something was written here since it was last asked for, by
    /// whomever, and perhaps also when nothing was: so one can look now and then whether there is
    /// anything to [`refresh`](crate::Stored::refresh). `None` if the place cannot tell.
    ///
    /// # Errors
    /// Those of the place.
    pub fn revision(&self) -> Result<Option<u64>, StoreError> {
        now(self.waiting().revision())
    }

    /// Has everything that was written survive a power cut, where that is
    /// [not so anyway](crate::Durability).
    ///
    /// # Errors
    /// Those of the place.
    pub fn flush(&self) -> Result<(), StoreError> {
        now(self.waiting().flush())
    }

    /// Gives room that is not used any more back to the file system.
    ///
    /// # Errors
    /// Those of the place.
    pub fn shrink(&self) -> Result<(), StoreError> {
        now(self.waiting().shrink())
    }

    /// What a document takes, by part. Costs reading it.
    ///
    /// # Errors
    /// [`StoreError::UnknownDocument`] if it is not here; those of the place.
    pub fn size(&self, id: DocumentId) -> Result<Size, StoreError> {
        now(self.waiting().size(id))
    }
}
