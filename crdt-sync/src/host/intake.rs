//! What comes from connections: whatever waits for a document is made durable at once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crdt_core::Outcome;
use crdt_store::StoreError;
use thiserror::Error;
use tokio::sync::oneshot;

use super::entry::{Entry, Origin};
use super::seat::Hosted;
use super::work::run;
use crate::protocol::Answer;

/// Bundles that were sent by somebody.
pub(crate) struct Sent {
    pub(crate) bytes: Vec<u8>,
    pub(crate) origin: Origin,
    pub(crate) quota: Option<Quota>,
}

/// How many canonical bytes somebody may bring into a document, and has.
#[derive(Clone)]
pub(crate) struct Quota {
    pub(crate) bytes: u64,
    pub(crate) used: Arc<AtomicU64>,
}

impl Quota {
    /// Whether what bundles come to is within it.
    pub(super) fn allows(&self, outcome: &Outcome) -> Result<(), TakeInError> {
        let left = self.bytes.saturating_sub(self.used.load(Ordering::Relaxed));
        let bytes = outcome.bytes;
        if bytes > left { Err(TakeInError::OverQuota { bytes, left }) } else { Ok(()) }
    }
}

/// What has become of bundles, which is durable.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub(crate) answer: Answer,
    /// How many canonical bytes were new.
    pub(crate) bytes: u64,
}

/// Why bundles were not taken in.
#[derive(Debug, Error)]
pub(crate) enum TakeInError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{bytes} bytes of changes are more than the {left} that are left of a quota")]
    OverQuota { bytes: u64, left: u64 },
    #[error("the document is not kept here any more")]
    Gone,
}

type Done = oneshot::Sender<Result<Taken, TakeInError>>;

/// What waits to be taken in.
#[derive(Default)]
pub(super) struct Queue(Mutex<Vec<(Sent, Done)>>);

impl Queue {
    fn push(&self, sent: Vec<(Sent, Done)>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(sent);
    }

    fn take(&self) -> Vec<(Sent, Done)> {
        core::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Entry {
    /// Takes bundles in, together with whatever else waits: so that many who write at once share one
    /// write to the disk.
    pub(crate) async fn take_in(
        self: &Arc<Self>,
        sent: Vec<Sent>,
    ) -> Vec<Result<Taken, TakeInError>> {
        let (sent, are_done): (Vec<_>, Vec<_>) = sent.into_iter().map(with_answer).unzip();
        self.queue.push(sent);
        let mut locked = self.seat().write_owned().await;
        let batch = self.queue.take();
        if !batch.is_empty() {
            let entry = self.clone();
            // Whoever came with it is told by the channel; if this panics they are told nothing.
            let _ = run(async move || {
                if let Some(hosted) = locked.hosted_mut() {
                    entry.take_in_all(hosted, batch).await;
                }
            })
            .await;
        }
        let mut taken = Vec::with_capacity(are_done.len());
        for is_done in are_done {
            taken.push(is_done.await.unwrap_or(Err(TakeInError::Gone)));
        }
        taken
    }

    async fn take_in_all(&self, hosted: &mut dyn Hosted, batch: Vec<(Sent, Done)>) {
        let (bounded, free): (Vec<_>, Vec<_>) =
            batch.into_iter().partition(|(sent, _)| sent.quota.is_some());
        let free = if free.len() > 1 { self.take_in_at_once(hosted, free).await } else { free };
        for (sent, done) in free.into_iter().chain(bounded) {
            // Who sent it may be gone.
            let _ = done.send(self.take_in_one(hosted, &sent).await);
        }
    }

    /// Takes in all or nothing of what several sent, and gives back what has to be taken in one by
    /// one, so that each is told what is wrong with its own.
    async fn take_in_at_once(
        &self,
        hosted: &mut dyn Hosted,
        batch: Vec<(Sent, Done)>,
    ) -> Vec<(Sent, Done)> {
        let all: Vec<&[u8]> = batch.iter().map(|(sent, _)| &sent.bytes[..]).collect();
        let first = batch[0].0.origin;
        let is_of_one = batch.iter().all(|(sent, _)| sent.origin == first);
        let origin = if is_of_one { first } else { Origin::Here };
        let sent = Sent { bytes: all.concat(), origin, quota: None };
        let Ok(taken) = self.take_in_one(hosted, &sent).await else {
            return batch;
        };
        // It was one write: whoever counts bytes counts them once.
        let mut bytes = taken.bytes;
        for (_, done) in batch {
            let answer = taken.answer.clone();
            let _ = done.send(Ok(Taken { answer, bytes: core::mem::take(&mut bytes) }));
        }
        Vec::new()
    }

    async fn take_in_one(
        &self,
        hosted: &mut dyn Hosted,
        sent: &Sent,
    ) -> Result<Taken, TakeInError> {
        let outcome = hosted.apply(&sent.bytes, sent.quota.as_ref()).await?;
        hosted.flush().await?;
        if let Some(quota) = &sent.quota {
            quota.used.fetch_add(outcome.bytes, Ordering::Relaxed);
        }
        self.tell(hosted, sent.origin).await;
        let answer = Answer::taken(hosted.history(), &outcome);
        Ok(Taken { answer, bytes: outcome.bytes })
    }
}

fn with_answer(sent: Sent) -> ((Sent, Done), oneshot::Receiver<Result<Taken, TakeInError>>) {
    let (done, is_done) = oneshot::channel();
    ((sent, done), is_done)
}
