use crdt_core::{Author, Keypair};

/// Which side of a connection this is. They differ in the handshake, and in who begins anew where
/// two replicas are not equal yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// The side that connected.
    Dialer,
    /// The side that was connected to.
    Listener,
}

/// How a connection behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The key that this side proves to have.
    pub keypair: Keypair,
    /// What the endpoint is called that is dialed, or that this is, as
    /// `relay.example.org/crdt-sync`: both sides sign it, so that nobody can pass a handshake on to
    /// somewhere else. A listener without one takes whatever name it is called by.
    pub endpoint: Option<String>,
    /// The only key that the other side may have, if that is known.
    pub expects: Option<Author>,
    /// What the other side may send.
    pub terms: Terms,
    /// Milliseconds after which a side that has heard nothing asks whether the other is there;
    /// 15,000 by default. After three times as many the connection is given up. What has not been
    /// answered after as many is said again.
    pub ping: u64,
    /// Milliseconds that the handshake may take; 10,000 by default.
    pub handshake: u64,
    /// Live changes of a document that wait to be sent. If more come they are dropped, and the
    /// document is compared when there is room. 256 by default.
    pub live_changes: usize,
    /// Presence and messages that wait to be sent. If more come the oldest are dropped. 64 by
    /// default.
    pub droppable: usize,
    /// Presence and messages that the other side may send in a second, with a burst of as many; 100
    /// by default.
    pub droppable_rate: u32,
}

impl Settings {
    /// The defaults, with a key.
    pub fn new(keypair: Keypair) -> Self {
        Self {
            keypair,
            endpoint: None,
            expects: None,
            terms: Terms::default(),
            ping: 15_000,
            handshake: 10_000,
            live_changes: 256,
            droppable: 64,
            droppable_rate: 100,
        }
    }
}

/// What a side is ready to take, which it tells the other one: a sender cuts what it sends by it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Terms {
    /// What may be on its way to one document; 1 MiB with 4 MiB of canonical bytes by default. One
    /// bundle may be if it has more, but nothing beside it.
    pub document: Credit,
    /// What may be on its way to all of them; 8 MiB with 32 MiB of canonical bytes by default.
    pub connection: Credit,
    /// The bytes of one bundle. By default 80 MiB, which no bundle has that is cut as it can be: a
    /// change has at most 64.
    pub bundle: u64,
    /// How many documents the other side may open; 100,000 by default.
    pub documents: u64,
}

/// How much may be on its way to a side that it has not taken in yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Credit {
    /// Bytes as they are sent.
    pub bytes: u64,
    /// Canonical bytes, which are what has to be hashed, verified and kept.
    pub canonical_bytes: u64,
}

impl Terms {
    /// These, as far as a side that has some terms itself makes use of them: no more than it or the
    /// defaults would take. Who grants more than that has nothing held for it.
    pub(super) fn within(self, own: &Self) -> Self {
        let most = |theirs: Credit, own: Credit, default: Credit| Credit {
            bytes: theirs.bytes.min(own.bytes.max(default.bytes)),
            canonical_bytes: theirs
                .canonical_bytes
                .min(own.canonical_bytes.max(default.canonical_bytes)),
        };
        let default = Self::default();
        Self {
            document: most(self.document, own.document, default.document),
            connection: most(self.connection, own.connection, default.connection),
            ..self
        }
    }
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            document: Credit { bytes: 1 << 20, canonical_bytes: 1 << 22 },
            connection: Credit { bytes: 1 << 23, canonical_bytes: 1 << 25 },
            bundle: 80 << 20,
            documents: 100_000,
        }
    }
}
