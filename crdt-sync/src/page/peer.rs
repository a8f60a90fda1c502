use core::cell::RefCell;
use core::fmt;
use std::rc::Rc;
use std::sync::Arc;

use crdt_core::{Author, CrdtNode};
use crdt_store::Store;
use crdt_store::backend::Place;
use tokio::sync::watch;
use wasm_bindgen_futures::spawn_local;

use super::dialer::Dialer;
use super::hub::{Hub, Mail};
use crate::Live;
use crate::dialing::{
    Address, Backoff, Invite, Links, MessageError, Messages, PeerError, StartError, Status, Target,
};
use crate::host::Shareable;

/// Keeps documents of a page up to date with relays: dials them, and dials them again when they are
/// lost, until it is [closed](Self::close) or the last handle to it is dropped.
///
/// It is what a program has by this name, over the WebSocket of the browser. Of several tabs with one
/// store one is enough: the others get what it brings from the database. Nothing is wrong if several
/// do it.
///
/// ```ignore
/// let database = IndexedDb::open("notes").await?;
/// let store = database.clone().store_with(database.keypair().await?);
/// let note = Live::new(store.waiting().create::<Note>().await?);
/// let peer = Peer::connect(&store, "wss://relay.example.org")?;
/// peer.bind(&note);
/// note.change(|note| note.title.set("Plan")).await?;     // durable here
/// note.synced().await;                                    // and at the relay
/// ```
#[derive(Clone)]
pub struct Peer {
    inner: Rc<Inner>,
}

struct Inner {
    hub: Arc<Hub>,
    backoff: Backoff,
    links: RefCell<Links<()>>,
}

/// How a peer behaves.
#[derive(Clone, Debug, Default)]
pub struct PeerOptions {
    backoff: Backoff,
}

impl PeerOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// When to dial again.
    #[must_use]
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }
}

impl Peer {
    /// A peer that dials one relay.
    ///
    /// # Errors
    /// [`PeerError::Address`] if it is no address: an invite is [accepted](Self::accept).
    /// [`PeerError::Start`] if it cannot begin. That the relay is not there is no error.
    pub fn connect<P: Place>(store: &Store<P>, address: &str) -> Result<Self, PeerError> {
        let target: Target = address.parse()?;
        let peer = Self::start(store, PeerOptions::new())?;
        peer.dial(target);
        Ok(peer)
    }

    /// A peer that dials nobody yet.
    ///
    /// # Errors
    /// [`StartError`], if it cannot begin.
    #[expect(clippy::needless_pass_by_value, reason = "a program's peer takes them so")]
    pub fn start<P: Place>(store: &Store<P>, options: PeerOptions) -> Result<Self, StartError> {
        let keypair = store.keypair().ok_or(StartError::NoKey)?.clone();
        options.backoff.check()?;
        let (hub, backoff) = (Hub::start(keypair), options.backoff);
        Ok(Self { inner: Rc::new(Inner { hub, backoff, links: RefCell::default() }) })
    }

    /// Dials a relay too, from now on. One that is dialed already is dialed anew if it was refused. With
    /// another token it is dialed besides, over a connection of its own: each token opens what it may.
    pub fn dial(&self, target: impl Into<Target>) {
        let inner = &self.inner;
        inner.links.borrow_mut().dial(target.into(), |target, status| {
            let (hub, backoff) = (inner.hub.clone(), inner.backoff);
            spawn_local(Dialer { hub, target, backoff, status }.run());
        });
    }

    /// Dials at once all relays that are lost, instead of when it is their turn: for an app that is told
    /// that the network is back. One that it has begun to dial has a second for that. Relays that have
    /// refused for good are [dialed](Self::dial) anew one by one.
    pub fn dial_again(&self) {
        self.inner.hub.hurry.send_replace(());
    }

    /// Has a document be kept up to date with all relays that are dialed, until it is
    /// [unbound](Self::unbind) or its last handle is dropped.
    pub fn bind<T: CrdtNode, P: Place + Shareable>(&self, document: &Live<T, P>) {
        self.inner.hub.bind(document.entry());
    }

    /// Has a document be exchanged no more, through whichever of its handles it was bound.
    pub fn unbind<T: CrdtNode, P: Place + Shareable>(&self, document: &Live<T, P>) {
        self.inner.hub.unbind(document.id());
    }

    /// Accepts an invite: dials its relay, and joins and binds its document in a store, which is the one
    /// whose key the peer proves.
    ///
    /// # Errors
    /// [`PeerError::Store`], if the document cannot be opened as a `T`.
    pub async fn accept<T: CrdtNode, P: Place + Shareable>(
        &self,
        store: &Store<P>,
        invite: &Invite,
    ) -> Result<Live<T, P>, PeerError> {
        let live = Live::new(store.waiting().join::<T>(invite.document()).await?);
        self.bind(&live);
        self.dial(invite);
        Ok(live)
    }

    /// Sends at most 8 KiB to whoever is connected with a key to a relay that this peer is connected to:
    /// to find each other for a connection of their own (WebRTC), for example. It may be lost, where too
    /// many are sent (80 in a second are passed on) or nobody is there, and come several times where both
    /// are connected to several relays, or somebody in several tabs. A relay can read it and say what it
    /// likes: sign and encrypt what matters.
    ///
    /// # Errors
    /// [`MessageError`], if it is not sent at all.
    pub fn send(&self, to: &Author, bytes: &[u8]) -> Result<(), MessageError> {
        let is_connected = |(_, status): &(_, Status)| matches!(status, Status::Connected { .. });
        MessageError::of(bytes, self.status().iter().any(is_connected))?;
        self.inner.hub.tell(None, &Mail::Message(*to, bytes.into()));
        Ok(())
    }

    /// The messages that come from now on.
    pub fn messages(&self) -> Messages {
        self.inner.hub.inbox.messages()
    }

    /// How it stands with the relays that are dialed.
    pub fn status(&self) -> Vec<(Address, Status)> {
        self.inner.links.borrow().status()
    }

    /// How it stands with one of them, and whenever that changes; `None` if it is not dialed.
    pub fn watch(&self, address: &Address) -> Option<watch::Receiver<Status>> {
        self.inner.links.borrow().watch(address)
    }

    /// Ends all connections in an orderly way. Documents stay as they are, and can go on being used.
    pub async fn close(self) {
        self.inner.hub.end();
        let links = self.inner.links.borrow_mut().take();
        for (mut status, ()) in links {
            // A dialer that is gone is over too.
            let _ = status.wait_for(Status::is_over).await;
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
    }
}
