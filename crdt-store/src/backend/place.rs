//! Places that have to be waited for, and how those that block are such places too.

use core::future::ready;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::sync::Arc;

use crdt_core::DocumentId;

use super::{
    Access, Append, Backend, Check, Entry, Note, Part, PartName, Placed, Transaction, Write,
};
use crate::error::StoreError;
use crate::listing::Listing;

/// A place that keeps documents, and that whoever asks may have to wait for, as in a browser: what a
/// [`Backend`] is where nobody may block. The logic of the store is written over this; a
/// [`Blocking`] place has the answer at once.
///
/// What the suite in `conformance` asks of it is asked of every place.
pub trait Place: 'static {
    /// A transaction of this place.
    type Rows<'a>: Rows
    where
        Self: 'a;

    /// As [`Backend::begin`].
    fn begin(&self, access: Access) -> impl Future<Output = Result<Self::Rows<'_>, StoreError>>;

    /// As [`Backend::flush`].
    fn flush(&self) -> impl Future<Output = Result<(), StoreError>>;

    /// As [`Backend::shrink`].
    fn shrink(&self) -> impl Future<Output = Result<(), StoreError>>;

    /// As [`Backend::revision`].
    fn revision(&self) -> impl Future<Output = Result<Option<u64>, StoreError>> {
        ready(Ok(None))
    }

    /// Waits until other handles to the place, as those of other tabs, have committed more often than
    /// so many times, and says how often they have. `None` if nobody tells: then
    /// [`revision`](Self::revision) is to be asked.
    fn committed_elsewhere(&self, known: u64) -> impl Future<Output = Option<u64>> {
        let _ = known;
        ready(None)
    }
}

/// A [`Transaction`] that has to be waited for.
///
/// A place may end one by itself while something else than the transaction is awaited: whatever is
/// asked of it from then on fails, and nothing was written.
pub trait Rows {
    /// As [`Transaction::documents`].
    fn documents(&self) -> impl Future<Output = Result<Vec<Listing>, StoreError>>;

    /// As [`Transaction::document`].
    fn document(&self, id: &DocumentId) -> impl Future<Output = Result<Option<Entry>, StoreError>>;

    /// As [`Transaction::appends`].
    fn appends(
        &self,
        id: &DocumentId,
        after: u64,
    ) -> impl Future<Output = Result<Vec<Append>, StoreError>>;

    /// As [`Transaction::tail`].
    fn tail(&self, id: &DocumentId) -> impl Future<Output = Result<Vec<Placed>, StoreError>>;

    /// As [`Transaction::part_names`].
    fn part_names(
        &self,
        id: &DocumentId,
    ) -> impl Future<Output = Result<Vec<(PartName, Check)>, StoreError>>;

    /// As [`Transaction::parts`].
    fn parts(&self, id: &DocumentId) -> impl Future<Output = Result<Vec<Part>, StoreError>>;

    /// As [`Transaction::waiting`].
    fn waiting(
        &self,
        id: &DocumentId,
    ) -> impl Future<Output = Result<Vec<(Check, Vec<u8>)>, StoreError>>;

    /// As [`Transaction::notes`].
    fn notes(&self, id: &DocumentId) -> impl Future<Output = Result<Vec<Note>, StoreError>>;

    /// As [`Transaction::write`].
    fn write(
        &mut self,
        id: &DocumentId,
        writes: &[Write],
    ) -> impl Future<Output = Result<(), StoreError>>;

    /// As [`Transaction::generation`].
    fn generation(&self) -> impl Future<Output = Result<Option<[u8; 16]>, StoreError>>;

    /// As [`Transaction::set_generation`].
    fn set_generation(
        &mut self,
        generation: [u8; 16],
    ) -> impl Future<Output = Result<(), StoreError>>;

    /// As [`Transaction::commit`].
    fn commit(self) -> impl Future<Output = Result<(), StoreError>>;
}

/// A place that blocks whoever asks until it has the answer.
#[derive(Clone)]
pub struct Blocking(Arc<dyn Backend>);

impl Blocking {
    /// The place that a backend is.
    pub fn new(backend: Arc<dyn Backend>) -> Self {
        Self(backend)
    }

    #[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
    pub(crate) fn backend(&self) -> &dyn Backend {
        &*self.0
    }
}

impl core::fmt::Debug for Blocking {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("Blocking").finish_non_exhaustive()
    }
}

impl Place for Blocking {
    type Rows<'a> = Ready<'a>;

    fn begin(&self, access: Access) -> impl Future<Output = Result<Ready<'_>, StoreError>> {
        ready(self.0.begin(access).map(Ready))
    }

    fn flush(&self) -> impl Future<Output = Result<(), StoreError>> {
        ready(self.0.flush())
    }

    fn shrink(&self) -> impl Future<Output = Result<(), StoreError>> {
        ready(self.0.shrink())
    }

    fn revision(&self) -> impl Future<Output = Result<Option<u64>, StoreError>> {
        ready(self.0.revision())
    }
}

/// A transaction of a [`Blocking`] place, which has every answer at once.
pub struct Ready<'a>(Box<dyn Transaction + 'a>);

impl core::fmt::Debug for Ready<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("Ready").finish_non_exhaustive()
    }
}

impl<'a> core::ops::Deref for Ready<'a> {
    type Target = dyn Transaction + 'a;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl Rows for Ready<'_> {
    fn documents(&self) -> impl Future<Output = Result<Vec<Listing>, StoreError>> {
        ready(self.0.documents())
    }

    fn document(&self, id: &DocumentId) -> impl Future<Output = Result<Option<Entry>, StoreError>> {
        ready(self.0.document(id))
    }

    fn appends(
        &self,
        id: &DocumentId,
        after: u64,
    ) -> impl Future<Output = Result<Vec<Append>, StoreError>> {
        ready(self.0.appends(id, after))
    }

    fn tail(&self, id: &DocumentId) -> impl Future<Output = Result<Vec<Placed>, StoreError>> {
        ready(self.0.tail(id))
    }

    fn part_names(
        &self,
        id: &DocumentId,
    ) -> impl Future<Output = Result<Vec<(PartName, Check)>, StoreError>> {
        ready(self.0.part_names(id))
    }

    fn parts(&self, id: &DocumentId) -> impl Future<Output = Result<Vec<Part>, StoreError>> {
        ready(self.0.parts(id))
    }

    fn waiting(
        &self,
        id: &DocumentId,
    ) -> impl Future<Output = Result<Vec<(Check, Vec<u8>)>, StoreError>> {
        ready(self.0.waiting(id))
    }

    fn notes(&self, id: &DocumentId) -> impl Future<Output = Result<Vec<Note>, StoreError>> {
        ready(self.0.notes(id))
    }

    fn write(
        &mut self,
        id: &DocumentId,
        writes: &[Write],
    ) -> impl Future<Output = Result<(), StoreError>> {
        ready(self.0.write(id, writes))
    }

    fn generation(&self) -> impl Future<Output = Result<Option<[u8; 16]>, StoreError>> {
        ready(self.0.generation())
    }

    fn set_generation(
        &mut self,
        generation: [u8; 16],
    ) -> impl Future<Output = Result<(), StoreError>> {
        ready(self.0.set_generation(generation))
    }

    fn commit(self) -> impl Future<Output = Result<(), StoreError>> {
        ready(self.0.commit())
    }
}

/// What a future over a [`Blocking`] place comes to: it has never to be waited for.
pub(crate) fn now<V>(future: impl Future<Output = V>) -> V {
    let (mut future, mut context) = (pin!(future), Context::from_waker(Waker::noop()));
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        core::hint::spin_loop();
    }
}
