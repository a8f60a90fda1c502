//! Durable documents: [`crdt_core`]'s documents in one file.
//!
//! A [`Store`] is a file of SQLite, or any other [`Backend`](backend::Backend). A [`Stored`] document
//! is a [`Document`](crdt_core::Document) in it: it reads as one, and what writes to it returns when
//! it is durable. A [`StoredHistory`] is one of which the type is not known.

#![forbid(unsafe_code)]

pub mod backend;
#[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
mod checkup;
#[cfg(feature = "os-random")]
pub mod conformance;
mod error;
mod identity;
#[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
mod key;
mod listing;
#[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
mod options;
#[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
mod recovery;
mod replica;
#[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
mod session;
mod size;
mod store;
mod stored;
mod stored_history;
mod waiting;

#[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
pub use backend::sqlite::Durability;
#[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
pub use checkup::{Checkup, DocumentCheck};
pub use error::StoreError;
pub use identity::Identity;
#[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
pub use key::KeyError;
pub use listing::Listing;
#[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
pub use options::StoreOptions;
#[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
pub use recovery::Recovered;
#[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
pub use session::KeyStatus;
pub use size::Size;
pub use store::Store;
pub use stored::Stored;
pub use stored_history::StoredHistory;
pub use waiting::Waiting;

/// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
