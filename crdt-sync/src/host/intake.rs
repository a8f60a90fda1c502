//! What comes from connections: whatever waits for a document is made durable at once.

use std::sync::{Arc, Mutex, PoisonError};

use crdt_core::ChangeHash;
use crdt_store::StoreError;
use thiserror::Error;
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

use super::entry::{Entry, Origin};
use super::seat::Hosted;

/// Bundles that were sent by somebody.
pub(crate) struct Sent {
    pub(crate) bytes: Vec<u8>,
    pub(crate) origin: Origin,
    /// How many canonical bytes they may come to.
    pub(crate) quota: Option<u64>,
}

/// What has become of them, which is durable.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    /// The heads that the document has then.
    pub(crate) heads: Vec<ChangeHash>,
    /// How many changes were new, and how many canonical bytes.
    pub(crate) changes: usize,
    pub(crate) bytes: u64,
}

/// Why bundles were not taken in.
#[derive(Debug, Error)]
pub(crate) enum TakeInError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(
        "{bytes} bytes of changes are more than the {left} that are left of the quota for this key \
         and document"
    )]
    OverQuota { bytes: u64, left: u64 },
    #[error("the document is not kept here any more")]
    Gone,
}

type Done = oneshot::Sender<Result<Taken, TakeInError>>;

/// What waits to be taken in.
#[derive(Default)]
pub(super) struct Queue(Mutex<Vec<(Sent, Done)>>);

impl Queue {
    fn push(&self, sent: Sent, done: Done) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((sent, done));
    }

    fn take(&self) -> Vec<(Sent, Done)> {
        core::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Entry {
    /// Takes bundles in, together with whatever else waits: so that many who write at once share one
    /// write to the disk.
    pub(crate) async fn take_in(self: &Arc<Self>, sent: Sent) -> Result<Taken, TakeInError> {
        let (done, is_done) = oneshot::channel();
        self.queue.push(sent, done);
        let mut seat = self.seat().write_owned().await;
        let batch = self.queue.take();
        if !batch.is_empty() {
            let entry = self.clone();
            // Whoever came with it is told by the channel; if this panics they are told nothing.
            let _ = spawn_blocking(move || {
                if let Some(hosted) = seat.hosted_mut() {
                    entry.take_in_all(hosted, batch);
                }
            })
            .await;
        }
        is_done.await.unwrap_or(Err(TakeInError::Gone))
    }

    fn take_in_all(&self, hosted: &mut dyn Hosted, batch: Vec<(Sent, Done)>) {
        let (bounded, free): (Vec<_>, Vec<_>) =
            batch.into_iter().partition(|(sent, _)| sent.quota.is_some());
        let free = if free.len() > 1 { self.take_in_at_once(hosted, free) } else { free };
        for (sent, done) in free.into_iter().chain(bounded) {
            let taken = self.take_in_one(hosted, &sent.bytes, sent.origin, sent.quota);
            // Who sent it may be gone.
            let _ = done.send(taken);
        }
    }

    /// Takes in all or nothing of what several sent, and gives back what has to be taken in one by
    /// one, so that each is told what is wrong with its own.
    fn take_in_at_once(
        &self,
        hosted: &mut dyn Hosted,
        batch: Vec<(Sent, Done)>,
    ) -> Vec<(Sent, Done)> {
        let bytes: Vec<&[u8]> = batch.iter().map(|(sent, _)| &sent.bytes[..]).collect();
        let first = batch[0].0.origin;
        let is_of_one = batch.iter().all(|(sent, _)| sent.origin == first);
        let origin = if is_of_one { first } else { Origin::Here };
        let Ok(taken) = self.take_in_one(hosted, &bytes.concat(), origin, None) else {
            return batch;
        };
        for (_, done) in batch {
            let _ = done.send(Ok(taken.clone()));
        }
        Vec::new()
    }

    fn take_in_one(
        &self,
        hosted: &mut dyn Hosted,
        bytes: &[u8],
        origin: Origin,
        quota: Option<u64>,
    ) -> Result<Taken, TakeInError> {
        let outcome = hosted.apply(bytes, quota)?;
        hosted.store().flush()?;
        self.tell(hosted, origin);
        let heads = hosted.history().heads();
        Ok(Taken { heads, changes: outcome.applied.len(), bytes: outcome.bytes })
    }
}
