//! Durable documents: [`crdt_core`]'s documents in one file.
//!
//! A [`Store`] is a file of SQLite, or any other [`Backend`](backend::Backend). A [`Stored`] document
//! is a [`Document`](crdt_core::Document) in it: it reads as one, and what writes to it returns when
//! it is durable. A [`StoredHistory`] is one of which the type is not known.

#![forbid(unsafe_code)]

pub mod backend;
mod checkup;
pub mod conformance;
mod error;
mod key;
mod listing;
mod options;
mod recovery;
mod replica;
mod session;
mod size;
mod store;
mod stored;
mod stored_history;

pub use backend::sqlite::Durability;
pub use checkup::{Checkup, DocumentCheck};
pub use error::StoreError;
pub use key::KeyError;
pub use listing::Listing;
pub use options::StoreOptions;
pub use recovery::Recovered;
pub use session::{Identity, KeyStatus};
pub use size::Size;
pub use store::Store;
pub use stored::Stored;
pub use stored_history::StoredHistory;

/// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
