use core::ops::Deref;

use crdt_core::{History, Outcome};

use crate::backend::Access;
use crate::error::StoreError;
use crate::replica::Replica;
use crate::store::Store;

/// A document in a store of which the type is not known: a relay or a tool takes in, keeps and
/// forwards what it does not understand. It reads as the [`History`] that it is.
#[derive(Debug)]
pub struct StoredHistory {
    store: Store,
    replica: Replica,
    history: History,
}

impl Deref for StoredHistory {
    type Target = History;

    fn deref(&self) -> &History {
        &self.history
    }
}

impl StoredHistory {
    pub(crate) fn new(store: Store, replica: Replica, history: History) -> Self {
        Self { store, replica, history }
    }

    /// The store that it is in.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// As [`History::apply`], and durable, as [`Stored::apply`](crate::Stored::apply) is.
    ///
    /// # Errors
    /// As [`Stored::apply`](crate::Stored::apply).
    pub fn apply(&mut self, bytes: &[u8]) -> Result<Outcome, StoreError> {
        self.apply_if(bytes, |_| Ok(()))
    }

    /// As [`apply`](Self::apply), if what would come of it is wanted: a relay keeps to quotas.
    ///
    /// # Errors
    /// What `wants` says against it, and as [`apply`](Self::apply). Nothing has changed then.
    pub fn apply_if<E: From<StoreError>>(
        &mut self,
        bytes: &[u8],
        wants: impl FnOnce(&Outcome) -> Result<(), E>,
    ) -> Result<Outcome, E> {
        let Self { store, replica, history } = self;
        replica.apply_if(history, store.backend(), bytes, wants)
    }

    /// As [`Stored::compact`](crate::Stored::compact), but without the state, which only who knows
    /// the type can write: who opens the document next as what it is builds that anew once. Where
    /// nothing was written since the last time, everything stays as it is.
    ///
    /// # Errors
    /// Those of the store.
    pub fn compact(&mut self) -> Result<(), StoreError> {
        let Self { store, replica, history } = self;
        replica.compact_all(history, store.backend())?;
        store.shrink()
    }

    /// Brings in what other handles wrote since this one last looked, and says whether there was
    /// anything. Costs what they wrote.
    ///
    /// # Errors
    /// Those of the store.
    pub fn refresh(&mut self) -> Result<bool, StoreError> {
        let transaction = self.store.backend().begin(Access::Read)?;
        self.replica.bring_in(&mut self.history, &*transaction)
    }
}
