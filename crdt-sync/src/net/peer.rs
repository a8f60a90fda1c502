//! A replica that dials.

use core::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crdt_core::{CrdtNode, DocumentId};
use crdt_store::{Store, StoreError};
use rustls::ClientConfig;
use thiserror::Error;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::dialer::Dialer;
use super::hub::{Hub, Policy};
use super::settings::{Common, Start, StartError};
use crate::Live;
use crate::dialing::{Address, AddressError, Backoff, Invite, Status, Target};
use crate::protocol::{Close, CloseReason};

/// Keeps documents of a store up to date with relays: dials them, and dials them again when they are
/// lost, until it is [closed](Self::close) or the last handle to it is dropped.
///
/// ```no_run
/// use crdt_core::CrdtNode;
/// use crdt_store::Store;
/// use crdt_sync::{Live, Peer};
///
/// #[derive(CrdtNode)]
/// struct Note {
///     title: String,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = Store::open("notes.crdt")?;
/// let note = Live::new(store.create::<Note>()?);
/// let peer = Peer::connect(&store, "wss://relay.example.org")?;
/// peer.bind(&note);
/// note.change(|note| note.title.set("Plan")).await?;     // durable here
/// note.synced().await;                                    // and at the relay
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Peer {
    inner: Arc<Inner>,
}

struct Inner {
    hub: Arc<Hub>,
    backoff: Backoff,
    tls: Arc<ClientConfig>,
    links: Mutex<Vec<Link>>,
}

/// A relay that is dialed.
struct Link {
    target: Target,
    status: watch::Receiver<Status>,
    dialing: JoinHandle<()>,
}

impl Link {
    /// Whether it is not dialed any more.
    fn is_over(&self) -> bool {
        self.status.borrow().is_over()
    }
}

/// Why a peer does not do what it was asked to.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PeerError {
    /// It cannot begin.
    #[error(transparent)]
    Start(#[from] StartError),
    /// An address is none.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The document of an invite could not be joined.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How a peer behaves.
#[derive(Clone, Debug, Default)]
pub struct PeerOptions(Common);

impl PeerOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// When to dial again.
    #[must_use]
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.0.backoff = backoff;
        self
    }

    /// How many changes may wait to be sent to one relay before it is dropped, and dialed anew; 256
    /// if nothing is said, and a million at most.
    #[must_use]
    pub fn queue(mut self, changes: usize) -> Self {
        self.0.bounds.queue = changes;
        self
    }

    /// Trusts the certificates that this says, instead of those that the system does.
    #[must_use]
    pub fn tls(mut self, config: Arc<ClientConfig>) -> Self {
        self.0.tls = Some(config);
        self
    }
}

impl Peer {
    /// A peer that dials one relay.
    ///
    /// # Errors
    /// [`PeerError::Address`] if it is no address: an invite is [accepted](Self::accept).
    /// [`PeerError::Start`] if it cannot begin. That the relay is not there is no error.
    pub fn connect(store: &Store, address: &str) -> Result<Self, PeerError> {
        let target: Target = address.parse()?;
        let peer = Self::start(store, PeerOptions::new())?;
        peer.dial(target);
        Ok(peer)
    }

    /// A peer that dials nobody yet. It lives in the runtime of tokio in which this is called, which
    /// has to have IO and time enabled.
    ///
    /// # Errors
    /// [`StartError`], if it cannot begin.
    pub fn start(store: &Store, options: PeerOptions) -> Result<Self, StartError> {
        let Start { keypair, bounds, backoff, tls, runtime } = options.0.start(store)?;
        let hub = Hub::start(store.clone(), keypair, Policy::Bound, bounds, runtime);
        Ok(Self { inner: Arc::new(Inner { hub, backoff, tls, links: Mutex::default() }) })
    }

    /// Dials a relay too, from now on. One that is dialed already is dialed anew if it was refused.
    pub fn dial(&self, target: impl Into<Target>) {
        let (inner, target) = (&self.inner, target.into());
        let mut links = inner.links.lock().unwrap_or_else(PoisonError::into_inner);
        links.retain(|link| link.target.address != target.address || !link.is_over());
        if links.iter().any(|link| link.target == target) {
            return;
        }
        let (status, told) = watch::channel(Status::Connecting);
        let dialer = Dialer {
            hub: inner.hub.clone(),
            target: target.clone(),
            backoff: inner.backoff,
            tls: inner.tls.clone(),
            is_link: false,
            status,
        };
        let dialing = inner.hub.runtime.spawn(dialer.run());
        links.push(Link { target, status: told, dialing });
    }

    /// Has a document be kept up to date with all relays that are dialed, until it is
    /// [unbound](Self::unbind) or its last handle is dropped.
    pub fn bind<T: CrdtNode>(&self, document: &Live<T>) {
        self.inner.hub.bind(document.entry());
    }

    /// Has a document be exchanged no more.
    pub fn unbind(&self, document: DocumentId) {
        self.inner.hub.unbind(document);
    }

    /// Accepts an invite: dials its relay, and joins and binds its document.
    ///
    /// # Errors
    /// [`PeerError::Store`], if the document cannot be opened as a `T`.
    pub async fn accept<T: CrdtNode>(&self, invite: &Invite) -> Result<Live<T>, PeerError> {
        let (store, document) = (self.inner.hub.store.clone(), invite.document());
        let joining = tokio::task::spawn_blocking(move || store.join::<T>(document));
        let joined = joining.await.map_err(|_| StoreError::UnknownDocument(document))?;
        let live = Live::new(joined?);
        self.bind(&live);
        self.dial(invite);
        Ok(live)
    }

    pub(super) fn hub(&self) -> &Hub {
        &self.inner.hub
    }

    /// How it stands with the relays that are dialed.
    pub fn status(&self) -> Vec<(Address, Status)> {
        let links = self.inner.links.lock().unwrap_or_else(PoisonError::into_inner);
        let status = |link: &Link| (link.target.address.clone(), link.status.borrow().clone());
        links.iter().map(status).collect()
    }

    /// How it stands with one of them, and whenever that changes; `None` if it is not dialed.
    pub fn watch(&self, address: &Address) -> Option<watch::Receiver<Status>> {
        let links = self.inner.links.lock().unwrap_or_else(PoisonError::into_inner);
        links.iter().find(|link| link.target.address == *address).map(|link| link.status.clone())
    }

    /// Ends all connections in an orderly way. Documents stay as they are, and can go on being used.
    pub async fn close(self) {
        self.inner.hub.end();
        self.inner.hub.end_all(|| Close::new(CloseReason::Done, ""));
        let links: Vec<Link> = {
            let mut links = self.inner.links.lock().unwrap_or_else(PoisonError::into_inner);
            links.drain(..).collect()
        };
        for link in links {
            // A dialer that panicked is over too.
            let _ = link.dialing.await;
        }
    }
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer").field("relays", &self.status()).finish_non_exhaustive()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.hub.end();
        self.hub.end_all(|| Close::new(CloseReason::Done, ""));
    }
}
