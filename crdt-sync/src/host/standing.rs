#[cfg(any(feature = "net", all(target_family = "wasm", target_os = "unknown")))]
use std::sync::atomic::{AtomicU64, Ordering};

use crdt_core::sorted::SortedMap;
use crdt_core::{Author, ChangeHash};

use crate::live::RelayStanding;
use crate::protocol::Refused;

/// How relays stand to a document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standing {
    relays: SortedMap<Author, Relay>,
}

#[derive(Clone, Debug, Default)]
struct Relay {
    /// How it stands on each connection to it: there may be several, by different addresses or with
    /// different tokens, and not on all of them the same is allowed.
    connections: SortedMap<Connection, Connected>,
    /// What it had durably when it last said so.
    durable: Vec<ChangeHash>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Connected {
    /// Each side has got what the other had, as far as that was taken.
    is_synced: bool,
    /// Why it does not serve the document, or takes no changes: the latter goes on being synced.
    refused: Option<Refused>,
}

/// A peer of the process: there may be several, each with connections of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct PeerNumber(u64);

/// A connection of a peer.
type Connection = (PeerNumber, u64);

/// A connection to a relay.
#[derive(Clone, Copy, Debug)]
pub(crate) struct To {
    relay: Author,
    connection: Connection,
}

#[cfg(any(feature = "net", all(target_family = "wasm", target_os = "unknown")))]
static NEXT: AtomicU64 = AtomicU64::new(0);

#[cfg(any(feature = "net", all(target_family = "wasm", target_os = "unknown")))]
impl PeerNumber {
    /// That of a new peer.
    pub(crate) fn new() -> Self {
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

#[cfg(any(feature = "net", all(target_family = "wasm", target_os = "unknown")))]
impl To {
    /// A new one of a peer.
    pub(crate) fn new(peer: PeerNumber, relay: Author) -> Self {
        Self { relay, connection: (peer, NEXT.fetch_add(1, Ordering::Relaxed)) }
    }
}

impl Relay {
    fn is_synced(&self) -> bool {
        self.connections.values().any(|it| it.is_synced)
    }

    /// Why it refuses on one connection what it does not do on another either.
    fn refused(&self) -> Option<Refused> {
        let is_done = self.connections.values().any(|it| it.is_synced && it.refused.is_none());
        let refused = self.connections.values().find_map(|it| it.refused);
        refused.filter(|_| !is_done)
    }

    /// Says whether that is news of the connection.
    fn synced(&mut self, connection: Connection) -> bool {
        let it = self.connections.entry(connection).or_default();
        it.refused = it.refused.filter(|reason| reason.is_of_changes());
        !core::mem::replace(&mut it.is_synced, true)
    }
}

impl Standing {
    /// A relay has everything that is here, and the other way round. Says whether that is news.
    pub(crate) fn synced(&mut self, to: To) -> bool {
        self.relays.entry(to.relay).or_default().synced(to.connection)
    }

    /// A relay has these heads durably, and nothing else, if nothing else was told of it.
    /// Says whether that is news.
    pub(crate) fn settled(&mut self, to: To, heads: Vec<ChangeHash>) -> bool {
        let relay = self.relays.entry(to.relay).or_default();
        let is_news = relay.synced(to.connection);
        if is_news {
            relay.durable = heads;
        }
        is_news
    }

    /// A relay has these heads durably.
    pub(crate) fn durable(&mut self, to: To, heads: Vec<ChangeHash>) {
        self.relays.entry(to.relay).or_default().durable = heads;
    }

    /// A relay does not serve the document on a connection, or takes no changes of it.
    pub(crate) fn refused(&mut self, to: To, reason: Refused) {
        let relay = self.relays.entry(to.relay).or_default();
        let it = relay.connections.entry(to.connection).or_default();
        it.is_synced &= reason.is_of_changes();
        it.refused = Some(reason);
    }

    /// A connection is gone. What the relay had it has.
    pub(crate) fn lost(&mut self, to: To) {
        if let Some(relay) = self.relays.get_mut(&to.relay) {
            relay.connections.remove(&to.connection);
        }
    }

    /// A peer exchanges the document no more. What relays had they have.
    #[cfg(any(feature = "net", all(target_family = "wasm", target_os = "unknown")))]
    pub(crate) fn unbound(&mut self, peer: PeerNumber) {
        for relay in self.relays.values_mut() {
            relay.connections.retain(|(of, _), _| *of != peer);
        }
    }

    /// What a relay has durably.
    pub(crate) fn durable_at(&self, relay: &Author) -> Option<&[ChangeHash]> {
        self.relays.get(relay).map(|relay| &relay.durable[..])
    }

    /// All of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = RelayStanding> {
        self.relays.iter().map(|(relay, it)| RelayStanding {
            relay: *relay,
            is_synced: it.is_synced(),
            durable: it.durable.clone(),
            refused: it.refused(),
        })
    }

    /// What each relay has that is connected and had nothing that was not here.
    pub(crate) fn synced_at(&self) -> impl Iterator<Item = &[ChangeHash]> {
        self.relays.values().filter(|relay| relay.is_synced()).map(|relay| &relay.durable[..])
    }
}
