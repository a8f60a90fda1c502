//! Documents as they are opened, and let go of.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use crdt_core::DocumentId;
use crdt_store::{Store, StoreError};
use tokio::sync::{OnceCell, watch};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::{Errand, Hub, Mail, Policy};
use crate::host::{Entry, Listener, Ways, apart};

/// The documents that are in use.
#[derive(Default)]
pub(super) struct Documents(HashMap<DocumentId, Held>);

/// A document in use.
#[derive(Clone)]
enum Held {
    /// Opened here.
    Opened(Arc<Opened>),
    /// Shared by the app.
    Bound(Ways),
}

#[derive(Default)]
struct Opened {
    entry: OnceCell<Arc<Entry>>,
    /// When somebody last asked for it, by the hub's clock.
    used: AtomicU64,
}

impl Documents {
    /// How many are open.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl Hub {
    /// How many documents are open.
    pub(crate) fn open_documents(&self) -> usize {
        self.documents().len()
    }

    /// A document, opened if need be.
    ///
    /// # Errors
    /// [`StoreError::UnknownDocument`] or [`StoreError::Removed`] if it is not here, or the app does not
    /// share it (any more); those of the place.
    pub(crate) async fn open(
        self: &Arc<Self>,
        document: DocumentId,
    ) -> Result<Arc<Entry>, StoreError> {
        self.open_by(document, Store::open_history).await
    }

    /// A document, made if need be.
    ///
    /// # Errors
    /// Those of the place.
    pub(crate) async fn join(
        self: &Arc<Self>,
        document: DocumentId,
    ) -> Result<Arc<Entry>, StoreError> {
        self.open_by(document, Store::join_history).await
    }

    async fn open_by(
        self: &Arc<Self>,
        document: DocumentId,
        open: fn(&Store, DocumentId) -> Result<crdt_store::StoredHistory, StoreError>,
    ) -> Result<Arc<Entry>, StoreError> {
        let opened = match self.held(document) {
            Held::Bound(ways) => {
                return ways.first().ok_or(StoreError::UnknownDocument(document));
            }
            Held::Opened(opened) => opened,
        };
        opened.used.store(self.now().as_millis(), Ordering::Relaxed);
        let entry = opened.entry.get_or_try_init(|| async {
            let store = self.store.clone();
            let opening = spawn_blocking(move || open(&store, document));
            let history = opening.await.map_err(|_| StoreError::UnknownDocument(document))??;
            let changes = history.len();
            let entry = Entry::of_history(history);
            let listener: Arc<dyn Listener> = self.clone();
            entry.listen(Arc::downgrade(&listener));
            self.tell_of_reopened(&entry, changes);
            Ok(entry)
        });
        let entry = entry.await.cloned();
        if entry.is_err() {
            let mut documents = self.documents();
            let is_this =
                |held: &Held| matches!(held, Held::Opened(one) if Arc::ptr_eq(one, &opened));
            if documents.0.get(&document).is_some_and(is_this) && !opened.entry.initialized() {
                documents.0.remove(&document);
            }
        }
        entry
    }

    /// Tells those that follow a document what was written to it elsewhere while it was not open.
    fn tell_of_reopened(&self, entry: &Arc<Entry>, changes: usize) {
        let told = self.routes().were_told(&entry.id).map(|told| told as usize);
        if let Some(told) = told.filter(|told| (1..changes).contains(told)) {
            let entry = entry.clone();
            self.runtime.spawn(async move { entry.tell_since(told).await });
        }
    }

    /// A document as the app shares it, or the place for one that is opened here. What an app does not
    /// share is not opened for it: what is still asked of it was asked when it did.
    fn held(&self, document: DocumentId) -> Held {
        let mut documents = self.documents();
        match self.policy {
            Policy::Bound => documents.0.get(&document).cloned().unwrap_or_default(),
            Policy::Relay(_) => {
                documents.0.entry(document).or_insert_with(|| Held::Opened(Arc::default())).clone()
            }
        }
    }

    /// In which open documents there are equivocations, and how many.
    pub(crate) async fn forks(&self) -> Vec<(DocumentId, usize)> {
        let opened: Vec<Arc<Entry>> = {
            let documents = self.documents();
            documents.0.values().filter_map(Held::entry).collect()
        };
        let mut forks = Vec::new();
        for entry in opened {
            let count = entry.look(|history| history.equivocations().len()).await.unwrap_or(0);
            forks.extend((count > 0).then_some((entry.id, count)));
        }
        forks
    }

    /// Whether a document is bound.
    pub(crate) fn is_bound(&self, document: &DocumentId) -> bool {
        matches!(self.documents().0.get(document), Some(Held::Bound(_)))
    }

    /// The documents that are bound.
    pub(crate) fn bound(&self) -> Vec<DocumentId> {
        let documents = self.documents();
        let bound = documents.0.iter().filter(|(_, held)| matches!(held, Held::Bound(_)));
        bound.map(|(document, _)| *document).collect()
    }

    /// A bound document in all ways in which the app has it.
    pub(crate) fn bound_entries(&self, document: &DocumentId) -> Vec<Arc<Entry>> {
        match self.documents().0.get(document) {
            Some(Held::Bound(ways)) => ways.all(),
            _ => Vec::new(),
        }
    }

    /// Has all connections follow a document of the app.
    pub(crate) fn bind(self: &Arc<Self>, entry: &Arc<Entry>) {
        {
            let mut documents = self.documents();
            if let Held::Bound(ways) = documents.0.entry(entry.id).or_default() {
                ways.add(entry);
            }
        }
        let listener: Arc<dyn Listener> = self.clone();
        entry.listen(Arc::downgrade(&listener));
        self.routes().send_all_on(entry.id, Errand::FollowAnew);
    }

    /// The app does not share a document any more in one of the ways in which it did.
    pub(super) fn unbind_entry(&self, entry: &Entry) {
        if self.leave_way(entry) {
            self.unbind(entry.id);
        }
    }

    /// A document is not shared any more in a way. If others were told of that one, they look anew at what
    /// there is in another, which may be less. Says whether there is none.
    fn leave_way(&self, entry: &Entry) -> bool {
        let (is_first, is_last) = match self.documents().0.get_mut(&entry.id) {
            Some(Held::Bound(ways)) => {
                let (is_first, _) = apart(ways.all(), entry);
                (is_first, ways.remove(entry))
            }
            _ => return false,
        };
        if is_first && !is_last {
            self.routes().send_all_on(entry.id, Errand::FollowAnew);
        }
        is_last
    }

    /// Has the other ways in which the app has a document bring in what one of them got. Says whether
    /// it is one of those that do so when others are to be told.
    pub(super) fn brought_in_by_others(&self, entry: &Entry) -> bool {
        let (tells, others) = apart(self.bound_entries(&entry.id), entry);
        for other in others {
            self.runtime.spawn(async move { other.bring_in().await });
        }
        !tells
    }

    /// All that is in use, however the app has it.
    pub(super) fn in_use(&self) -> Vec<Arc<Entry>> {
        let documents = self.documents();
        let all = documents.0.values().flat_map(|held| match held {
            Held::Opened(opened) => opened.entry.get().cloned().into_iter().collect(),
            Held::Bound(ways) => ways.all(),
        });
        all.collect()
    }

    /// Whether a document is in use, or about to be.
    pub(super) fn is_in_use(&self, document: &DocumentId) -> bool {
        self.documents().0.contains_key(document)
    }

    /// A document was removed from the store: it is served to nobody any more, unless the app has joined
    /// it anew.
    pub(super) fn removed(&self, entry: &Entry) {
        let document = entry.id;
        if self.is_of_app() && !self.leave_way(entry) {
            return;
        }
        let held = self.documents().0.remove(&document);
        if held.is_some() {
            tracing::info!(%document, "it was removed");
            self.routes().removed(document);
            self.tell_followers(&document, None, &Mail::Removed(document));
        }
    }

    /// Has no connection follow a document any more.
    pub(crate) fn unbind(&self, document: DocumentId) {
        let held = self.documents().0.remove(&document);
        if held.is_some() {
            self.routes().send_all_on(document, Errand::Leave);
        }
        if let Some(Held::Bound(ways)) = held {
            for entry in ways.all() {
                entry.note(|standing| standing.unbound(self.peer));
            }
        }
    }

    /// Lets go of what nobody has used for a while, and says of how many documents.
    pub(crate) fn let_go(&self, idle: Duration) -> usize {
        let mut routes = self.routes();
        let idle = u64::try_from(idle.as_millis()).unwrap_or(u64::MAX);
        let now = self.now().as_millis();
        let mut documents = self.documents();
        let before = documents.0.len();
        documents.0.retain(|_, held| match held {
            Held::Bound(_) => true,
            Held::Opened(opened) => {
                let used = opened.used.load(Ordering::Relaxed);
                let is_used = Arc::strong_count(opened) > 1
                    || opened
                        .entry
                        .get()
                        .is_some_and(|entry| Arc::strong_count(entry) > 1 || entry.is_kept_back());
                let stays = is_used || now.saturating_sub(used) < idle;
                if let (false, Some(entry)) = (stays, opened.entry.get()) {
                    routes.told(&entry.id, entry.told());
                }
                stays && opened.entry.initialized()
            }
        });
        if documents.0.len() < before / 2 {
            documents.0.shrink_to_fit();
        }
        before - documents.0.len()
    }
}

/// Lets go of what is idle, now and then.
pub(super) async fn let_go_of_idle(hub: Weak<Hub>, mut ended: watch::Receiver<bool>) {
    loop {
        let Some(pause) = hub.upgrade().map(|hub| hub.bounds.idle / 2) else { return };
        if timeout(pause, ended.wait_for(|ended| *ended)).await.is_ok() {
            return;
        }
        let Some(hub) = hub.upgrade() else { return };
        hub.let_go(hub.bounds.idle);
        hub.leave_at_links().await;
    }
}

/// A document that the app does not share.
impl Default for Held {
    fn default() -> Self {
        Self::Bound(Ways::default())
    }
}

impl Held {
    /// The document, if it is there by now.
    fn entry(&self) -> Option<Arc<Entry>> {
        match self {
            Self::Opened(opened) => opened.entry.get().cloned(),
            Self::Bound(ways) => ways.first(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crdt_core::{CrdtNode, Keypair};
    use tokio::runtime::Handle;

    use super::super::Bounds;
    use super::*;
    use crate::Live;
    use crate::access::Open;
    use crate::host::Disk;

    #[derive(CrdtNode)]
    struct Note {
        text: String,
    }

    /// What is still asked of a document that the app does not share any more opens nothing, so it can
    /// be shared again.
    #[tokio::test]
    async fn a_document_that_was_unbound_can_be_bound_again() -> Result<(), StoreError> {
        let keypair = Keypair::from_secret_bytes(&[1; 32]);
        let store = Store::in_memory(keypair.clone());
        let bounds = Bounds::default();
        let hub = Hub::start(store.clone(), keypair, Policy::Bound, bounds, Handle::current());
        let note = Live::new(store.create::<Note>()?);
        hub.bind(note.entry());
        let id = note.id();
        drop(note);
        assert!(!hub.is_bound(&id));
        let asked = hub.open(id).await;
        assert!(matches!(asked, Err(StoreError::UnknownDocument(_))));
        let note = Live::new(store.open_document::<Note>(id)?);
        hub.bind(note.entry());
        assert!(hub.is_bound(&id) && hub.open(id).await.is_ok());
        Ok(())
    }

    /// It is told to others when it is durable, by who has it.
    #[tokio::test]
    async fn what_is_kept_back_is_not_let_go_of() -> Result<(), StoreError> {
        let disk = Disk::default();
        let keypair = Keypair::from_secret_bytes(&[1; 32]);
        let store = Store::over(Arc::new(disk.clone()), Some(keypair.clone()));
        let (policy, bounds) = (Policy::Relay(Arc::new(Open)), Bounds::default());
        let hub = Hub::start(store.clone(), keypair, policy, bounds, Handle::current());
        let mut note = store.create::<Note>()?;
        let entry = hub.open(note.id()).await?;
        disk.fail(true);
        note.change(|note| note.text.set("Plan"))?;
        entry.bring_in().await;
        drop(entry);
        assert_eq!(hub.let_go(Duration::ZERO), 0);
        disk.fail(false);
        hub.open(note.id()).await?.bring_in().await;
        assert_eq!(hub.let_go(Duration::ZERO), 1);
        Ok(())
    }
}
