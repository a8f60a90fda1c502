//! Documents as they are opened, and let go of.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Place;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use crdt_core::DocumentId;
use crdt_store::{Store, StoreError};
use tokio::sync::{OnceCell, watch};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::{Hub, Mail};
use crate::host::{Entry, Listener};

/// After how long is looked for what other processes wrote.
const REFRESH: Duration = Duration::from_secs(1);

/// The documents that are in use.
#[derive(Default)]
pub(super) struct Documents(HashMap<DocumentId, Held>);

/// A document in use.
enum Held {
    /// Opened here.
    Opened(Arc<Opened>),
    /// Shared by the app, as long as it has it.
    Bound(Weak<Entry>),
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
    /// [`StoreError::UnknownDocument`] or [`StoreError::Removed`] if it is not here; those of the
    /// place.
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
            Ok(entry) => return Ok(entry),
            Err(opened) => opened,
        };
        opened.used.store(self.now().as_millis(), Ordering::Relaxed);
        let entry = opened.entry.get_or_try_init(|| async {
            let store = self.store.clone();
            let opening = spawn_blocking(move || open(&store, document));
            let history = opening.await.map_err(|_| StoreError::UnknownDocument(document))??;
            let entry = Entry::of_history(history);
            let listener: Arc<dyn Listener> = self.clone();
            entry.listen(Arc::downgrade(&listener));
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

    /// A document of the app, or the place for one that is opened here.
    fn held(&self, document: DocumentId) -> Result<Arc<Entry>, Arc<Opened>> {
        match self.documents().0.entry(document) {
            Place::Vacant(place) => {
                let opened = Arc::<Opened>::default();
                place.insert(Held::Opened(opened.clone()));
                Err(opened)
            }
            Place::Occupied(mut place) => match place.get() {
                Held::Opened(opened) => Err(opened.clone()),
                Held::Bound(entry) => entry.upgrade().ok_or_else(|| {
                    let opened = Arc::<Opened>::default();
                    place.insert(Held::Opened(opened.clone()));
                    opened
                }),
            },
        }
    }

    /// In which open documents there are equivocations, and how many.
    pub(crate) async fn forks(&self) -> Vec<(DocumentId, usize)> {
        let opened: Vec<Arc<Entry>> = {
            let documents = self.documents();
            let opened = documents.0.values().filter_map(|held| match held {
                Held::Opened(opened) => opened.entry.get().cloned(),
                Held::Bound(entry) => entry.upgrade(),
            });
            opened.collect()
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

    /// A bound document, as long as the app has it.
    pub(crate) fn bound_entry(&self, document: &DocumentId) -> Option<Arc<Entry>> {
        match self.documents().0.get(document)? {
            Held::Bound(entry) => entry.upgrade(),
            Held::Opened(_) => None,
        }
    }

    /// Has all connections follow a document of the app.
    pub(crate) fn bind(self: &Arc<Self>, entry: &Arc<Entry>) {
        self.documents().0.insert(entry.id, Held::Bound(Arc::downgrade(entry)));
        let listener: Arc<dyn Listener> = self.clone();
        entry.listen(Arc::downgrade(&listener));
        self.tell_all(&Mail::Follow(entry.id));
    }

    /// Has no connection follow a document any more.
    pub(crate) fn unbind(&self, document: DocumentId) {
        let held = self.documents().0.remove(&document);
        if held.is_some() {
            self.tell_all(&Mail::Leave(document));
        }
    }

    /// Lets go of what nobody has used for a while, and says of how many documents.
    pub(crate) fn let_go(&self, idle: Duration) -> usize {
        let idle = u64::try_from(idle.as_millis()).unwrap_or(u64::MAX);
        let now = self.now().as_millis();
        let mut documents = self.documents();
        let before = documents.0.len();
        documents.0.retain(|_, held| match held {
            Held::Bound(_) => true,
            Held::Opened(opened) => {
                let used = opened.used.load(Ordering::Relaxed);
                let is_used = Arc::strong_count(opened) > 1
                    || opened.entry.get().is_some_and(|entry| Arc::strong_count(entry) > 1);
                is_used || (now.saturating_sub(used) < idle && opened.entry.initialized())
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
        let is_over = timeout(pause, ended.wait_for(|ended| *ended)).await;
        match (is_over, hub.upgrade()) {
            (Err(_), Some(hub)) => hub.let_go(hub.bounds.idle),
            _ => return,
        };
    }
}

/// Brings in what other processes wrote in the documents of the app, now and then.
pub(super) async fn look_for_others(hub: Weak<Hub>, mut ended: watch::Receiver<bool>) {
    while timeout(REFRESH, ended.wait_for(|ended| *ended)).await.is_err() {
        let Some(hub) = hub.upgrade() else { return };
        for document in hub.bound() {
            if let Some(entry) = hub.bound_entry(&document) {
                entry.refresh().await;
            }
        }
    }
}
