//! What comes from connections: whatever waits for a document is made durable at once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

#[cfg(any(feature = "net", all(target_family = "wasm", target_os = "unknown")))]
use crdt_core::ApplyError;
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
    pub(crate) fn allows(&self, outcome: &Outcome) -> Result<(), TakeInError> {
        let left = self.bytes.saturating_sub(self.used.load(Ordering::Relaxed));
        let bytes = brought(outcome);
        if bytes > left { Err(TakeInError::OverQuota { bytes, left }) } else { Ok(()) }
    }
}

/// How many canonical bytes somebody brought: also what waits, and not what had waited for it, which
/// was counted when others brought it.
fn brought(outcome: &Outcome) -> u64 {
    outcome.bytes - outcome.woken_bytes + outcome.waiting_bytes
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

/// Has whoever runs the app know that it will never have a document, and what to do: nobody else can.
#[cfg(any(feature = "net", all(target_family = "wasm", target_os = "unknown")))]
pub(crate) fn warn_of_type(error: &ApplyError) {
    if let ApplyError::OfAnotherType { .. } = error {
        tracing::warn!(%error, "a document that was joined is of another type");
    }
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

/// Takes out of the queue, when it is dropped, what nobody waits for any more.
struct Waits<'a>(&'a Queue);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        let mut waiting = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|(_, done)| !done.is_closed());
    }
}

impl Entry {
    /// Takes bundles in, together with whatever else waits: so that many who write at once share one
    /// write to the disk.
    pub(crate) async fn take_in(
        self: &Arc<Self>,
        sent: Vec<Sent>,
    ) -> Vec<Result<Taken, TakeInError>> {
        // Dropped after those who wait: a request may be given up.
        let _waits = Waits(&self.queue);
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
        // It is part of the document, whether or not the disk takes it now.
        if let Some(quota) = &sent.quota {
            quota.used.fetch_add(brought(&outcome), Ordering::Relaxed);
        }
        self.flush(hosted).await?;
        self.tell(hosted, sent.origin).await;
        let answer = Answer::taken(hosted.history(), &outcome);
        Ok(Taken { answer, bytes: outcome.bytes })
    }
}

fn with_answer(sent: Sent) -> ((Sent, Done), oneshot::Receiver<Result<Taken, TakeInError>>) {
    let (done, is_done) = oneshot::channel();
    ((sent, done), is_done)
}

#[cfg(test)]
mod tests {
    use crdt_core::{CrdtNode, Document, History, Keypair};
    use crdt_store::Store;

    use super::*;

    #[derive(CrdtNode)]
    struct Note {
        text: String,
    }

    fn quota(bytes: u64) -> Quota {
        Quota { bytes, used: Arc::default() }
    }

    async fn sent(entry: &Arc<Entry>, bytes: &[u8], quota: &Quota) -> Result<Taken, TakeInError> {
        let (bytes, quota) = (bytes.to_vec(), Some(quota.clone()));
        let sent = Sent { bytes, origin: Origin::Here, quota };
        entry.take_in(vec![sent]).await.pop().expect("an answer")
    }

    /// Whose change others have built on before it came here is not kept from bringing it, and pays for
    /// it alone; what waits for it was paid for by those who brought it.
    #[tokio::test]
    async fn what_waits_is_counted_for_who_brought_it() -> Result<(), Box<dyn std::error::Error>> {
        let [one, two] = [1, 2].map(|seed| Keypair::from_secret_bytes(&[seed; 32]));
        let mut mine = Document::<Note>::create(one)?;
        let before = mine.heads();
        let first = mine.export(&[]);
        mine.change(|note| note.text.set("mine"))?;
        let mut theirs = Document::<Note>::join(mine.id(), two);
        theirs.apply(&mine.export(&[]))?;
        theirs.change(|note| note.text.set("theirs ".repeat(1000)))?;
        let (change, waits) = (mine.export(&before), theirs.export(&mine.heads()));

        let store = Store::in_memory(Keypair::from_secret_bytes(&[3; 32]));
        let entry = Entry::of_history(store.join_history(mine.id())?);
        sent(&entry, &first, &quota(10_000)).await?;
        let refused = sent(&entry, &waits, &quota(1000)).await;
        assert!(matches!(refused, Err(TakeInError::OverQuota { .. })), "what waits is counted");
        let (of_two, of_one) = (quota(10_000), quota(1000));
        sent(&entry, &waits, &of_two).await?;
        assert!(of_two.used.load(Ordering::Relaxed) > 7000);
        sent(&entry, &change, &of_one).await?;
        assert!(of_one.used.load(Ordering::Relaxed) < 1000);
        assert_eq!(entry.look(History::len).await, Some(theirs.history().len()));
        Ok(())
    }

    /// A request that is given up before its turn does nothing, and nothing of it is kept.
    #[tokio::test]
    async fn what_nobody_waits_for_any_more_is_not_held() -> Result<(), Box<dyn std::error::Error>>
    {
        let note = Document::<Note>::create(Keypair::from_secret_bytes(&[1; 32]))?;
        let store = Store::in_memory(Keypair::from_secret_bytes(&[3; 32]));
        let entry = Entry::of_history(store.join_history(note.id())?);
        let seat = entry.seat();
        let busy = seat.write_owned().await;
        let (bytes, quota) = (note.export(&[]), quota(10_000));
        let mut sending = Box::pin(sent(&entry, &bytes, &quota));
        assert!(futures_util::poll!(&mut sending).is_pending());
        assert_eq!(entry.queue.0.lock().expect("no panic").len(), 1);
        drop(sending);
        assert!(entry.queue.0.lock().expect("no panic").is_empty());
        drop(busy);
        sent(&entry, &bytes, &quota).await?;
        Ok(())
    }
}
