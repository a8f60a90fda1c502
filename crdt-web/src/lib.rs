//! Documents in the browser: [`crdt_core`]'s documents, kept in [`IndexedDb`].
//!
//! A page has the [`Store`](crdt_store::Store) that a program has elsewhere, over a place that has to be
//! waited for: what is written is durable when the future comes to its end. Several tabs may have one
//! database open. Each brings in what the others wrote, under the lock that the database's own
//! transactions are, before it writes itself: all of them are one author, whose chain does not fork.

#![forbid(unsafe_code)]

mod election;
mod indexed_db;
#[cfg(feature = "js")]
mod js;

pub use election::{Elected, ElectionError};
pub use indexed_db::{IndexedDb, IndexedDbError};
#[cfg(feature = "js")]
pub use js::{RawDocument, RawEdits, RawType};
#[cfg(all(feature = "js", target_family = "wasm", target_os = "unknown"))]
pub use js::{RawStore, RawStored};
