//! Documents that are shared between tasks.

mod deltas;
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
mod following;
mod presence;
mod progress;
mod writing;

use core::fmt;
use std::sync::Arc;

use crdt_core::{CrdtNode, Document, DocumentId};
use crdt_store::backend::{Blocking, Place};
use crdt_store::{Store, StoreError, Stored};
use tokio::sync::{RwLock, watch};

use crate::host::{Entry, Origin, Portable, Shareable, writing};

pub use deltas::Deltas;
pub use presence::{Other, Others, PresenceError};
pub use progress::RelayStanding;

/// A document in a store, shared between tasks: a handle that is cheap to clone.
///
/// It has the verbs of a [`Stored`] document. What they do to the disk, and all signing and
/// verifying, is done on threads for blocking work of tokio's runtime, or outside of one where it is
/// awaited; in a browser, tasks of the page do it. They take their turn: a change that is asked for
/// first is made first.
///
/// A future that is dropped before it began to work does nothing. What has begun is done to its end.
///
/// In a browser it brings in by itself what other tabs write. Elsewhere, and where this page has the
/// document a second time, opened anew instead of cloned, [`refresh`](Self::refresh) does, or the exchange
/// with a relay.
///
/// ```
/// use crdt_core::{CrdtNode, Keypair};
/// use crdt_store::Store;
/// use crdt_sync::Live;
///
/// #[derive(CrdtNode)]
/// struct Note {
///     title: String,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = Store::in_memory(Keypair::generate()?);
/// let note = Live::new(store.create::<Note>()?);
/// let other = note.clone();
/// tokio::spawn(async move { other.change(|note| note.title.set("Plan")).await }).await??;
/// assert_eq!(note.read(|note| note.title.to_string()).await, "Plan");
/// # Ok(())
/// # }
/// ```
pub struct Live<T: CrdtNode, P: Place + Shareable = Blocking> {
    shared: Arc<Shared<T, P>>,
}

struct Shared<T: CrdtNode, P: Place + Shareable> {
    entry: Arc<Entry>,
    store: Store<P>,
    /// Empty only once the last handle has taken the document out.
    seat: Arc<RwLock<Option<Stored<T, P>>>>,
}

impl<T: CrdtNode, P: Place + Shareable> Drop for Shared<T, P> {
    fn drop(&mut self) {
        self.entry.gone();
    }
}

impl<T: CrdtNode, P: Place + Shareable> Clone for Live<T, P> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

impl<T: CrdtNode, P: Place + Shareable> From<Stored<T, P>> for Live<T, P> {
    fn from(stored: Stored<T, P>) -> Self {
        Self::new(stored)
    }
}

impl<T: CrdtNode, P: Place + Shareable> fmt::Debug for Live<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").field("document", &self.id()).finish_non_exhaustive()
    }
}

impl<T: CrdtNode, P: Place + Shareable> Live<T, P> {
    /// Shares a document.
    pub fn new(stored: Stored<T, P>) -> Self {
        let (id, told) = (stored.id(), stored.history().len());
        let store = stored.store().clone();
        let seat = Arc::new(RwLock::new(Some(stored)));
        let entry = Entry::new(id, told, seat.clone());
        #[cfg(all(target_family = "wasm", target_os = "unknown"))]
        wasm_bindgen_futures::spawn_local(following::follow(Arc::downgrade(&entry), store.clone()));
        Self { shared: Arc::new(Shared { entry, store, seat }) }
    }

    /// Gives the document back, if this is the only handle to it.
    ///
    /// # Errors
    /// This handle, if there are others.
    pub async fn into_stored(self) -> Result<Stored<T, P>, Self> {
        let shared = Arc::try_unwrap(self.shared).map_err(|shared| Self { shared })?;
        let stored = shared.seat.write().await.take();
        Ok(taken_out(stored))
    }

    /// Ends it in an orderly way: what is being written is durable when this returns, and the document
    /// is not exchanged with relays any more, also if there are other handles, which can go on using
    /// it here. What relays are to have first is what [`synced`](Self::synced) waits for.
    ///
    /// # Errors
    /// Those of the store, where what was written is not durable anyway.
    pub async fn close(self) -> Result<(), StoreError> {
        self.shared.entry.gone();
        let store = self.shared.store.clone();
        writing(self.shared.seat.clone(), async move |_: &mut Option<Stored<T, P>>| {
            store.waiting().flush().await
        })
        .await
    }

    /// The document's id.
    pub fn id(&self) -> DocumentId {
        self.shared.entry.id
    }

    /// The store that it is in.
    pub fn store(&self) -> &Store<P> {
        &self.shared.store
    }

    /// Reads the document by reference. The closure runs here, beside others that read, and while
    /// it does nobody writes.
    pub async fn read<R>(&self, read: impl FnOnce(T::View<'_>) -> R) -> R {
        self.with(|document| read(document.read())).await
    }

    /// As [`read`](Self::read), of the whole document: its history, heads, earlier versions.
    pub async fn with<R>(&self, read: impl FnOnce(&Document<T>) -> R) -> R {
        let seat = self.shared.seat.read().await;
        read(seated(seat.as_ref()))
    }

    /// The document as a plain value.
    pub async fn value(&self) -> T::Value {
        self.with(Document::value).await
    }

    /// What changes from now on, whether it comes from here or from elsewhere.
    pub async fn deltas(&self) -> Deltas<T, P> {
        let changed = self.shared.entry.changed();
        let mut seat = self.shared.seat.write().await;
        let observer = seated_mut(&mut seat).observe();
        Deltas::new(Arc::downgrade(&self.shared), changed, observer)
    }

    /// How often it has grown, whoever wrote, and whenever it does: for those who look by themselves.
    pub fn growth(&self) -> watch::Receiver<u64> {
        self.shared.entry.changed()
    }

    /// Has a thread do something with the document, and tells what has come of it.
    async fn work<R: Portable + 'static>(
        &self,
        work: impl AsyncFnOnce(&mut Stored<T, P>) -> R + Portable + 'static,
    ) -> R {
        let entry = self.shared.entry.clone();
        writing(self.shared.seat.clone(), async move |seat: &mut Option<Stored<T, P>>| {
            let stored = seated_mut(seat);
            let result = work(stored).await;
            entry.tell(&*stored, Origin::Here).await;
            result
        })
        .await
    }

    #[cfg(any(feature = "net", all(target_family = "wasm", target_os = "unknown")))]
    pub(crate) fn entry(&self) -> &Arc<Entry> {
        &self.shared.entry
    }

    /// As [`Stored::refresh`]: what others wrote through handles of their own.
    ///
    /// # Errors
    /// As [`Stored::refresh`].
    pub async fn refresh(&self) -> Result<bool, StoreError> {
        self.work(async |stored: &mut Stored<T, P>| stored.waiting().refresh().await).await
    }

    /// As [`Stored::compact`].
    ///
    /// # Errors
    /// As [`Stored::compact`].
    pub async fn compact(&self) -> Result<(), StoreError> {
        self.work(async |stored: &mut Stored<T, P>| stored.waiting().compact().await).await
    }
}

/// Whoever has a handle is not the last one that took the document out.
const SEATED: &str = "a handle has its document";

fn seated<T: CrdtNode, P: Place>(seat: Option<&Stored<T, P>>) -> &Document<T> {
    seat.expect(SEATED)
}

fn seated_mut<T: CrdtNode, P: Place>(seat: &mut Option<Stored<T, P>>) -> &mut Stored<T, P> {
    seat.as_mut().expect(SEATED)
}

fn taken_out<T: CrdtNode, P: Place>(stored: Option<Stored<T, P>>) -> Stored<T, P> {
    stored.expect(SEATED)
}
