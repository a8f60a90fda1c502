//! A replica that dials.

use core::fmt;
use core::str::FromStr;
use core::time::Duration;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crdt_core::{Author, CrdtNode, DocumentId};
use crdt_store::{Store, StoreError};
use rustls::ClientConfig;
use thiserror::Error;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::address::{Address, AddressError};
use super::backoff::{Backoff, random};
use super::dial::{DialError, dial, trusting_the_system};
use super::hub::{Bounds, Hub, Policy};
use super::invite::Invite;
use super::session::{Ended, Setup, serve};
use crate::Live;
use crate::access::Token;
use crate::protocol::{Close, CloseReason, Closed, Role, Violation};

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
        matches!(*self.status.borrow(), Status::Refused { .. } | Status::Closed)
    }
}

/// Where to dial, and what to show there. Made of an [`Address`], a text that is one, or an
/// [`Invite`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    address: Address,
    token: Option<Token>,
    relay: Option<Author>,
}

/// How it stands with a relay that is dialed.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Status {
    /// It is being dialed.
    Connecting,
    /// It is connected.
    Connected {
        /// The key that it has proven.
        relay: Author,
    },
    /// It was lost, or is not there, and will be dialed again.
    Waiting {
        /// Why.
        why: String,
        /// After how long.
        wait: Duration,
    },
    /// It was refused for good: it is not dialed again.
    Refused {
        /// Why.
        why: String,
    },
    /// The peer was closed.
    Closed,
}

/// Why a peer cannot begin.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PeerError {
    /// The store is open for reading, so there is no key to prove.
    #[error("the store is open for reading only: a peer proves the key that writes there")]
    NoKey,
    /// An address is none.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// The document of an invite could not be joined.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How a peer behaves.
#[derive(Clone, Debug, Default)]
pub struct PeerOptions {
    backoff: Backoff,
    bounds: Bounds,
    tls: Option<Arc<ClientConfig>>,
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

    /// How many changes may wait to be sent to one relay before it is dropped, and dialed anew; 256
    /// if nothing is said.
    #[must_use]
    pub fn queue(mut self, changes: usize) -> Self {
        self.bounds.queue = changes.max(1);
        self
    }

    /// Trusts the certificates that this says, instead of those that the system does.
    #[must_use]
    pub fn tls(mut self, config: Arc<ClientConfig>) -> Self {
        self.tls = Some(config);
        self
    }
}

impl Target {
    /// A relay that asks for no token.
    pub fn new(address: Address) -> Self {
        Self { address, token: None, relay: None }
    }

    /// Shows a token there. Without TLS it can be read on its way.
    #[must_use]
    pub fn with_token(mut self, token: Token) -> Self {
        self.token = Some(token);
        self
    }

    /// Takes no other relay for it than the one with this key.
    #[must_use]
    pub fn with_relay(mut self, relay: Author) -> Self {
        self.relay = Some(relay);
        self
    }

    /// Where it is.
    pub fn address(&self) -> &Address {
        &self.address
    }
}

impl From<Address> for Target {
    fn from(address: Address) -> Self {
        Self::new(address)
    }
}

impl From<&Invite> for Target {
    fn from(invite: &Invite) -> Self {
        let (address, token) = (invite.address().clone(), invite.token().cloned());
        Self { address, token, relay: invite.relay() }
    }
}

impl FromStr for Target {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        text.parse().map(Self::new)
    }
}

impl Peer {
    /// A peer that dials one relay.
    ///
    /// # Errors
    /// [`PeerError`], if it cannot begin. That the relay is not there is no error.
    ///
    /// # Panics
    /// Outside of a runtime of tokio.
    pub fn connect(store: &Store, address: &str) -> Result<Self, PeerError> {
        let target: Target = address.parse()?;
        let peer = Self::start(store, PeerOptions::new())?;
        peer.dial(target);
        Ok(peer)
    }

    /// A peer that dials nobody yet.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    ///
    /// # Panics
    /// Outside of a runtime of tokio.
    pub fn start(store: &Store, options: PeerOptions) -> Result<Self, PeerError> {
        let keypair = store.keypair().ok_or(PeerError::NoKey)?.clone();
        let tls = match options.tls {
            Some(tls) => tls,
            None => trusting_the_system().map_err(|error| PeerError::Tls(error.to_string()))?,
        };
        let hub = Hub::start(store.clone(), keypair, Policy::Bound, options.bounds);
        let inner = Inner { hub, backoff: options.backoff, tls, links: Mutex::default() };
        Ok(Self { inner: Arc::new(inner) })
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
        links.push(Link { target, status: told, dialing: tokio::spawn(dialer.run()) });
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

/// Dials one address, as long as there is a use in it.
pub(super) struct Dialer {
    pub(super) hub: Arc<Hub>,
    pub(super) target: Target,
    pub(super) backoff: Backoff,
    pub(super) tls: Arc<ClientConfig>,
    /// Whether it is a relay that dials another.
    pub(super) is_link: bool,
    pub(super) status: watch::Sender<Status>,
}

/// A connection that held for so long was no failure.
const STEADY: Duration = Duration::from_secs(20);

/// What came of dialing.
enum Attempt {
    Final(String),
    Again { why: String, after: Option<Duration> },
    Closed,
}

impl Dialer {
    pub(super) async fn run(self) {
        let mut ended = self.hub.ended();
        let mut failures = 0;
        while !*ended.borrow() {
            self.status.send_replace(Status::Connecting);
            let begun = Instant::now();
            let (why, after) = match self.attempt(&mut ended).await {
                Attempt::Final(why) => {
                    tracing::warn!(address = %self.target.address, %why, "refused for good");
                    self.status.send_replace(Status::Refused { why });
                    return;
                }
                Attempt::Closed => break,
                Attempt::Again { why, after } => (why, after),
            };
            failures = if begun.elapsed() > STEADY { 1 } else { failures + 1 };
            let wait = after.unwrap_or_else(|| self.backoff.wait(failures, random()));
            tracing::debug!(address = %self.target.address, %why, ?wait, "dialing again");
            self.status.send_replace(Status::Waiting { why, wait });
            let is_over = timeout(wait, ended.wait_for(|ended| *ended)).await.is_ok();
            if is_over {
                break;
            }
        }
        self.status.send_replace(Status::Closed);
    }

    async fn attempt(&self, ended: &mut watch::Receiver<bool>) -> Attempt {
        let dialing = dial(&self.target.address, self.target.token.as_ref(), &self.tls);
        let dialed = tokio::select! {
            dialed = dialing => dialed,
            _ = ended.wait_for(|ended| *ended) => return Attempt::Closed,
        };
        let connected = dialed.and_then(|(socket, there)| Ok((socket, self.setup(there)?)));
        match connected {
            Err(error) if error.is_final() => Attempt::Final(error.to_string()),
            Err(error) => Attempt::Again { why: error.to_string(), after: None },
            Ok((socket, setup)) => {
                let served = serve(self.hub.clone(), socket, setup).await;
                self.after(served)
            }
        }
    }

    fn setup(&self, there: std::net::IpAddr) -> Result<Setup, DialError> {
        let mut settings = self.hub.settings();
        settings.endpoint = Some(self.target.address.endpoint());
        settings.expects = self.target.relay;
        let status = self.status.clone();
        let connected = move |relay| {
            status.send_replace(Status::Connected { relay });
        };
        Ok(Setup {
            role: Role::Dialer,
            settings,
            entropy: super::entropy()?,
            address: there,
            token: None,
            is_link: self.is_link,
            authenticated: Some(Box::new(connected)),
        })
    }

    /// What follows from how a connection ended.
    fn after(&self, ended: Ended) -> Attempt {
        let was_connected = matches!(*self.status.borrow(), Status::Connected { .. });
        let (why, after) = match ended {
            Ended::Closed(Closed::There(close)) if is_final(close.reason, was_connected) => {
                return Attempt::Final(close.text);
            }
            Ended::Closed(Closed::There(close)) => {
                (close.text, close.retry_after.map(Duration::from_millis))
            }
            Ended::Closed(Closed::Here(close)) if close.reason == CloseReason::Done => {
                return Attempt::Closed;
            }
            Ended::Closed(Closed::Here(close)) => (close.text, None),
            Ended::Closed(Closed::Broken(violation)) => {
                let is_another = matches!(
                    violation,
                    Violation::WrongKey { .. } | Violation::Unproven | Violation::Version(_)
                );
                if is_another {
                    return Attempt::Final(violation.to_string());
                }
                (violation.to_string(), None)
            }
            Ended::Lost(why) => (why, None),
        };
        Attempt::Again { why, after }
    }
}

/// Whether what a relay says is for good. That it takes something for a violation once both know each
/// other may be the fault of what carries the bytes.
fn is_final(reason: CloseReason, was_connected: bool) -> bool {
    match reason {
        CloseReason::Violation => !was_connected,
        reason => reason.is_final(),
    }
}
