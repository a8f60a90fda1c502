//! What all who dial have in common: where, what becomes of it, and when to try again. The sockets are
//! those of the machine ([`net`](crate::net)) or of a browser (`page`).

mod address;
mod again;
mod allowance;
mod attempt;
mod backoff;
mod error;
mod invite;
mod links;
mod messages;
mod setting;
mod status;
mod target;

pub use address::{Address, AddressError};
pub use backoff::Backoff;
pub use error::{PeerError, StartError};
pub use invite::{Invite, InviteError};
pub use messages::{Message, MessageError, Messages};
pub use setting::SettingError;
pub use status::Status;
pub use target::Target;

#[cfg(all(feature = "net", not(target_family = "wasm")))]
pub(crate) use address::PATH;
pub(crate) use address::{PROTOCOL, PROTOCOL_TOKEN};
pub(crate) use again::Again;
#[cfg(all(feature = "net", not(target_family = "wasm")))]
pub(crate) use allowance::TO_PEERS;
pub(crate) use allowance::{Allowance, TAKEN_FROM_RELAYS, TO_RELAYS};
pub(crate) use attempt::{Attempt, Ended, Tries};
#[cfg(all(feature = "net", not(target_family = "wasm")))]
pub(crate) use backoff::random;
pub(crate) use links::Links;
pub(crate) use messages::Inbox;
#[cfg(all(feature = "net", not(target_family = "wasm")))]
pub(crate) use setting::{SOON, number, time};

/// More documents than these are followed as a set.
pub(crate) const FEW: usize = 16;

/// Bytes that nobody can guess, for a handshake.
///
/// # Errors
/// That of a system without randomness.
pub(crate) fn entropy() -> Result<[u8; 32], getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}
