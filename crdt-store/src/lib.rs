//! Durable documents: [`crdt_core`]'s documents in one file.
//!
//! A [`Store`] is a file of SQLite, or any other [`Backend`](backend::Backend). A [`Stored`] document
//! is a [`Document`](crdt_core::Document) in it: it reads as one, and what writes to it returns when
//! it is durable. A [`StoredHistory`] is one of which the type is not known.

#![forbid(unsafe_code)]

pub mod backend;
#[cfg(feature = "sqlite")]
mod checkup;
#[cfg(feature = "os-random")]
pub mod conformance;
mod error;
mod identity;
#[cfg(feature = "sqlite")]
mod key;
mod listing;
#[cfg(feature = "sqlite")]
mod options;
#[cfg(feature = "sqlite")]
mod recovery;
mod replica;
#[cfg(feature = "sqlite")]
mod session;
mod size;
mod store;
mod stored;
mod stored_history;
mod waiting;

#[cfg(feature = "sqlite")]
pub use backend::sqlite::Durability;
#[cfg(feature = "sqlite")]
pub use checkup::{Checkup, DocumentCheck};
pub use error::StoreError;
pub use identity::Identity;
#[cfg(feature = "sqlite")]
pub use key::KeyError;
pub use listing::Listing;
#[cfg(feature = "sqlite")]
pub use options::StoreOptions;
#[cfg(feature = "sqlite")]
pub use recovery::Recovered;
#[cfg(feature = "sqlite")]
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
