//! Replicas of [`crdt_core`]'s documents that find each other's changes and keep up.

#![forbid(unsafe_code)]

#[cfg(feature = "net")]
pub mod access;
#[cfg(feature = "net")]
mod host;
#[cfg(feature = "net")]
mod live;

#[cfg(feature = "net")]
pub use live::{Deltas, Live};
