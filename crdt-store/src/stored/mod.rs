//! Documents in a store. `waiting.rs` has what is done with one, for places that have to be waited
//! for; `blocking.rs` is the same for those that have not.

mod blocking;
mod waiting;

use core::fmt;
use core::ops::Deref;

use crdt_core::{CrdtNode, Document, Observer, UndoLimits};

use crate::backend::{Blocking, Place};
use crate::replica::Replica;
use crate::store::Store;
use crate::waiting::Waiting;

/// A document in a store. It reads as the [`Document`] that it is in memory; what writes returns
/// when it is durable, and on an error the document is as before, but for what others wrote, which may
/// have been brought in, and nothing was written, but for [`StoreError::Unsure`](crate::StoreError::Unsure):
/// what was to be written may be there when the store is opened again.
///
/// There can be several handles to one document, in several processes too. Each brings in what the
/// others wrote before it writes itself, so all of them are one author, whose changes follow on
/// each other. To see what others wrote without writing, [`refresh`](Self::refresh).
pub struct Stored<T: CrdtNode, P: Place = Blocking> {
    store: Store<P>,
    replica: Replica,
    document: Document<T>,
}

impl<T: CrdtNode, P: Place> Deref for Stored<T, P> {
    type Target = Document<T>;

    fn deref(&self) -> &Document<T> {
        &self.document
    }
}

impl<T: CrdtNode, P: Place> Stored<T, P> {
    pub(crate) fn new(store: Store<P>, replica: Replica, document: Document<T>) -> Self {
        Self { store, replica, document }
    }

    /// What reads and writes the store, waited for where the place has to be.
    pub fn waiting(&mut self) -> Waiting<&mut Self> {
        Waiting(self)
    }

    /// The store that it is in.
    pub fn store(&self) -> &Store<P> {
        &self.store
    }

    /// As [`Document::observe`].
    pub fn observe(&mut self) -> Observer {
        self.document.observe()
    }

    /// As [`Document::with_undo_limits`]. What can be undone from when the document was open before
    /// is within the limits that [it is opened with](crdt_core::LoadOptions::undo_limits).
    #[must_use]
    pub fn with_undo_limits(self, limits: UndoLimits) -> Self {
        let Self { store, replica, document } = self;
        Self { store, replica, document: document.with_undo_limits(limits) }
    }
}

impl<T: CrdtNode, P: Place> fmt::Debug for Stored<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored")
            .field("store", &self.store)
            .field("replica", &self.replica)
            .field("document", &self.document)
            .finish()
    }
}
