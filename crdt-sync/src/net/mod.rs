//! Replicas on sockets: [`Peer`](peer::Peer) dials, [`Relay`](relay::Relay) is dialed.

mod dial;
mod dialer;
mod hub;
mod line;
mod metrics;
mod peer;
mod relay;
mod session;
mod settings;
mod socket;

pub use peer::{Peer, PeerOptions};
pub use relay::{Limits, Relay, RelayOptions};
