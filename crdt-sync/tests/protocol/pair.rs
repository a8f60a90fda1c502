//! A connection whose frames are carried in flights: all that one side has to say, then all that
//! the other one has.

use crdt_core::DocumentId;
use crdt_sync::protocol::{Connection, Fresh, Role, Settings, Time};

use crate::host::Host;

pub(crate) struct Pair<H> {
    pub(crate) replicas: [H; 2],
    pub(crate) connections: [Connection; 2],
    pub(crate) now: Time,
    /// Bytes that each side has sent since the last look.
    pub(crate) bytes: [usize; 2],
    /// Flights since the last look.
    pub(crate) flights: usize,
}

impl<H: Host> Pair<H> {
    pub(crate) fn new(dialer: H, listener: H) -> Self {
        let now = Time::from_millis(1);
        let settings = [&dialer, &listener].map(|host| Settings::new(host.keypair()));
        Self::with(dialer, listener, settings, now)
    }

    pub(crate) fn with(dialer: H, listener: H, [first, second]: [Settings; 2], now: Time) -> Self {
        let connections = [
            Connection::new(Role::Dialer, first, [1; 32], now),
            Connection::new(Role::Listener, second, [2; 32], now),
        ];
        let mut pair =
            Self { replicas: [dialer, listener], connections, now, bytes: [0; 2], flights: 0 };
        pair.settle();
        pair.look();
        pair
    }

    /// All frames that a side has to send.
    pub(crate) fn flight(&mut self, from: usize) -> Vec<Vec<u8>> {
        self.replicas[from].serve(&mut self.connections[from], self.now);
        let mut frames = Vec::new();
        while let Some(frame) = self.connections[from].poll_transmit(self.now) {
            frames.push(frame);
            self.replicas[from].serve(&mut self.connections[from], self.now);
        }
        frames
    }

    /// Carries frames until there are none.
    pub(crate) fn settle(&mut self) {
        while self.carry() {}
    }

    /// Carries a flight of each side. Says whether there was anything.
    pub(crate) fn carry(&mut self) -> bool {
        let mut any = false;
        for from in [0, 1] {
            let frames = self.flight(from);
            any |= !frames.is_empty();
            self.flights += usize::from(!frames.is_empty());
            for frame in frames {
                assert!(frame.len() <= 1 << 20);
                self.bytes[from] += frame.len();
                self.connections[1 - from].receive(self.now, &frame).expect("honest");
                self.replicas[1 - from].serve(&mut self.connections[1 - from], self.now);
            }
        }
        any
    }

    /// Bytes of both sides and flights since the last look.
    pub(crate) fn look(&mut self) -> (usize, usize) {
        let sum = self.bytes.iter().sum();
        self.bytes = [0; 2];
        (sum, std::mem::take(&mut self.flights))
    }

    pub(crate) fn subscribe(&mut self, side: usize, document: DocumentId) {
        self.connections[side].subscribe(document);
    }

    pub(crate) fn tell(&mut self, side: usize, document: DocumentId, fresh: &Fresh) {
        self.connections[side].local_change(document, fresh);
    }

    /// Lets time pass until something is due, and does it.
    pub(crate) fn tick(&mut self) {
        let due = self.connections.iter().filter_map(Connection::poll_timeout).min();
        self.now = due.unwrap_or(self.now);
        for connection in &mut self.connections {
            connection.handle_timeout(self.now);
        }
    }

    pub(crate) fn assert_equal(&mut self, document: DocumentId) {
        let [one, other] = &mut self.replicas;
        assert_eq!(one.heads(document), other.heads(document));
        assert_eq!(one.history(document).pending(), (0, 0));
        assert_eq!(other.history(document).pending(), (0, 0));
        assert_eq!(one.history(document).genesis(), other.history(document).genesis());
        for connection in &self.connections {
            assert!(connection.is_synced(&document));
        }
    }
}
