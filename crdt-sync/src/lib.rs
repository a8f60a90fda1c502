//! Sync of documents: replicas find each other's changes and keep up.
//!
//! - [`Live`]: a document in a store, shared between tasks. [`Peer`] keeps it up to date with relays,
//!   which it dials; an [`Invite`] is a link to one.
//! - [`Relay`]: keeps documents of any type for others. [`access`] says who may do what there.
//! - [`protocol`]: the state machine of a connection, without IO, for any transport and for tests.
//! - [`shorthand`]: live changes in as few bytes as their signatures leave.
//! - [`sketch`]: how two large sets that differ little find out where.
//!
//! The last three do no IO, and verify nothing but the keys of peers: what comes is taken in by a
//! [`History`](crdt_core::History) as any other bytes from elsewhere are. The others have sockets and
//! threads, and are behind the feature `net`; but for [`Live`] and [`Peer`], which a browser has too
//! (`live`). There, `net` is no more than `live`.

#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

#[cfg(any(feature = "net", all(feature = "live", target_family = "wasm", target_os = "unknown")))]
#[cfg_attr(
    any(not(feature = "net"), target_family = "wasm"),
    allow(dead_code, reason = "what relays ask of it")
)]
pub mod access;
#[cfg(any(feature = "net", all(feature = "live", target_family = "wasm", target_os = "unknown")))]
mod dialing;
#[cfg(feature = "live")]
#[cfg_attr(
    any(not(feature = "net"), target_family = "wasm"),
    allow(dead_code, reason = "what connections ask of documents")
)]
mod host;
#[cfg(feature = "live")]
mod live;
#[cfg(all(feature = "net", not(target_family = "wasm")))]
mod net;
#[cfg(all(feature = "live", target_family = "wasm", target_os = "unknown"))]
mod page;
pub mod protocol;
pub mod shorthand;
pub mod sketch;

#[cfg(any(
    feature = "net",
    all(feature = "live", target_family = "wasm", target_os = "unknown")
))]
pub use dialing::{
    Address, AddressError, Backoff, Invite, InviteError, Message, MessageError, Messages,
    PeerError, SettingError, StartError, Status, Target,
};

/// What [`Relay::router`] makes, in the version of axum that apps can nest it with.
#[cfg(all(feature = "net", not(target_family = "wasm")))]
pub use axum::Router;
#[cfg(feature = "live")]
pub use host::{Portable, Shareable};
#[cfg(feature = "live")]
pub use live::{Deltas, Live, Other, Others, PresenceError, RelayStanding};
#[cfg(all(feature = "net", not(target_family = "wasm")))]
pub use net::{Limits, Peer, PeerOptions, Relay, RelayOptions};
#[cfg(all(feature = "live", target_family = "wasm", target_os = "unknown"))]
pub use page::{Peer, PeerOptions};

/// Compiles the example of the README.
#[cfg(all(doctest, feature = "net"))]
#[doc = include_str!("../README.md")]
struct Readme;

/// Compiles the example of a relay in an app.
#[cfg(all(doctest, feature = "net"))]
#[doc = include_str!("../relay.md")]
struct RelayInAnApp;
