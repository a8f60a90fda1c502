use core::ops::Deref;

use crdt_core::{History, Outcome};

use crate::backend::{Access, Blocking, Place, now};
use crate::error::StoreError;
use crate::replica::Replica;
use crate::store::Store;
use crate::waiting::Waiting;

/// A document in a store of which the type is not known: a relay or a tool takes in, keeps and
/// forwards what it does not understand. It reads as the [`History`] that it is.
#[derive(Debug)]
pub struct StoredHistory<P: Place = Blocking> {
    store: Store<P>,
    replica: Replica,
    history: History,
}

impl<P: Place> Deref for StoredHistory<P> {
    type Target = History;

    fn deref(&self) -> &History {
        &self.history
    }
}

impl<P: Place> StoredHistory<P> {
    pub(crate) fn new(store: Store<P>, replica: Replica, history: History) -> Self {
        Self { store, replica, history }
    }

    /// What reads and writes the store, waited for where the place has to be.
    pub fn waiting(&mut self) -> Waiting<&mut Self> {
        Waiting(self)
    }

    /// The store that it is in.
    pub fn store(&self) -> &Store<P> {
        &self.store
    }
}

impl StoredHistory {
    /// As [`History::apply`], and durable, as [`Stored::apply`](crate::Stored::apply) is.
    ///
    /// # Errors
    /// As [`Stored::apply`](crate::Stored::apply).
    pub fn apply(&mut self, bytes: &[u8]) -> Result<Outcome, StoreError> {
        self.apply_if(bytes, |_| Ok(()))
    }

    /// As [`apply`](Self::apply), if what would come of it is wanted: a relay keeps to quotas. That is asked
    /// again where somebody wrote to the document meanwhile.
    ///
    /// # Errors
    /// What `wants` says against it, and as [`apply`](Self::apply). Nothing has changed then.
    pub fn apply_if<E: From<StoreError>>(
        &mut self,
        bytes: &[u8],
        wants: impl FnMut(&Outcome) -> Result<(), E>,
    ) -> Result<Outcome, E> {
        now(self.waiting().apply_if(bytes, wants))
    }

    /// As [`Stored::compact`](crate::Stored::compact), but without the state, which only who knows
    /// the type can write: who opens the document next as what it is builds that anew once. Where
    /// nothing was written since the last time, everything stays as it is.
    ///
    /// # Errors
    /// Those of the store.
    pub fn compact(&mut self) -> Result<(), StoreError> {
        now(self.waiting().compact())
    }

    /// Brings in what other handles wrote since this one last looked, and says whether there was
    /// anything. Costs what they wrote.
    ///
    /// # Errors
    /// Those of the store.
    pub fn refresh(&mut self) -> Result<bool, StoreError> {
        now(self.waiting().refresh())
    }
}

impl<P: Place> Waiting<&mut StoredHistory<P>> {
    /// As [`StoredHistory::apply_if`].
    ///
    /// # Errors
    /// As [`StoredHistory::apply_if`].
    pub async fn apply_if<E: From<StoreError>>(
        self,
        bytes: &[u8],
        wants: impl FnMut(&Outcome) -> Result<(), E>,
    ) -> Result<Outcome, E> {
        let StoredHistory { store, replica, history } = self.0;
        replica.apply_if(history, store.place_to_write()?, bytes, wants).await
    }

    /// As [`StoredHistory::compact`].
    ///
    /// # Errors
    /// As [`StoredHistory::compact`].
    pub async fn compact(self) -> Result<(), StoreError> {
        let StoredHistory { store, replica, history } = self.0;
        replica.compact_all(history, store.place_to_write()?).await?;
        store.waiting().shrink().await
    }

    /// As [`StoredHistory::refresh`].
    ///
    /// # Errors
    /// As [`StoredHistory::refresh`].
    pub async fn refresh(self) -> Result<bool, StoreError> {
        let StoredHistory { store, replica, history } = self.0;
        let transaction = store.begin(Access::Read).await?;
        replica.bring_in(history, &transaction).await
    }
}
