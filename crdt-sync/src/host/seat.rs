use crdt_core::{CrdtNode, History, Outcome};
use crdt_store::{Store, StoreError, Stored, StoredHistory};

use super::intake::{Quota, TakeInError};

/// A document in a store, of a type or without one.
pub(crate) trait Hosted: Send + Sync + 'static {
    fn history(&self) -> &History;

    fn store(&self) -> &Store;

    /// Takes in bundles that come to no more canonical bytes than a quota, and makes them durable.
    fn apply(&mut self, bytes: &[u8], quota: Option<&Quota>) -> Result<Outcome, TakeInError>;

    /// Brings in what other handles wrote.
    fn refresh(&mut self) -> Result<bool, StoreError>;
}

impl<T: CrdtNode> Hosted for Stored<T> {
    fn history(&self) -> &History {
        (**self).history()
    }

    fn store(&self) -> &Store {
        self.store()
    }

    /// Whoever has the type of a document decides by that what they take in.
    fn apply(&mut self, bytes: &[u8], _: Option<&Quota>) -> Result<Outcome, TakeInError> {
        Ok(self.apply(bytes)?)
    }

    fn refresh(&mut self) -> Result<bool, StoreError> {
        self.refresh()
    }
}

impl Hosted for StoredHistory {
    fn history(&self) -> &History {
        self
    }

    fn store(&self) -> &Store {
        self.store()
    }

    fn apply(&mut self, bytes: &[u8], quota: Option<&Quota>) -> Result<Outcome, TakeInError> {
        self.apply_if(bytes, |outcome| quota.map_or(Ok(()), |quota| quota.allows(outcome)))
    }

    fn refresh(&mut self) -> Result<bool, StoreError> {
        self.refresh()
    }
}

/// Where a document is, as long as it is there.
pub(crate) trait Seat: Send + Sync + 'static {
    fn hosted(&self) -> Option<&dyn Hosted>;

    fn hosted_mut(&mut self) -> Option<&mut dyn Hosted>;
}

impl<D: Hosted> Seat for Option<D> {
    fn hosted(&self) -> Option<&dyn Hosted> {
        self.as_ref().map(|hosted| hosted as &dyn Hosted)
    }

    fn hosted_mut(&mut self) -> Option<&mut dyn Hosted> {
        self.as_mut().map(|hosted| hosted as &mut dyn Hosted)
    }
}
