use core::fmt;
use std::sync::Weak;

use crdt_core::{CrdtNode, Document, Look, Observer, Seen};
use crdt_store::backend::{Blocking, Place};
use futures_util::stream::{self, Stream};
use tokio::sync::watch;

use super::{Shared, seated};
use crate::host::Shareable;

/// What changes in a [`Live`](super::Live) document, one after the other; made by
/// [`Live::deltas`](super::Live::deltas).
///
/// What nobody has asked for yet is told at once, as one delta, and takes memory up to some
/// megabytes: past that it is [`Seen::Wholly`], and the document is to be read anew. It does not
/// keep the document open: there is no more when the last handle is gone.
pub struct Deltas<T: CrdtNode, P: Place + Shareable = Blocking> {
    shared: Weak<Shared<T, P>>,
    changed: watch::Receiver<u64>,
    observer: Observer,
}

impl<T: CrdtNode, P: Place + Shareable> fmt::Debug for Deltas<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deltas").field("observer", &self.observer).finish_non_exhaustive()
    }
}

impl<T: CrdtNode, P: Place + Shareable> Deltas<T, P> {
    pub(super) fn new(
        shared: Weak<Shared<T, P>>,
        changed: watch::Receiver<u64>,
        observer: Observer,
    ) -> Self {
        Self { shared, changed, observer }
    }

    /// Waits until something has changed, and says what; `None` when the document is no longer
    /// shared. Nothing is missed if the future is dropped.
    pub async fn next(&mut self) -> Option<Seen<T>> {
        self.next_with(|look, _| look.seen).await
    }

    /// As [`next`](Self::next), with the changes that it comes from and the document as it is then.
    pub async fn next_with<R>(
        &mut self,
        read: impl FnOnce(Look<'_, T>, &Document<T>) -> R,
    ) -> Option<R> {
        loop {
            self.changed.borrow_and_update();
            {
                let shared = self.shared.upgrade()?;
                let seat = shared.seat.read().await;
                let document = seated(seat.as_ref());
                let look = document.look(&mut self.observer);
                if !matches!(look.seen, Seen::Nothing) {
                    return Some(read(look, document));
                }
            }
            self.changed.changed().await.ok()?;
        }
    }

    /// All of them as a stream.
    pub fn into_stream(self) -> impl Stream<Item = Seen<T>> {
        stream::unfold(self, |mut deltas| async move {
            let seen = deltas.next().await?;
            Some((seen, deltas))
        })
    }
}
