use core::time::Duration;

use tokio::sync::Semaphore;

use crate::dialing::{SOON, SettingError, number, time};

/// How much a relay serves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Connections at once; 10,000 by default.
    pub connections: usize,
    /// Connections at once from one address; 1,000 by default, for those who share one. Of IPv6 a network
    /// of 64 bits is one.
    pub connections_per_address: usize,
    /// How long the head of a request may take to come, and then what comes with it; 10 seconds by
    /// default.
    pub request_head: Duration,
    /// How long a peer may take to prove its key; 10 seconds by default.
    pub handshake: Duration,
    /// After how long a silent peer is asked whether it is there, and after three times as long it is
    /// given up; 15 seconds by default.
    pub ping: Duration,
    /// Documents that one connection may open; 100,000 by default.
    pub documents_per_connection: u64,
    /// The most bytes that may come by an HTTP request; 16 MiB by default.
    pub request_body: usize,
    /// The most bytes that may be held of all that comes by HTTP requests, and as many of their
    /// answers, until they have left; 64 MiB by default. A larger one is served alone. Who finds no
    /// room is told to try again.
    pub request_bytes: usize,
    /// HTTP requests for documents that are worked on at once; 8 by default.
    pub requests: usize,
    /// How long connections are waited for when the relay is drained, before they are cut off; 10 seconds
    /// by default.
    pub drain: Duration,
    /// Over how long those come back that were connected then; 5 seconds by default.
    pub retry_after: Duration,
    /// Whether peers come through a proxy, which says in `X-Forwarded-For` where from. Without one
    /// anybody could say that.
    pub behind_proxy: bool,
}

/// The most bytes that can be counted.
const MOST_BYTES: usize = {
    let counted = Semaphore::MAX_PERMITS;
    if counted < u32::MAX as usize { counted } else { u32::MAX as usize }
};

impl Limits {
    pub(super) fn check(&self) -> Result<(), SettingError> {
        number("connections", self.connections, u32::MAX)?;
        number("connections_per_address", self.connections_per_address, u32::MAX)?;
        number("documents_per_connection", self.documents_per_connection, u32::MAX)?;
        number("request_body", self.request_body, MOST_BYTES)?;
        number("request_bytes", self.request_bytes, MOST_BYTES)?;
        number("requests", self.requests, 1_u32 << 20)?;
        time("request_head", self.request_head, SOON)?;
        time("handshake", self.handshake, SOON)?;
        time("ping", self.ping, SOON)?;
        time("drain", self.drain, Duration::ZERO)?;
        time("retry_after", self.retry_after, Duration::ZERO)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            connections_per_address: 1000,
            request_head: Duration::from_secs(10),
            handshake: Duration::from_secs(10),
            ping: Duration::from_secs(15),
            documents_per_connection: 100_000,
            request_body: 16 << 20,
            request_bytes: 64 << 20,
            requests: 8,
            drain: Duration::from_secs(10),
            retry_after: Duration::from_secs(5),
            behind_proxy: false,
        }
    }
}
