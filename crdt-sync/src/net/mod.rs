//! Replicas on sockets: [`Peer`](peer::Peer) dials, [`Relay`](relay::Relay) is dialed.

mod address;
mod allowance;
mod backoff;
mod dial;
mod dialer;
mod hub;
mod invite;
mod line;
mod messages;
mod metrics;
mod peer;
mod relay;
mod session;
mod settings;
mod socket;

pub use address::{Address, AddressError};
pub use backoff::Backoff;
pub use invite::{Invite, InviteError};
pub use messages::{Message, MessageError, Messages};
pub use peer::{Peer, PeerError, PeerOptions, Status, Target};
pub use relay::{Limits, Relay, RelayOptions};
pub use settings::{SettingError, StartError};

/// Bytes that nobody can guess, for a handshake.
///
/// # Errors
/// That of a system without randomness.
fn entropy() -> Result<[u8; 32], getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}
