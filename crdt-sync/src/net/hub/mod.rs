//! What connections of one process share: the documents of a store, and who follows which.
//!
//! ```text
//!   documents    opened when they are asked for, let go of when nobody has used them for a while
//!   routes       which connection follows which document, and a bounded queue to each
//!   fan          one task that takes what documents got and puts it into the queues
//! ```
//!
//! A queue that is full ends its connection: it is made anew, and reconciles. Nothing waits for who
//! does not keep up.

mod clerk;
mod desk;
mod documents;
mod fan;
mod followers;
mod members;
mod presence;
mod quotas;
mod routes;
mod sets;
mod taking;
#[cfg(test)]
mod tests;
mod wanted;
mod watch;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crdt_core::{Author, DocumentId, Keypair};
use crdt_store::Store;
use tokio::runtime::Handle;
use tokio::sync::watch::{Receiver, Sender};
use tokio::sync::{Notify, OwnedRwLockReadGuard, RwLock, mpsc};
use tokio::task::spawn_blocking;

use super::metrics::Metrics;
use crate::access::AnyAccess;
use crate::dialing::Inbox;
use crate::host::PeerNumber;
use crate::protocol::{Presences, Settings, Time};

pub(crate) use clerk::{Clerk, Reviewed, Seat};
pub(crate) use desk::{Desk, Done};
use documents::Documents;
use fan::Announcement;
use followers::MAX_NUMBER;
use quotas::Quotas;
use routes::Routes;
pub(crate) use routes::{Connected, Errand, Mail, Mailbox};
use sets::Sets;
pub(crate) use taking::{Refusal, take_in};

/// What connections share.
pub(crate) struct Hub {
    pub(crate) store: Store,
    pub(crate) keypair: Keypair,
    pub(crate) peer: PeerNumber,
    pub(crate) policy: Policy,
    pub(crate) bounds: Bounds,
    /// Where its tasks run.
    pub(crate) runtime: Handle,
    pub(crate) metrics: Metrics,
    documents: Mutex<Documents>,
    routes: Mutex<Routes>,
    quotas: Mutex<Quotas>,
    sets: Mutex<Sets>,
    /// What was shown of late, for those who come.
    shown: Mutex<Presences>,
    fan: mpsc::Sender<Arc<Announcement>>,
    /// Told when there is something to be said of who is in documents.
    due: Arc<Notify>,
    /// Messages for the app.
    pub(crate) inbox: Inbox,
    /// Ends everything that serves the hub.
    ended: Sender<bool>,
    /// Cuts off connections that do not end by themselves.
    cut_off: Sender<bool>,
    begun: Instant,
    connections: AtomicU32,
    /// Told when relays that are lost are to be dialed without waiting.
    pub(crate) hurry: Sender<()>,
    /// Told when a connection is gone.
    exits: Notify,
    /// Held by whatever must be done before the process ends.
    work: Arc<RwLock<()>>,
}

/// What connections may have.
#[derive(Clone)]
pub(crate) enum Policy {
    /// Peers ask for documents, and may have what the access says.
    Relay(Arc<dyn AnyAccess>),
    /// The documents that are bound, and no others.
    Bound,
}

/// How much of what is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Bounds {
    /// Changes that wait for the task that spreads them.
    pub(crate) broadcast: usize,
    /// What waits for one connection.
    pub(crate) queue: usize,
    /// After how long a document that nobody uses is let go of.
    pub(crate) idle: Duration,
    /// How long a message may take to leave.
    pub(crate) write: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            broadcast: 1024,
            queue: 256,
            idle: Duration::from_secs(60),
            write: Duration::from_secs(30),
        }
    }
}

impl Hub {
    /// A hub, and the tasks that serve it until it [ends](Self::end).
    pub(crate) fn start(
        store: Store,
        keypair: Keypair,
        policy: Policy,
        bounds: Bounds,
        runtime: Handle,
    ) -> Arc<Self> {
        let (fan, announcements) = mpsc::channel(bounds.broadcast);
        let hub = Arc::new(Self {
            store,
            keypair,
            peer: PeerNumber::new(),
            policy,
            bounds,
            runtime,
            metrics: Metrics::default(),
            documents: Mutex::default(),
            routes: Mutex::default(),
            quotas: Mutex::default(),
            sets: Mutex::default(),
            shown: Mutex::new(presence::shown()),
            fan,
            due: Arc::default(),
            inbox: Inbox::default(),
            ended: Sender::new(false),
            cut_off: Sender::new(false),
            begun: Instant::now(),
            connections: AtomicU32::new(0),
            hurry: Sender::new(()),
            exits: Notify::new(),
            work: Arc::default(),
        });
        let of = || (Arc::downgrade(&hub), hub.ended());
        hub.runtime.spawn(fan::spread(of().0, announcements));
        hub.runtime.spawn(watch::look_for_others(of().0, of().1));
        match hub.policy {
            Policy::Relay(_) => hub.runtime.spawn(documents::let_go_of_idle(of().0, of().1)),
            Policy::Bound => hub.runtime.spawn(presence::show(of().0, of().1)),
        };
        hub
    }

    /// Whether documents are those that an app shares, and no others.
    pub(crate) const fn is_of_app(&self) -> bool {
        matches!(self.policy, Policy::Bound)
    }

    /// The settings of a connection, without what belongs to its side.
    pub(crate) fn settings(&self) -> Settings {
        Settings::new(self.keypair.clone())
    }

    /// What connections take for the time.
    pub(crate) fn now(&self) -> Time {
        Time::from_millis(u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// When a time of connections is.
    pub(crate) fn instant(&self, time: Time) -> Instant {
        self.begun + Duration::from_millis(time.as_millis())
    }

    /// Told when everything that serves the hub is to end.
    pub(crate) fn ended(&self) -> Receiver<bool> {
        self.ended.subscribe()
    }

    pub(crate) fn end(&self) {
        self.ended.send_replace(true);
    }

    /// Told when connections are not given the time any more to end by themselves.
    pub(crate) fn cut(&self) -> Receiver<bool> {
        self.cut_off.subscribe()
    }

    /// Cuts off all connections that there still are.
    pub(crate) fn cut_off(&self) {
        self.cut_off.send_replace(true);
    }

    /// Keeps the hub from being [done](Self::done) as long as it is held.
    pub(crate) async fn working(&self) -> OwnedRwLockReadGuard<()> {
        self.work.clone().read_owned().await
    }

    /// Waits until nothing is being worked on.
    pub(crate) async fn done(&self) {
        drop(self.work.write().await);
    }

    /// Waits until there are no connections.
    pub(crate) async fn deserted(&self) {
        loop {
            let exit = self.exits.notified();
            tokio::pin!(exit);
            // Nothing is missed between looking and waiting.
            exit.as_mut().enable();
            if self.connection_count() == 0 {
                return;
            }
            exit.await;
        }
    }

    /// The number of a new connection.
    pub(crate) fn number(&self) -> u32 {
        self.connections.fetch_add(1, Ordering::Relaxed) & MAX_NUMBER
    }

    fn documents(&self) -> MutexGuard<'_, Documents> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn routes(&self) -> MutexGuard<'_, Routes> {
        self.routes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn quotas(&self) -> MutexGuard<'_, Quotas> {
        self.quotas.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The set of documents that hashes so, if it is remembered.
    pub(crate) fn set(&self, hash: &[u8; 32]) -> Option<Arc<[DocumentId]>> {
        self.sets.lock().unwrap_or_else(PoisonError::into_inner).recall(hash)
    }

    /// Remembers a set of documents by its hash.
    pub(crate) fn remember(&self, hash: [u8; 32], documents: Arc<[DocumentId]>) {
        self.sets.lock().unwrap_or_else(PoisonError::into_inner).remember(hash, documents);
    }

    /// Who is connected, and from where.
    pub(crate) fn connected(&self) -> Vec<Connected> {
        self.routes().connected()
    }

    /// How many connections there are.
    pub(crate) fn connection_count(&self) -> usize {
        self.routes().connections.len()
    }

    /// How many connections follow a document.
    pub(crate) fn followers(&self, document: &DocumentId) -> usize {
        self.routes().followers(document).len()
    }

    /// How many documents some connection follows.
    pub(crate) fn followed(&self) -> usize {
        self.routes().followed()
    }

    /// A connection is one to a relay: it follows all documents, those that are here and those that
    /// others follow. Gives the ones that there are now.
    pub(crate) async fn link_documents(&self, number: u32) -> Vec<DocumentId> {
        let mut all: BTreeSet<DocumentId> = self.link(number).into_iter().collect();
        let store = self.store.clone();
        match spawn_blocking(move || store.documents()).await {
            Ok(Ok(listings)) => all.extend(listings.iter().map(|listing| listing.id)),
            Ok(Err(error)) => tracing::error!(%error, "the documents could not be listed"),
            Err(_) => {}
        }
        all.into_iter().collect()
    }

    /// Sends a message to whoever is connected with a key.
    pub(crate) fn deliver(&self, from: Author, to: Author, bytes: Vec<u8>) {
        let mail = Mail::Message { peer: from, bytes };
        self.routes().send_to_author(&to, &mail);
    }
}
