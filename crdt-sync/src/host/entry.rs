use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crdt_core::{DocumentId, History, Keypair};
use crdt_store::{StoreError, StoredHistory};
use tokio::sync::{RwLock, watch};

use super::intake::Queue;
use super::scene::Scene;
use super::seat::{Hosted, Seat};
use super::standing::{Standing, To};
use super::threads::{Portable, Shareable};
use super::work::{reading, writing};
use crate::protocol::Presence;

/// Where changes come from: a connection, by its number, or somebody here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Origin {
    Here,
    Connection(u32),
}

/// Changes that a document has got, which are durable.
pub(crate) struct Grown<'a> {
    pub(crate) entry: &'a Entry,
    pub(crate) history: &'a History,
    /// How many it had before.
    pub(crate) before: usize,
    pub(crate) origin: Origin,
}

/// Who is told when a document has got changes. It is told on a thread that may block, in the order
/// in which they came, while the document is locked.
pub(crate) trait Listener: Shareable {
    fn grown(&self, grown: &Grown<'_>);

    /// There is something to be said of who is in a document.
    fn scene(&self, entry: &Entry);

    /// Somebody here says where they are.
    fn presence(&self, document: DocumentId, presence: &Presence);

    /// The app does not share a document any more, or not this way.
    fn gone(&self, entry: &Entry);
}

/// A document that is shared, whatever its type.
pub(crate) struct Entry {
    pub(crate) id: DocumentId,
    seat: Arc<RwLock<dyn Seat>>,
    pub(super) queue: Queue,
    /// How many changes everyone was told of. It is written while the document is locked.
    told: AtomicUsize,
    /// How many it had when it was last known that all are durable; none has so many before.
    durable: AtomicUsize,
    /// Whether it could not be made durable when that was tried last, so that others were not told.
    is_kept_back: AtomicBool,
    /// How often it has grown.
    changed: watch::Sender<u64>,
    /// Who is in it.
    pub(crate) scene: Scene,
    /// How relays stand to it.
    standing: watch::Sender<Standing>,
    listeners: Mutex<Vec<Weak<dyn Listener>>>,
}

impl Entry {
    /// A document of which everyone was told of so many changes.
    #[cfg_attr(
        target_family = "wasm",
        expect(
            clippy::arc_with_non_send_sync,
            reason = "a page has one thread, a program has several"
        )
    )]
    pub(crate) fn new(id: DocumentId, told: usize, seat: Arc<RwLock<dyn Seat>>) -> Arc<Self> {
        Arc::new(Self {
            id,
            seat,
            queue: Queue::default(),
            told: AtomicUsize::new(told),
            durable: AtomicUsize::new(usize::MAX),
            is_kept_back: AtomicBool::new(false),
            changed: watch::Sender::new(0),
            scene: Scene::default(),
            standing: watch::Sender::default(),
            listeners: Mutex::default(),
        })
    }

    /// A document whose type is not known here.
    pub(crate) fn of_history(history: StoredHistory) -> Arc<Self> {
        let (id, told) = (history.document(), history.len());
        Self::new(id, told, Arc::new(RwLock::new(Some(history))))
    }

    pub(super) fn seat(&self) -> Arc<RwLock<dyn Seat>> {
        self.seat.clone()
    }

    /// Has a thread look at what there is; `None` if the document is not shared any more.
    pub(crate) async fn look<R: Portable + 'static>(
        &self,
        look: impl FnOnce(&History) -> R + Portable + 'static,
    ) -> Option<R> {
        let look = async move |seat: &dyn Seat| seat.hosted().map(|hosted| look(hosted.history()));
        reading(self.seat(), look).await
    }

    /// As [`look`](Self::look), for others elsewhere: at what is durable.
    ///
    /// # Errors
    /// Those of the store, if it cannot be made so.
    pub(crate) async fn look_durable<R: Portable + 'static>(
        self: &Arc<Self>,
        look: impl FnOnce(&History) -> R + Portable + 'static,
    ) -> Result<Option<R>, StoreError> {
        let entry = self.clone();
        reading(self.seat(), async move |seat: &dyn Seat| {
            let Some(hosted) = seat.hosted() else { return Ok(None) };
            entry.flush(hosted).await?;
            Ok(Some(look(hosted.history())))
        })
        .await
    }

    /// Has all of it be durable, if that is not known. Nobody elsewhere is told of what is not: that
    /// would make two changes with one number of it after a power cut.
    pub(super) async fn flush(&self, hosted: &dyn Hosted) -> Result<(), StoreError> {
        let changes = hosted.history().len();
        if self.durable.load(Ordering::Relaxed) != changes {
            let flushed = hosted.flush().await;
            if flushed.is_err() {
                self.is_kept_back.store(true, Ordering::Relaxed);
            }
            flushed?;
            self.durable.store(changes, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Whether there may be something that others were not told of, since it was not durable. In a browser
    /// whatever is committed is, and what is not committed is not there.
    #[cfg(all(feature = "net", not(target_family = "wasm")))]
    pub(crate) fn is_kept_back(&self) -> bool {
        self.is_kept_back.load(Ordering::Relaxed)
    }

    /// Has a thread bring in what other handles wrote.
    ///
    /// # Errors
    /// [`StoreError::Removed`] if the document was removed; those of the store.
    pub(crate) async fn refresh(self: &Arc<Self>) -> Result<(), StoreError> {
        let entry = self.clone();
        writing(self.seat(), async move |seat: &mut dyn Seat| {
            let Some(hosted) = seat.hosted_mut() else { return Ok(()) };
            let refreshed = hosted.refresh().await.map(drop);
            entry.tell(hosted, Origin::Here).await;
            refreshed
        })
        .await
    }

    /// As [`refresh`](Self::refresh), where nobody waits for it.
    pub(crate) async fn bring_in(self: &Arc<Self>) {
        if let Err(error) = self.refresh().await {
            tracing::warn!(%error, document = %self.id, "not brought up to date");
        }
    }

    /// How many changes everyone was told of.
    pub(crate) fn told(&self) -> usize {
        self.told.load(Ordering::Relaxed)
    }

    /// Has a thread tell everyone what there is beyond so many changes, of which they were told before.
    pub(crate) async fn tell_since(self: &Arc<Self>, told: usize) {
        let entry = self.clone();
        writing(self.seat(), async move |seat: &mut dyn Seat| {
            let Some(hosted) = seat.hosted() else { return };
            entry.told.store(told.min(hosted.history().len()), Ordering::Relaxed);
            entry.tell(hosted, Origin::Here).await;
        })
        .await;
    }

    /// Told whenever the document has grown.
    pub(crate) fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// How relays stand to it, and whenever that changes.
    pub(crate) fn standing(&self) -> watch::Receiver<Standing> {
        self.standing.subscribe()
    }

    /// Notes how a relay stands to it.
    pub(crate) fn note(&self, note: impl FnOnce(&mut Standing)) {
        self.standing.send_modify(note);
    }

    /// Notes how a relay stands to it. If that has come to follow it, it is shown who is here.
    pub(crate) fn note_of(&self, to: To, note: impl FnOnce(&mut Standing, To) -> bool) {
        let mut has_joined = false;
        self.note(|standing| has_joined = note(standing, to));
        if has_joined {
            self.scene.show_again();
        }
    }

    pub(crate) fn listen(&self, listener: Weak<dyn Listener>) {
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|known| known.strong_count() > 0 && !known.ptr_eq(&listener));
        listeners.push(listener);
    }

    fn listeners(&self) -> Vec<Arc<dyn Listener>> {
        let listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.iter().filter_map(Weak::upgrade).collect()
    }

    /// Shows something of this side to others, or nothing any more.
    pub(crate) fn show(&self, bytes: Vec<u8>) {
        if self.scene.show(bytes) {
            self.listeners().iter().for_each(|listener| listener.scene(self));
        }
    }

    /// Says it to all of them.
    pub(crate) fn say(&self, presence: &Presence) {
        self.listeners().iter().for_each(|listener| listener.presence(self.id, presence));
    }

    /// Says what is to be said of this side. Says whether something is to be said later.
    pub(crate) fn say_own(&self, keypair: &Keypair) -> bool {
        match self.scene.say(keypair, &self.id) {
            Some(presence) => {
                self.say(&presence);
                false
            }
            None => self.scene.is_due(),
        }
    }

    /// The app does not share it any more. Others are told that it has left.
    pub(crate) fn gone(&self) {
        self.show(Vec::new());
        for listener in self.listeners() {
            listener.gone(self);
        }
    }

    /// Tells everyone if the document has grown since they were told last.
    pub(crate) async fn tell(&self, hosted: &dyn Hosted, origin: Origin) {
        let history = hosted.history();
        if history.len() == self.told.load(Ordering::Relaxed) {
            self.is_kept_back.store(false, Ordering::Relaxed);
            return;
        }
        self.changed.send_modify(|times| *times = times.wrapping_add(1));
        let listeners = self.listeners();
        if listeners.is_empty() {
            self.told.store(history.len(), Ordering::Relaxed);
            return;
        }
        if let Err(error) = self.flush(hosted).await {
            tracing::error!(%error, document = %self.id, "changes are kept back: not durable");
            return;
        }
        self.is_kept_back.store(false, Ordering::Relaxed);
        let before = self.told.swap(history.len(), Ordering::Relaxed);
        for listener in listeners {
            listener.grown(&Grown { entry: self, history, before, origin });
        }
    }
}

#[cfg(test)]
mod tests {
    use crdt_core::CrdtNode;
    use crdt_store::Store;

    use super::super::disk::Disk;
    use super::super::intake::{Quota, Sent};
    use super::*;
    use crate::Live;

    #[derive(CrdtNode)]
    struct Note {
        text: String,
    }

    #[tokio::test]
    async fn others_look_at_what_is_durable() -> Result<(), StoreError> {
        let place = Disk::default();
        let keypair = Keypair::from_secret_bytes(&[1; 32]);
        let store = Store::over(Arc::new(place.clone()), Some(keypair));
        let mut stored = store.create::<Note>()?;
        stored.change(|note| note.text.set("Plan"))?;
        let note = Live::new(stored);
        let before = place.flushed();
        for _ in 0..2 {
            assert_eq!(note.entry().look_durable(History::len).await?, Some(1));
        }
        assert_eq!(place.flushed(), before + 1, "once");

        // It is written, and the disk does not take it.
        place.fail(true);
        note.change(|note| note.text.set("Next")).await?;
        let looked = note.entry().look_durable(History::len).await;
        assert!(matches!(looked, Err(StoreError::Unsure(_))), "it is kept back");
        assert_eq!(note.entry().look(History::len).await, Some(2));
        place.fail(false);
        assert_eq!(note.entry().look_durable(History::len).await?, Some(2));
        Ok(())
    }

    /// What is part of a document is counted for who brought it, also where it is not durable yet.
    #[tokio::test]
    async fn what_a_disk_does_not_take_is_counted_all_the_same() -> Result<(), StoreError> {
        let place = Disk::default();
        let author = Keypair::from_secret_bytes(&[1; 32]);
        let mut note = crdt_core::Document::<Note>::create(author).expect("randomness");
        note.change(|note| note.text.set("Plan")).expect("short");
        let kept_by = Keypair::from_secret_bytes(&[2; 32]);
        let store = Store::over(Arc::new(place.clone()), Some(kept_by));
        let entry = Entry::of_history(store.join_history(note.id())?);
        let used = Arc::new(std::sync::atomic::AtomicU64::new(0));
        place.fail(true);
        let quota = Some(Quota { bytes: 10_000, used: used.clone() });
        let sent = Sent { bytes: note.export(&[]), origin: Origin::Here, quota };
        assert!(entry.take_in(vec![sent]).await.iter().all(Result::is_err));
        let bytes = entry.look(History::bytes).await.expect("it is there");
        assert_eq!((used.load(Ordering::Relaxed), bytes > 0), (bytes, true));
        Ok(())
    }
}
