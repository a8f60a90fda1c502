//! A replica that dials.

use core::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crdt_core::{Author, CrdtNode};
use crdt_store::{Store, StoreError};
use rustls::ClientConfig;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::dialer::Dialer;
use super::hub::{Hub, Mail, Policy};
use super::settings::{Common, Start};
use crate::Live;
use crate::dialing::{
    Address, Backoff, Invite, Links, MessageError, Messages, PeerError, StartError, Status, Target,
};
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
    links: Mutex<Links<JoinHandle<()>>>,
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

    /// Dials a relay too, from now on. One that is dialed already is dialed anew if it was refused. With
    /// another token it is dialed besides, over a connection of its own: each token opens what it may.
    pub fn dial(&self, target: impl Into<Target>) {
        let inner = &self.inner;
        self.links().dial(target.into(), |target, status| {
            let (hub, backoff, tls) = (inner.hub.clone(), inner.backoff, inner.tls.clone());
            let dialer = Dialer { hub, target, backoff, tls, is_link: false, status };
            inner.hub.runtime.spawn(dialer.run())
        });
    }

    /// Dials at once all relays that are lost, instead of when it is their turn: for an app that is told
    /// that the network is back. One that it has begun to dial has a second for that. Relays that have
    /// refused for good are [dialed](Self::dial) anew one by one.
    pub fn dial_again(&self) {
        self.inner.hub.hurry.send_replace(());
    }

    fn links(&self) -> MutexGuard<'_, Links<JoinHandle<()>>> {
        self.inner.links.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has a document be kept up to date with all relays that are dialed, until it is
    /// [unbound](Self::unbind) or its last handle is dropped.
    pub fn bind<T: CrdtNode>(&self, document: &Live<T>) {
        self.inner.hub.bind(document.entry());
    }

    /// Has a document be exchanged no more, through whichever of its handles it was bound.
    pub fn unbind<T: CrdtNode>(&self, document: &Live<T>) {
        self.inner.hub.unbind(document.id());
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

    /// Sends at most 8 KiB to whoever is connected with a key to a relay that this peer is connected to:
    /// to find each other for a connection of their own, for example. It may be lost, where too many are
    /// sent (80 in a second are passed on) or nobody is there, and come several times where both are
    /// connected to several relays. A relay can read it and say what it likes: sign and encrypt what
    /// matters.
    ///
    /// # Errors
    /// [`MessageError`], if it is not sent at all.
    pub fn send(&self, to: &Author, bytes: &[u8]) -> Result<(), MessageError> {
        let hub = &self.inner.hub;
        MessageError::of(bytes, hub.is_connected())?;
        hub.tell_all(&Mail::Message { peer: *to, bytes: bytes.to_vec() });
        Ok(())
    }

    /// The messages that come from now on.
    pub fn messages(&self) -> Messages {
        self.inner.hub.inbox.messages()
    }

    /// How it stands with the relays that are dialed.
    pub fn status(&self) -> Vec<(Address, Status)> {
        self.links().status()
    }

    /// How it stands with one of them, and whenever that changes; `None` if it is not dialed.
    pub fn watch(&self, address: &Address) -> Option<watch::Receiver<Status>> {
        self.links().watch(address)
    }

    /// Ends all connections in an orderly way. Documents stay as they are, and can go on being used.
    pub async fn close(self) {
        self.inner.hub.end();
        self.inner.hub.end_all(|| Close::new(CloseReason::Done, ""));
        let links = self.links().take();
        for (_, dialing) in links {
            // A dialer that panicked is over too.
            let _ = dialing.await;
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
