//! A replica that is dialed: it keeps documents for others, of any type, and verifies everything.

mod documents;
mod doors;
mod http;
mod limits;
mod listen;
mod local;
mod page;
mod patient;
mod room;
mod upgrade;

use core::fmt;
use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crdt_core::Author;
use crdt_store::{Store, StoreError};
use rustls::ClientConfig;
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

use super::dialer::Dialer;
use super::hub::{Hub, Policy};
use super::settings::{Common, Start};
use crate::access::{Access, AnyAccess};
use crate::dialing::{Address, Backoff, Links, SettingError, StartError, Status, Target, random};
use crate::protocol::{Close, CloseReason};
use doors::Doors;
use room::Room;

pub use limits::Limits;

/// Keeps documents of any type in a store, takes in what peers send, and forwards it to those that
/// follow them. What it acknowledges is durable.
///
/// It is served by itself with [`serve`](Self::serve), or as part of an app's own server with
/// [`router`](Self::router). It ends when it is [drained](Self::drain), or the last handle to it is
/// dropped, of which its routers have one each.
///
/// ```no_run
/// use crdt_store::Store;
/// use crdt_sync::{Relay, RelayOptions, access::{AllowList, Rule, Rules}};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let alice = crdt_core::Keypair::generate()?.author();
/// let store = Store::open("relay.crdt")?;
/// let access = AllowList::new(Rules::new().key(alice, Rule::write()));
/// let relay = Relay::start(&store, access, RelayOptions::new())?;
/// relay.serve(tokio::net::TcpListener::bind("127.0.0.1:8710").await?).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Relay {
    inner: Arc<Inner>,
}

struct Inner {
    hub: Arc<Hub>,
    access: Arc<dyn AnyAccess>,
    endpoint: Option<String>,
    is_local: bool,
    limits: Limits,
    doors: Arc<Doors>,
    /// Turns of HTTP requests.
    requests: Arc<Semaphore>,
    /// For what comes with them, and for what they are answered.
    bodies: Room,
    answers: Room,
    draining: watch::Sender<bool>,
    links: Mutex<Links<()>>,
    backoff: Backoff,
    tls: Arc<ClientConfig>,
}

/// How a relay behaves.
#[derive(Clone, Default)]
pub struct RelayOptions {
    endpoint: Option<String>,
    is_local: bool,
    limits: Limits,
    common: Common,
}

impl RelayOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// What it is called by those that dial it: their address, or without its protocol, as
    /// [`Address::endpoint`](crate::Address::endpoint) says it, `relay.example.org/crdt-sync`. Who means another one is refused, so nobody can pass on
    /// to it what was said to somebody else. Without it any name will do.
    #[must_use]
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoint = Some(endpoint.into());
        self
    }

    /// Serves this machine alone: requests are refused that a browser makes for a page of elsewhere,
    /// or by a name that is not this machine's own. For a relay that listens on loopback, where
    /// everyone may do everything.
    #[must_use]
    pub fn local(mut self) -> Self {
        self.is_local = true;
        self
    }

    /// How much it serves.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How many changes may wait to be spread; 1,024 if nothing is said. Who writes waits when there
    /// are more. A million at most.
    #[must_use]
    pub fn broadcast(mut self, changes: usize) -> Self {
        self.common.bounds.broadcast = changes;
        self
    }

    /// How many changes may wait to be sent to one peer before it is dropped; 256 if nothing is said.
    /// It connects again, and gets what it lacks. A million at most.
    #[must_use]
    pub fn queue(mut self, changes: usize) -> Self {
        self.common.bounds.queue = changes;
        self
    }

    /// After how long a document is let go of that nobody uses; a minute if nothing is said.
    #[must_use]
    pub fn idle(mut self, idle: Duration) -> Self {
        self.common.bounds.idle = idle;
        self
    }

    /// How long a message may take to leave before its connection is given up; 30 seconds if nothing
    /// is said.
    #[must_use]
    pub fn write_timeout(mut self, timeout: Duration) -> Self {
        self.common.bounds.write = timeout;
        self
    }

    /// When relays that it dials are dialed again.
    #[must_use]
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.common.backoff = backoff;
        self
    }

    /// Trusts the certificates that this says, of the relays that it dials.
    #[must_use]
    pub fn tls(mut self, config: Arc<ClientConfig>) -> Self {
        self.common.tls = Some(config);
        self
    }
}

impl fmt::Debug for RelayOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelayOptions")
            .field("endpoint", &self.endpoint)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl Relay {
    /// A relay over a store, which nobody can reach yet. It lives in the runtime of tokio in which this
    /// is called, which has to have IO and time enabled.
    ///
    /// # Errors
    /// [`StartError`], if it cannot begin.
    pub fn start(
        store: &Store,
        access: impl Access,
        options: RelayOptions,
    ) -> Result<Self, StartError> {
        let RelayOptions { endpoint, is_local, limits, common } = options;
        limits.check()?;
        let endpoint = endpoint.as_deref().map(named).transpose()?;
        let Start { keypair, bounds, backoff, tls, runtime } = common.start(store)?;
        let access: Arc<dyn AnyAccess> = Arc::new(access);
        let policy = Policy::Relay(access.clone());
        let hub = Hub::start(store.clone(), keypair, policy, bounds, runtime);
        let inner = Inner {
            hub,
            access,
            endpoint,
            is_local,
            limits,
            doors: Arc::new(Doors::new(limits)),
            requests: Arc::new(Semaphore::new(limits.requests)),
            bodies: Room::new(limits.request_bytes),
            answers: Room::new(limits.request_bytes),
            draining: watch::Sender::new(false),
            links: Mutex::default(),
            backoff,
            tls,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The key that it proves to peers.
    pub fn author(&self) -> Author {
        self.inner.hub.keypair.author()
    }

    /// Dials another relay, for all documents that are here or that somebody follows here. It may do
    /// everything here. One that is dialed already is dialed anew if it was refused.
    pub fn link(&self, target: impl Into<Target>) {
        let inner = &self.inner;
        self.dialed().dial(target.into(), |target, status| {
            let (hub, backoff, tls) = (inner.hub.clone(), inner.backoff, inner.tls.clone());
            let dialer = Dialer { hub, target, backoff, tls, is_link: true, status };
            inner.hub.runtime.spawn(dialer.run());
        });
    }

    fn dialed(&self) -> MutexGuard<'_, Links<()>> {
        self.inner.links.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How it stands with the relays that it dials.
    pub fn links(&self) -> Vec<(Address, Status)> {
        self.dialed().status()
    }

    /// How many connections there are.
    pub fn connections(&self) -> usize {
        self.inner.hub.connection_count()
    }

    /// How many documents are open in memory.
    pub fn open_documents(&self) -> usize {
        self.inner.hub.open_documents()
    }

    /// Ends in an orderly way: nobody new is served, who is connected is told when to come again,
    /// each at a moment of its own, and cut off if they do not take their leave in
    /// [the time for that](Limits::drain). Nobody is connected any more when this returns, and what was
    /// taken in is durable.
    ///
    /// # Errors
    /// Those of the store, where what was written is not durable anyway.
    pub async fn drain(&self) -> Result<(), StoreError> {
        let Inner { hub, limits, .. } = &*self.inner;
        self.inner.end();
        if timeout(limits.drain, hub.deserted()).await.is_err() {
            tracing::warn!(left = hub.connection_count(), "connections are cut off");
            hub.cut_off();
            hub.deserted().await;
        }
        hub.done().await;
        let store = hub.store.clone();
        let flushing = tokio::task::spawn_blocking(move || store.flush());
        flushing.await.unwrap_or(Ok(()))
    }

    fn is_draining(&self) -> bool {
        *self.inner.draining.borrow()
    }
}

impl Inner {
    /// Serves nobody new, and tells who is connected when to come again, each at a moment of its own.
    fn end(&self) {
        self.draining.send_replace(true);
        let spread = u64::try_from(self.limits.retry_after.as_millis()).unwrap_or(u64::MAX);
        self.hub.end();
        self.hub.end_all(move || Close {
            reason: CloseReason::Busy,
            retry_after: Some(spread / 10 + random() % (spread - spread / 10).max(1)),
            text: "the relay is being restarted".to_owned(),
        });
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.end();
    }
}

/// What peers that dial a relay call it, of an address or one without its protocol.
fn named(endpoint: &str) -> Result<String, SettingError> {
    let address = if endpoint.contains("://") { endpoint } else { &format!("wss://{endpoint}") };
    let named = address.parse::<Address>().map(|address| address.endpoint());
    named.map_err(|_| {
        let range = "it has to be an address, or one without its protocol: `HOST/crdt-sync`";
        SettingError::new("endpoint", format_args!("{endpoint:?}"), range.to_owned())
    })
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay").field("author", &self.author()).finish_non_exhaustive()
    }
}
