use core::pin::Pin;

use crdt_core::{CrdtNode, History, Outcome};
use crdt_store::backend::Place;
use crdt_store::{StoreError, Stored, StoredHistory};

use super::intake::{Quota, TakeInError};
use super::threads::Shareable;

/// What has to be waited for, where the work is done.
pub(crate) type Later<'a, V> = Pin<Box<dyn Future<Output = V> + 'a>>;

/// A document in a store, of a type or without one.
pub(crate) trait Hosted: Shareable + 'static {
    fn history(&self) -> &History;

    /// Has everything that was written be durable.
    fn flush(&self) -> Later<'_, Result<(), StoreError>>;

    /// Takes in bundles that come to no more canonical bytes than a quota, and makes them durable.
    fn apply<'a>(
        &'a mut self,
        bytes: &'a [u8],
        quota: Option<&'a Quota>,
    ) -> Later<'a, Result<Outcome, TakeInError>>;

    /// Brings in what other handles wrote.
    fn refresh(&mut self) -> Later<'_, Result<bool, StoreError>>;
}

impl<T: CrdtNode, P: Place + Shareable> Hosted for Stored<T, P> {
    fn history(&self) -> &History {
        (**self).history()
    }

    fn flush(&self) -> Later<'_, Result<(), StoreError>> {
        Box::pin(self.store().waiting().flush())
    }

    /// Whoever has the type of a document decides by that what they take in.
    fn apply<'a>(
        &'a mut self,
        bytes: &'a [u8],
        _: Option<&'a Quota>,
    ) -> Later<'a, Result<Outcome, TakeInError>> {
        Box::pin(async move { Ok(self.waiting().apply(bytes).await?) })
    }

    fn refresh(&mut self) -> Later<'_, Result<bool, StoreError>> {
        Box::pin(self.waiting().refresh())
    }
}

impl<P: Place + Shareable> Hosted for StoredHistory<P> {
    fn history(&self) -> &History {
        self
    }

    fn flush(&self) -> Later<'_, Result<(), StoreError>> {
        Box::pin(self.store().waiting().flush())
    }

    fn apply<'a>(
        &'a mut self,
        bytes: &'a [u8],
        quota: Option<&'a Quota>,
    ) -> Later<'a, Result<Outcome, TakeInError>> {
        let wants = move |outcome: &Outcome| quota.map_or(Ok(()), |quota| quota.allows(outcome));
        Box::pin(self.waiting().apply_if(bytes, wants))
    }

    fn refresh(&mut self) -> Later<'_, Result<bool, StoreError>> {
        Box::pin(self.waiting().refresh())
    }
}

/// Where a document is, as long as it is there.
pub(crate) trait Seat: Shareable + 'static {
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
